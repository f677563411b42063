"""Ask one HTTP endpoint, as the host it runs on sees it, and judge status, content and answer time.

Needs only the standard library (Python 3.8 or newer). A bearer token is sent over HTTPS or to this host only, is never
printed, and redirects are not followed, so it cannot be carried elsewhere.
Exit: 0 healthy, 1 not as expected or no answer, 2 bad input.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, NoReturn

READ_BYTES = 1024 * 1024


def bad_input(message: str) -> NoReturn:
    print(f"bad input: {message}", file=sys.stderr)
    sys.exit(2)


def whole_number(name: str, text: str, lowest: int, highest: int) -> int:
    if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
        bad_input(f"{name} must be a whole number from {lowest} to {highest}")
    return int(text)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Turns a redirect into an ordinary answer with its own status."""

    def redirect_request(self, *_: Any) -> None:
        return None


def read_url(text: str, has_token: bool) -> str:
    if not text:
        bad_input("ENDPOINT_URL is required")
    try:
        parts = urllib.parse.urlsplit(text)
        _ = parts.port
    except ValueError as error:
        bad_input(f"ENDPOINT_URL: {error}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        bad_input("ENDPOINT_URL must start with http:// or https:// and name a host")
    if parts.username or parts.password:
        bad_input("ENDPOINT_URL must not hold a user name or password, they would end up in logs")
    if any(character.isspace() or not character.isprintable() for character in text):
        bad_input("ENDPOINT_URL must not hold spaces or control characters")
    if has_token and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        bad_input("BEARER_TOKEN is only sent over https, or to this host itself")
    return text


def ask(url: str, method: str, token: str, timeout: int) -> tuple[int, bytes]:
    """Return status and the first mebibyte of the body; raise OSError or HTTPException without an answer."""
    request = urllib.request.Request(url, method=method, headers={"User-Agent": "http-endpoint-check/1"})
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=timeout) as answer:
            return answer.status, answer.read(READ_BYTES)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(READ_BYTES)


def main() -> int:
    token = os.environ.get("BEARER_TOKEN", "")
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        bad_input("BEARER_TOKEN holds characters that cannot stand in a header")
    url = read_url(os.environ.get("ENDPOINT_URL", ""), bool(token))
    method = os.environ.get("HTTP_METHOD") or "GET"
    if method not in ("GET", "HEAD"):
        bad_input("HTTP_METHOD must be GET or HEAD")
    expected_status = whole_number("EXPECTED_STATUS", os.environ.get("EXPECTED_STATUS") or "200", 100, 599)
    expected_text = os.environ.get("EXPECTED_TEXT", "")
    if expected_text and method == "HEAD":
        bad_input("EXPECTED_TEXT needs HTTP_METHOD GET, an answer to HEAD has no body")
    timeout = whole_number("TIMEOUT_SECONDS", os.environ.get("TIMEOUT_SECONDS") or "15", 1, 300)
    slowest = whole_number("SLOWEST_MILLISECONDS", os.environ.get("SLOWEST_MILLISECONDS") or "0", 0, 300000)

    started = time.monotonic()
    try:
        status, body = ask(url, method, token, timeout)
    except (OSError, http.client.HTTPException) as error:
        print(f"NO ANSWER from {url}: {error}")
        return 1
    elapsed = int((time.monotonic() - started) * 1000)

    problems = []
    if status != expected_status:
        problems.append(f"status {status} instead of {expected_status}")
    if expected_text and expected_text.encode("utf-8") not in body:
        problems.append("the expected text is missing")
    if slowest and elapsed > slowest:
        problems.append(f"slower than {slowest} ms")
    print(f"{'UNHEALTHY' if problems else 'healthy'} {url}: status {status}, {len(body)} bytes read, {elapsed} ms.")
    for problem in problems:
        print(f"  {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
