"""Requests of a live server, each with what the checklist compares: status, code, and the names in the answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

TIMEOUT_SECONDS = 20.0
MAX_ANSWER_BYTES = 4 << 20


class _NoRedirects(HTTPRedirectHandler):
    """A redirect is an answer like any other; nothing, and no token, is sent anywhere else."""

    def redirect_request(self, *_arguments: Any, **_more: Any) -> None:
        return None


@dataclass(frozen=True)
class Answer:
    """`body` is the JSON of the answer, or None where it has none."""

    status: int
    body: Any = field(repr=False)

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.body if isinstance(self.body, Mapping) else {}

    @property
    def words(self) -> str:
        """The status, with the code of a refusal."""
        code = self.facts.get("code", "") if self.status >= 400 else ""
        return f"{self.status} {code}".strip()


class Client:
    """One server; a request is with the administrator's token, or anonymous."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url.rstrip("/"), token
        self._opener = build_opener(_NoRedirects())

    def ask(self, method: str, path: str, body: Any = None, *, anonymous: bool = False) -> Answer:
        """Raises OSError where the server does not answer."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if not anonymous:
            headers["Authorization"] = f"Token {self.token}"
        content = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}{path}", data=content, method=method, headers=headers)  # noqa: S310 -- the operator's own URL, checked to be http
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return Answer(answer.status, _json(answer.read(MAX_ANSWER_BYTES)))
        except HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, _json(refusal.read(MAX_ANSWER_BYTES)))


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
