"""The import page as somebody uses it: files chosen once, previewed, picked from and imported."""

import io
import json
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

PAGE = "/admin/assemblies/assembly/import/"
GUID, OTHER, THIRD = "a" * 40, "b" * 40, "c" * 40


def document(name: str = "Say hello", **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": "bash", "script": "echo hello\n", "script_encoding": "plain"} | fields


def file(name: str, content: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else json.dumps(content).encode())


def zipped(members: dict[str, Any]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return written.getvalue()


class Sent:
    """What somebody chose once and sends as often as the page does."""

    def __init__(self, client: Client, *files: tuple[str, Any], **fields: str) -> None:
        self.client, self.files, self.fields = client, files, fields
        self.answer: Any = None

    def preview(self, status: int = 200) -> "Sent":
        return self._post("preview", {}, status)

    def pick(self, *picks: str, status: int = 200, **fields: str) -> "Sent":
        """Import with these picks upon the last preview."""
        seen = {name: str(self.answer.context[name]) for name in ("tokens", "event")}
        return self._post("import", seen | ({"picks": json.dumps(picks)} if picks else {}) | fields, status)

    def open(self, number: int) -> "Sent":
        """Open one of the documents in the editor, numbered from 1."""
        return self._post("", {"opened": str(number)}, 200)

    def _post(self, step: str, fields: dict[str, str], status: int) -> "Sent":
        files = [file(name, content) for name, content in self.files]
        self.answer = self.client.post(PAGE, {"step": step, "files": files, **self.fields, **fields})
        assert self.answer.status_code == status
        return self

    @property
    def rows(self) -> list[Any]:
        return list(self.answer.context["proposal"].rows)

    @property
    def text(self) -> str:
        return " ".join(self.answer.content.decode().split())

    @property
    def outcomes(self) -> list[str]:
        return [result.outcome for result in self.answer.context["report"].results]

    @property
    def proposed(self) -> list[str]:
        return [row.proposed for row in self.rows]
