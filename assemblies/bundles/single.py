"""One file or text that was sent by itself: a document, or a plain script by its name or `#!` line."""

from typing import Any

from django.conf import settings

from assemblies.documents import Document, read_document
from assemblies.scripts import HASHBANG, has_script_suffix, read_plain_script


def read_one(content: bytes | str | dict[str, Any], name: str) -> Document:
    """Return the document. Raises DocumentTooLarge, InvalidDocument and its kinds, InvalidGuid."""
    max_bytes = settings.MAX_DOCUMENT_BYTES
    if not isinstance(content, bytes) or not _is_script(content, name):
        return read_document(content, max_bytes=max_bytes, name=name)
    return read_plain_script(name.rpartition("/")[2], content, source="", max_bytes=max_bytes)


def _is_script(content: bytes, name: str) -> bool:
    """Say whether a file is a script: JSON under a script's name is a document that was named badly."""
    if content.lstrip().startswith((b"{", b"[")) and not has_script_suffix(name):
        return False
    return has_script_suffix(name) or (content.startswith(HASHBANG) and not name.lower().endswith(".json"))
