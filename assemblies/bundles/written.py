"""One document in a style, written so that every door reads it again: what is spelt too large is spelt otherwise.

A script as text becomes base64, readable JSON one line, and files that the JSON has no room for stand next to it.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from assemblies import documents
from assemblies.conf import max_script_bytes
from assemblies.documents import Document, EnvelopeFacts, ScriptEncoding, Style
from assemblies.errors import DocumentTooLarge

NO_ROOM = _("The files of this assembly are too large for one JSON document; export it as a tree, in a zip archive.")
BASE64: ScriptEncoding = "base64"
Write = Callable[..., dict[str, Any]]


class ArchiveStyle(StrEnum):
    """How documents stand in an archive; `tree` puts each script into a file of its own."""

    AUTHORING = "authoring"
    LEGACY = "legacy"
    ENVELOPE = "envelope"
    TREE = "tree"


def write_whole(
    document: Document, style: Style, *, envelope: EnvelopeFacts, script_encoding: ScriptEncoding
) -> dict[str, Any]:
    """Return the value of a document that holds its files. Raises DocumentTooLarge when it has no room for them."""
    for entry, _text in _fitting(documents.write_document, document, style, envelope, script_encoding):
        return entry
    raise _no_room()


def _no_room() -> DocumentTooLarge:
    return DocumentTooLarge(gettext(NO_ROOM), limit_bytes=max_script_bytes())


def write_files(
    document: Document, style: str, stem: str, *, envelope: EnvelopeFacts, script_encoding: ScriptEncoding
) -> list[tuple[str, bytes]]:
    """Return the files of a document by name, `<stem>.json` first; `style` is one of ArchiveStyle."""
    if style == ArchiveStyle.TREE:
        return list(documents.write_tree(document, stem, max_bytes=max_script_bytes()).items())
    for _entry, text in _fitting(documents.write_document, document, Style(style), envelope, script_encoding):
        return [(f"{stem}.json", text)]
    for _entry, text in _fitting(documents.write_outline, document, Style(style), envelope, script_encoding):
        return [(f"{stem}.json", text), *documents.sibling_files(document, stem).items()]
    raise DocumentTooLarge(limit_bytes=documents.max_json_bytes(max_script_bytes()))


def _fitting(
    write: Write, document: Document, style: Style, envelope: EnvelopeFacts, script_encoding: ScriptEncoding
) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the value and the text of each spelling that can be read again, the wanted one first."""
    if write is documents.write_document and sum(file.size for file in document.files) > max_script_bytes():
        return
    for encoding in dict.fromkeys((script_encoding, BASE64)):
        entry = write(document, style, envelope=envelope, script_encoding=encoding)
        text = documents.fitting_json(entry, documents.max_json_bytes(max_script_bytes()))
        if text is not None:
            yield entry, text
