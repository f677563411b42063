"""A plain HTTP client for tests that speak to a real server over a real socket."""

import http.client
import json
from typing import Any, Self

from tests.patience import HANG_SECONDS

Answer = tuple[int, Any]


class HttpClient:
    """One keep-alive connection, opened again when it broke."""

    def __init__(self, host: str, port: int, *, token: str = "", timeout: float = HANG_SECONDS) -> None:
        self.connection = http.client.HTTPConnection(host, port, timeout=timeout)
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": f"Token {token}"} if token else {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.connection.close()

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """Return (status, JSON body)."""
        text = json.dumps(body) if body is not None else None
        self.connection.request(method, path, body=text, headers=self.headers)
        response = self.connection.getresponse()
        content = response.read()
        is_json = response.headers.get_content_type().endswith("json")
        return response.status, json.loads(content) if content and is_json else content

    def find_answer(self, method: str, path: str, body: Any = None) -> Answer | None:
        """Return the answer, or None when none came: what became of the request is then unknown."""
        try:
            return self.ask(method, path, body)
        except (OSError, http.client.HTTPException, ValueError):
            self.connection.close()
            return None
