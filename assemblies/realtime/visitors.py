"""Who may follow a stream: those who may read the events by REST, which is asked with the same headers."""

import json
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.http import HttpResponse

ASKED = "/api/events"
# What says who asks, from where, and for which host; a condition or a range would change the answer.
HEADERS = {b"host", b"authorization", b"cookie", b"origin", b"x-forwarded-for", b"x-forwarded-proto", b"user-agent"}
# What of a refusal's headers says what to do about it.
TOLD = ("WWW-Authenticate", "Retry-After")


def find_refusal(scope: Mapping[str, Any]) -> tuple[int, Mapping[str, Any], Mapping[str, str]] | None:
    """Return status, body and headers of what REST refuses to these headers, or None where it would answer."""
    headers = [(name, value) for name, value in scope["headers"] if name in HEADERS]
    asked = {**scope, "path": ASKED, "raw_path": ASKED.encode(), "query_string": b"limit=1", "method": "GET"}
    request = ASGIRequest(asked | {"headers": headers}, BytesIO())
    answer = _handler().get_response(request)
    answer.close()
    if answer.status_code == 200:
        return None
    return answer.status_code, _body_of(answer), {name: answer[name] for name in TOLD if name in answer}


@cache
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def _body_of(answer: Any) -> Mapping[str, Any]:
    try:
        body = json.loads(answer.content) if isinstance(answer, HttpResponse) else {}
    except ValueError:
        body = {}
    return body if isinstance(body, dict) else {}
