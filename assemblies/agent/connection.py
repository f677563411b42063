"""Requests to the server: JSON both ways, over verified TLS, and never where a redirect points."""

import json
import random
import ssl
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from assemblies.agent.errors import AgentError, ServerRefused, Unreachable

SECONDS = 30.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class _NoRedirect(HTTPRedirectHandler):
    """A redirect would carry tokens to another place."""

    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        return None


class Connection:
    """One server. `server` is its public address; `ca_file` names authorities in addition to those of the system."""

    def __init__(self, server: str, ca_file: Path | None = None) -> None:
        self.server, self._ca_file = checked_address(server), ca_file
        context = ssl.create_default_context()
        if ca_file is not None:
            context.load_verify_locations(ca_file)
        self._opener = build_opener(_NoRedirect, HTTPSHandler(context=context))

    def elsewhere(self, address: str) -> "Connection":
        """Return a connection to another address with the same authorities. Raises AgentError."""
        return Connection(address, self._ca_file)

    def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        """Return the JSON answer. Raises ServerRefused, Unreachable."""
        content = json.dumps(body).encode()
        request = Request(  # noqa: S310 (the address was checked: https, or this machine)
            f"{self.server}{path}", data=content, headers={**headers, "Content-Type": "application/json"}, method="POST"
        )
        return _object(self._send(request, MAX_ANSWER_BYTES))

    def get(self, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
        """Return the JSON answer. Raises ServerRefused, Unreachable."""
        return _object(self.get_bytes(path, headers, max_bytes=MAX_ANSWER_BYTES))

    def get_bytes(self, path: str, headers: Mapping[str, str], *, max_bytes: int) -> bytes:
        """Return at most `max_bytes` of a body. Raises ServerRefused, Unreachable."""
        request = Request(f"{self.server}{path}", headers=dict(headers), method="GET")  # noqa: S310 (as above)
        return self._send(request, max_bytes)

    def _send(self, request: Request, max_bytes: int) -> bytes:
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return _limited(answer, max_bytes)
        except HTTPError as error:
            with error:
                raise _refusal(error) from error
        except (URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            raise Unreachable(f"{self.server} cannot be reached: {reason}") from error


def pause_after(failures: int, *, most: float) -> float:
    """Return how many seconds to leave a server alone after so many failures in a row: longer each time, up to `most`.

    Never the same for two devices, or a fleet would come back all at once.
    """
    return min(most, 2.0 ** min(failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 (jitter)


def checked_address(server: str) -> str:
    """Return an address without its last slash. Raises AgentError unless it is https, or http on this machine."""
    parts = urlsplit(server)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or is_local) or parts.query or parts.fragment:
        raise AgentError(f"{server!r} is no address of a server: use https://…")
    return server.rstrip("/")


def _limited(answer: IO[bytes], max_bytes: int) -> bytes:
    content = answer.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise Unreachable("The server sent more than it announced.")
    return content


def _object(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Unreachable("What answered is not the library: it sent no JSON object.")
    return answer


def _refusal(error: HTTPError) -> AgentError:
    if error.code >= 500 or "json" not in error.headers.get("Content-Type", ""):
        return Unreachable(f"The server answered {error.code}.")
    retry_after = 0.0
    with suppress(ValueError):
        retry_after = float(error.headers.get("Retry-After") or 0)
    try:
        body = _object(_limited(error, MAX_ANSWER_BYTES))
    except (Unreachable, OSError, HTTPException):
        body = {}
    return ServerRefused(error.code, body, retry_after)
