"""The application, with bytes that no framework touches next to it: the floor under any list."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from benchmarks.plain.settings import FOLDER

framework: Callable[..., Iterable[bytes]] = get_wsgi_application()
BYTES = FOLDER / "bytes"
kept = BYTES.read_bytes() if BYTES.exists() else b""


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] != "/bytes":
        return framework(environ, start_response)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(kept)))])
    return [kept]
