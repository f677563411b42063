"""What stands in for a script or a document and is none, told by its content, so that a refusal names the way on."""

import re

from assemblies.errors import InvalidField

_POINTER = b"version https://git-lfs.github.com/spec/"
_HTML = re.compile(rb"\s*+(?:<\?xml[^>]*+>\s*+)?<(?:!doctype\s++html|html)\b", re.I)
_HEAD_BYTES = 4096

POINTER_WORDS = "is a Git LFS pointer and not the file itself; run git lfs pull where it comes from, then try again."
HTML_WORDS = "is an HTML page, perhaps what a failed download left; fetch the file again."
EMPTY_WORDS = "is empty, perhaps what a failed copy left; copy it again."
_ARCHIVE_WORDS = "is a {} archive; documents come as .json files or in a .zip archive."
_SCRIPT_WORDS = (
    "is a script and no document; make a new assembly and paste it there, or zip it with its .json document."
)
_BEGINNINGS = {
    b"7z\xbc\xaf\x27\x1c": _ARCHIVE_WORDS.format("7z"),
    b"Rar!\x1a\x07": _ARCHIVE_WORDS.format("RAR"),
    b"\x1f\x8b": _ARCHIVE_WORDS.format("gzip"),
    b"BZh": _ARCHIVE_WORDS.format("bzip2"),
    b"\xfd7zXZ\x00": _ARCHIVE_WORDS.format("xz"),
    b"\x28\xb5\x2f\xfd": _ARCHIVE_WORDS.format("Zstandard"),
    b"PK\x03\x04": "is a zip archive; send it as a file by itself.",
    b"MZ": "is a Windows program and no document.",
    b"\x7fELF": "is a program and no document.",
    b"%PDF": "is a PDF and no document.",
    b"\xff\xfe": "is UTF-16 text; save it as UTF-8.",
    b"\xfe\xff": "is UTF-16 text; save it as UTF-8.",
    b"#!": _SCRIPT_WORDS,
}
_TAR = (257, b"ustar")
_SCRIPT_SUFFIXES = (".ps1", ".psm1", ".psd1", ".bat", ".cmd", ".sh", ".bash", ".py", ".yml", ".yaml", ".vbs")


def find_stand_in(content: bytes) -> str | None:
    """Return what a script is in truth where it stands for the real one, as the end of a sentence; None if it does not.

    An HTML page is never a script; as an attachment it may be meant.
    """
    if content.startswith(_POINTER):
        return POINTER_WORDS
    return HTML_WORDS if _HTML.match(content[:_HEAD_BYTES]) else None


def check_script(script: bytes, field: str) -> None:
    """Raise InvalidField for what only stands for a script."""
    if (stand_in := find_stand_in(script)) is not None:
        raise InvalidField(f"This {stand_in}", field=field)


def check_attachment(start: bytes, file_name: str, field: str) -> None:
    """Raise InvalidField for a file, of which this is the start, that only stands for another."""
    if start.startswith(_POINTER):
        raise InvalidField(f"{file_name} {POINTER_WORDS}", field=field)


def find_other_kind(content: bytes, name: str = "") -> str | None:
    """Return what a file is that is not JSON, as the end of a sentence; None where it may be JSON that is broken."""
    if not content.strip():
        return EMPTY_WORDS
    if (stand_in := find_stand_in(content)) is not None:
        return stand_in
    offset, mark = _TAR
    if content[offset : offset + len(mark)] == mark:
        return _ARCHIVE_WORDS.format("tar")
    if (words := next((words for start, words in _BEGINNINGS.items() if content.startswith(start)), None)) is not None:
        return words
    is_script = name.lower().endswith(_SCRIPT_SUFFIXES) and not content.lstrip().startswith((b"{", b"["))
    return _SCRIPT_WORDS if is_script else None
