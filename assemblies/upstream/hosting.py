"""The hosting API over HTTP: bounded in time and size, and the token goes to that one address only."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from devmode.addresses import find_address

TIMEOUT_SECONDS = 10
MAX_ANSWER_BYTES = 1 << 20
# What the hosting API answers when it has had enough of us, and how long it is left alone when it does not say.
LIMITED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
BACK_OFF_SECONDS = 300
MAX_BACK_OFF_SECONDS = 3600
USER_AGENT = "borealis-assemblies"


class Unreachable(Exception):
    """The hosting API gave no answer that could be used; the text says why and carries no token."""

    def __init__(self, words: str, *, wait_seconds: float = 0) -> None:
        super().__init__(words)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Answer:
    """A status with its headers, in lower case, and its JSON."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Any = None


def branch_head(base: str, repo: str, branch: str, *, token: str, etag: str, now: float) -> Answer:
    """Return the answer about a branch; with `etag` it may be 304. Raises Unreachable."""
    address = f"{base.rstrip('/')}/repos/{quote(repo)}/branches/{quote(branch, safe='')}"
    answer = fetch(address, token=token, etag=etag)
    if answer.status in LIMITED:
        raise Unreachable(f"The hosting API answers {answer.status}.", wait_seconds=_wait_of(answer.headers, now))
    if answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        raise Unreachable(f"The hosting API answers {answer.status}.")
    return answer


def fetch(address: str, *, token: str = "", etag: str = "") -> Answer:
    """Return what GET answers, whatever its status. Raises Unreachable."""
    _require_safe(address)
    headers = {"Accept": "application/vnd.github+json", "User-Agent": USER_AGENT}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"If-None-Match": etag} if etag else {}
    request = Request(address, headers=headers)  # noqa: S310 -- http and https only, checked above
    try:
        with build_opener(SameOrigin).open(request, timeout=TIMEOUT_SECONDS) as response:
            return _answer(response.status, response.headers, response.read(MAX_ANSWER_BYTES + 1))
    except HTTPError as error:
        with error:
            return _answer(error.code, error.headers, b"")
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(f"The hosting API cannot be reached: {type(error).__name__}.") from error


class SameOrigin(HTTPRedirectHandler):
    """Follows a redirect to the same origin only: elsewhere nobody may see the token."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        if _origin(req.full_url) != _origin(newurl):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _require_safe(address: str) -> None:
    """Raise Unreachable unless it is https, or http to this machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    found = find_address(host)
    is_here = host == "localhost" or (found is not None and found.is_loopback)
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise Unreachable("The hosting API is reached by https only.")


def _answer(status: int, headers: Any, content: bytes) -> Answer:
    if len(content) > MAX_ANSWER_BYTES:
        raise Unreachable("The hosting API answers too much.")
    read: Any = None
    if content:
        try:
            read = json.loads(content)
        except ValueError as error:
            raise Unreachable("The hosting API answers no JSON.") from error
    return Answer(status, {name.lower(): value for name, value in headers.items()}, read)


def _wait_of(headers: Mapping[str, str], now: float) -> float:
    """Return how many seconds the hosting API wants to be left alone."""
    after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    seconds = float(BACK_OFF_SECONDS)
    try:
        if after:
            seconds = float(after) if after.isdecimal() else parsedate_to_datetime(after).timestamp() - now
        elif reset:
            seconds = float(reset) - now
    except (TypeError, ValueError):
        seconds = BACK_OFF_SECONDS
    return min(max(seconds, 1.0), MAX_BACK_OFF_SECONDS) if math.isfinite(seconds) else BACK_OFF_SECONDS
