"""The Raw tab: an assembly as the document an author would write, with its files named and not held.

Read back, everything the document says becomes a change like those of the form; what it leaves out for want of a place
(where an official document came from) stays.
"""

from dataclasses import replace
from typing import Any

from assemblies import documents
from assemblies.admin.item.editing import Changes, Revision
from assemblies.conf import max_script_bytes
from assemblies.documents import ScriptEncoding, Style
from assemblies.documents.shapes import SOURCE_KEYS
from assemblies.errors import InvalidField
from assemblies.models import AttachmentFacts, Content
from assemblies.revisions.compare import FIELDS
from assemblies.revisions.document import outline_of

# A script that would be too large as text is base64.
ENCODINGS: tuple[ScriptEncoding, ...] = ("text", "base64")


def raw_text(guid: str, revision: Revision) -> str | None:
    """Return the document as JSON, or None when its script is not available."""
    if revision.payload is None:
        return None
    document = replace(
        outline_of(guid, revision.content, revision.payload),
        files=[],
        **{name: getattr(revision.content, name) for name in FIELDS},
    )
    spellings = (
        documents.write_document(document, Style.AUTHORING, script_encoding=encoding) for encoding in ENCODINGS
    )
    texts = (documents.fitting_json(value | {"files": _files(revision.content)}, _largest()) for value in spellings)
    text = next((text for text in texts if text is not None), None)
    return text.decode() if text is not None else None


def read_raw(text: str, guid: str, revision: Revision, *, max_bytes: int) -> Changes:
    """Return what a document says otherwise than the revision.

    Raises InvalidDocument and its kinds, InvalidGuid, DocumentTooLarge.
    """
    # A browser sends CRLF for each line end.
    value = documents.parse_json(text, max_bytes=2 * documents.max_json_bytes(max_bytes))
    files = value.pop("files", None) or [] if isinstance(value, dict) else []
    document = documents.read_document(value, max_bytes=max_bytes)
    if document.files or not documents.same_value(files, _files(revision.content)):
        raise InvalidField("Files are added and removed in the Files tab.", field="files")
    if document.guid not in (None, guid):
        raise InvalidField("This is the GUID of another assembly; an assembly keeps its own.", field="assembly_guid")
    source = {key: revision.content.metadata[key] for key in SOURCE_KEYS if key in revision.content.metadata}
    document = replace(document, metadata=source | document.metadata)
    fields = {name: getattr(document, name) for name in FIELDS}
    changed = {
        name: value
        for name, value in fields.items()
        if not documents.same_value(value, getattr(revision.content, name))
    }
    return Changes(changed, None if document.payload == revision.payload else document.payload)


def _largest() -> int:
    return documents.max_json_bytes(max_script_bytes())


def _files(content: Content) -> list[dict[str, Any]]:
    return [_file(facts) for facts in content.files]


def _file(facts: AttachmentFacts) -> dict[str, Any]:
    return facts.extra | {
        "file_name": facts.file_name,
        "mime_type": facts.mime_type,
        "size": facts.size_bytes,
        "sha256": facts.sha256,
    }
