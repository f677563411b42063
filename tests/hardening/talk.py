"""Plain requests to a real server, and all that was heard."""

import http.client
import json
from typing import Any

from tests.patience import HANG_SECONDS

JSON = {"Content_Type": "application/json"}
Heard = tuple[int, str, str]


class Talk:
    """Answers are (status, body, Set-Cookie); `heard` keeps everything but what was asked unheard."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard: list[str] = []

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Heard:
        return self._ask(method, path, body, headers, keep=True)

    def ask_unheard(self, method: str, path: str, body: str | None = None, **headers: str) -> Heard:
        """Ask for what is a secret by rights: a log-in's token, a session's cookie."""
        return self._ask(method, path, body, headers, keep=False)

    def post_json(self, path: str, body: Any, **headers: str) -> Heard:
        return self.ask("POST", path, json.dumps(body), **JSON, **headers)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str], *, keep: bool) -> Heard:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANG_SECONDS)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if keep:
            self.heard.append(f"{answer.getheaders()} {text}")
        return answer.status, text, answer.getheader("Set-Cookie") or ""
