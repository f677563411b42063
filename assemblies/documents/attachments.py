"""The files a document brings along. A file name is a label that people read; nothing is ever stored under it."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assemblies.documents.decoding import check_value, decode_base64, encode_base64, step
from assemblies.documents.fields import line, text
from assemblies.documents.hidden_characters import BIDIRECTIONAL
from assemblies.documents.shapes import spelt_once
from assemblies.documents.stand_ins import check_attachment
from assemblies.errors import InvalidField

MAX_FILE_NAME_LENGTH = 255
MAX_MIME_TYPE_LENGTH = 255
_PRINTABLE_ASCII = re.compile(r"[ -~]*")
# With any ending: Windows opens the device CON for CON.txt, too.
_RESERVED_ON_WINDOWS = re.compile(r"\s*(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.I)
_KNOWN_KEYS = frozenset({"file_name", "name", "size", "mime_type", "mimeType", "data"})


@dataclass(frozen=True)
class Attachment:
    """A file of an assembly; `extra` holds the unknown keys of its entry."""

    file_name: str
    mime_type: str
    data: bytes
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def normalise_file_name(value: object, field: str = "file_name") -> str:
    """A label that is safe to show, to download and to zip. Raises InvalidField."""
    name = line(value, field, MAX_FILE_NAME_LENGTH)
    if name.strip() in (".", "..") or "/" in name or "\\" in name:
        raise InvalidField("A file name is a label: no slashes, and not a dot alone.", field=field)
    return name


def normalise_upload_name(value: object, field: str = "file_name") -> str:
    """A label for a new file, stricter than what documents may bring along: one that people and systems take for what
    it is. Raises InvalidField.
    """
    name = normalise_file_name(value, field)
    if BIDIRECTIONAL.search(name):
        raise InvalidField(
            "This file name contains a character that changes the reading direction, which can hide its true ending; "
            "rename the file.",
            field=field,
        )
    if _RESERVED_ON_WINDOWS.fullmatch(name):
        raise InvalidField("Windows reserves this file name for a device; rename the file.", field=field)
    return name


def normalise_mime_type(value: object, field: str = "mime_type") -> str:
    """Printable ASCII, as it travels in a header; empty where none is known."""
    if value is None:
        return ""
    mime_type = text(value, field, MAX_MIME_TYPE_LENGTH)
    if not _PRINTABLE_ASCII.fullmatch(mime_type):
        raise InvalidField("This must be printable ASCII.", field=field)
    return mime_type


def file_name_key(file_name: str) -> str:
    """What two names that people cannot tell apart have in common."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", file_name).casefold())


def read_attachments(
    value: object, field: str, find_data: Callable[[int], bytes | None] = lambda position: None
) -> list[Attachment]:
    """The attachments of a `files` list; `find_data` gives the bytes of an entry that carries none, by position."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidField("This must be a list.", field=field)
    check_value(value, field)
    attachments: dict[str, Attachment] = {}
    for position, entry in enumerate(value):
        attachment = _attachment(entry, step(field, position), find_data, position)
        key = file_name_key(attachment.file_name)
        if key in attachments:
            raise InvalidField("Another file has this name.", field=step(step(field, position), "file_name"))
        attachments[key] = attachment
    return list(attachments.values())


def inline_bytes(value: object) -> int:
    """How many bytes the entries of a `files` list carry themselves, told from the length of their base64."""
    entries = [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
    texts = [entry["data"] for entry in entries if isinstance(entry.get("data"), str)]
    return sum(len(text) // 4 * 3 - text.endswith("=") - text.endswith("==") for text in texts)


def write_attachment(attachment: Attachment, *, with_data: bool = True) -> dict[str, Any]:
    entry: dict[str, Any] = attachment.extra | {
        "file_name": attachment.file_name,
        "size": attachment.size,
        "mime_type": attachment.mime_type,
    }
    return entry | {"data": encode_base64(attachment.data)} if with_data else entry


def _attachment(entry: object, field: str, find_data: Callable[[int], bytes | None], position: int) -> Attachment:
    if not isinstance(entry, dict):
        raise InvalidField("This must be an object.", field=field)
    file_name = normalise_file_name(spelt_once(entry, ("file_name", "name"), field), step(field, "file_name"))
    mime_type = normalise_mime_type(spelt_once(entry, ("mime_type", "mimeType"), field), step(field, "mime_type"))
    data = find_data(position) if entry.get("data") is None else None
    if data is None and entry.get("data") is None:
        raise InvalidField(
            "The file has no content; give it as base64, empty for an empty file.", field=step(field, "data")
        )
    if data is None:
        data = decode_base64(entry.get("data"), step(field, "data"))
    check_attachment(data, file_name, step(field, "data"))
    size = entry.get("size")
    if size is not None and (isinstance(size, bool) or size != len(data)):
        raise InvalidField(f"The file has {len(data)} bytes, not what is said here.", field=step(field, "size"))
    return Attachment(file_name, mime_type, data, {k: v for k, v in entry.items() if k not in _KNOWN_KEYS})
