"""Send requests to the real application and write down what was sent and received."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.wire.normalise import Normaliser

# The same on every answer: what differs from it is written down.
USUAL_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "*",
    "Content-Type": "application/json",
    "Cross-Origin-Opener-Policy": "*",
    "Cross-Origin-Resource-Policy": "*",
    "Permissions-Policy": "*",
    "Referrer-Policy": "*",
    "Vary": "Cookie, Authorization",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
MAX_BODY_LENGTH = 6000
Upload = tuple[str, bytes]
Tick = Callable[[float], None]


class Conversation:
    """What was said so far, as blocks of text."""

    def __init__(self, folder: Path, tick: Tick) -> None:
        self.blocks: list[str] = []
        self._tick, self._normalise = tick, Normaliser(str(folder))

    def speaker(self, name: str, token: str = "") -> "Speaker":
        headers = {"Authorization": f"Token {token}"} if token else {}
        return Speaker(self, name, Client(headers=headers))

    def pause(self, *, minutes: float) -> None:
        self._tick(minutes * 60)

    def browser(self, name: str, client: Client) -> "Speaker":
        return Speaker(self, name, client)

    def exchange(
        self, who: str, method: str, path: str, sent: str, headers: Mapping[str, str], send: Callable[[], Any]
    ) -> Any:
        """Send one request and note it down with its response, which is returned."""
        self._tick(1)
        answer = send()
        # A response that is a file or a stream can be read once only.
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        lines = [f"=== {who} {method} {path}", *_indented([f"{name}: {value}" for name, value in headers.items()])]
        lines += _indented([sent] if sent else [])
        # A description of the endpoint in words, for people.
        body_lines = [] if method == "OPTIONS" and answer.status_code == 200 else _body(answer, body)
        lines += [f"--- {answer.status_code}", *_indented(_headers(answer, method)), *_indented(body_lines)]
        self.blocks.append(self._normalise("\n".join(lines)))
        return answer


class Speaker:
    """Somebody who sends requests."""

    def __init__(self, conversation: Conversation, name: str, client: Client) -> None:
        self._conversation, self._name, self._client = conversation, name, client

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.send("DELETE", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("PATCH", path, body, **headers)

    def send(self, method: str, path: str, body: Any = None, **named: str) -> Any:
        """Send text as it is, anything else as JSON."""
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body, ensure_ascii=False)
        return self.send_bytes(method, path, text.encode(), "application/json", **named)

    def send_bytes(self, method: str, path: str, body: bytes, content_type: str, **named: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in named.items()}
        noted = headers if content_type == "application/json" else headers | {"Content-Type": content_type}
        return self._conversation.exchange(
            self._name,
            method,
            path,
            _text(body),
            noted,
            lambda: self._client.generic(method, path, body, content_type=content_type, headers=headers),
        )

    def upload(self, path: str, form: Mapping[str, str | list[str] | Upload], **named: str) -> Any:
        """Send a multipart form; a pair is a file's name and bytes."""
        headers = {name.replace("_", "-"): value for name, value in named.items()}
        fields = {name: SimpleUploadedFile(*part) if isinstance(part, tuple) else part for name, part in form.items()}
        noted = {name: f"file {part[0]}" if isinstance(part, tuple) else part for name, part in form.items()}
        return self._conversation.exchange(
            self._name,
            "POST",
            path,
            f"multipart {json.dumps(noted, ensure_ascii=False)}",
            headers,
            lambda: self._client.post(path, fields, headers=headers),
        )


def zipped(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def _headers(answer: Any, method: str) -> list[str]:
    unsaid = set() if answer.status_code == 405 or method == "OPTIONS" else {"Allow"}
    # The length of anything that may have words for people is that of its words, too.
    is_file = "Content-Disposition" in answer and answer["Content-Type"] in {
        "application/octet-stream",
        "application/zip",
    }
    unsaid |= set() if is_file else {"Content-Length"}
    said = {name: value for name, value in answer.items() if name not in unsaid}
    lines = [f"{name}: {value}" for name, value in sorted(said.items()) if USUAL_HEADERS.get(name) not in {"*", value}]
    lines += [f"no {name}" for name in ("Cache-Control", "Content-Type", "Vary") if name not in answer]
    return lines + [f"Set-Cookie: {name}" for name in sorted(answer.cookies)]


def _body(answer: Any, body: bytes) -> list[str]:
    if body and answer.get("Content-Type") == "application/zip":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return [f"{name}: {_text(archive.read(name))}" for name in archive.namelist()]
    return [_text(body)] if body else []


def _text(content: bytes) -> str:
    """Return bytes as text without any character that would not be seen in the recording, and of bounded length."""
    text = content.decode(errors="backslashreplace")
    text = "".join(one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode() for one in text)
    return text if len(text) <= MAX_BODY_LENGTH else f"{text[:100]} and {len(text) - 100} characters more"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for text in lines for line in text.splitlines()]
