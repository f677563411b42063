"""What is told of an assembly beyond its line in a list: files, hidden characters, and the names of its downloads."""

from typing import Any

from assemblies import documents
from assemblies.documents import decode_text
from assemblies.domains import AssemblyType
from assemblies.models import Content
from assemblies.payloads import PayloadStore
from assemblies.revisions.document import NO_PAYLOAD, outline_of


def detail_of(content: Content, store: PayloadStore) -> dict[str, Any]:
    """Return what one assembly or revision has beyond its line in a list. Raises PayloadMissing, PayloadCorrupt."""
    payload = read_payload(content, store)
    return {
        "payload": None if content.payload_is_binary else decode_text(payload),
        "payload_is_binary": content.payload_is_binary,
        "variables": content.variables,
        "files": files_of(content),
        "sites": content.sites,
        "timeout_seconds": content.timeout_seconds,
        "run_as": content.run_as,
        "interpreter_arguments": content.interpreter_arguments,
        "exit_codes": content.exit_codes,
        "minimum_version": content.minimum_version,
        "flags": flags_of(content, payload),
    }


def files_of(content: Content) -> list[dict[str, Any]]:
    return [
        {
            "file_name": facts.file_name,
            "mime_type": facts.mime_type,
            "size_bytes": facts.size_bytes,
            "sha256": facts.sha256,
        }
        for facts in content.files
    ]


def flags_of(content: Content, payload: bytes | None) -> list[dict[str, Any]]:
    """Return the hidden characters of an assembly's texts; those of its payload where that is given."""
    return documents.document_flags(outline_of(None, content, NO_PAYLOAD if payload is None else payload))


def read_payload(content: Content, store: PayloadStore) -> bytes:
    """Return the script or graph. Raises PayloadMissing, PayloadCorrupt."""
    return store.read(content.references[0])


def payload_name(guid: str, content: Content) -> str:
    """Return the file name to save a payload under."""
    stem, assembly_type = _stem(guid, content), AssemblyType(content.assembly_type)
    return f"{stem}.json" if assembly_type is AssemblyType.WORKFLOW else documents.script_name(stem, assembly_type)


def document_name(guid: str, content: Content) -> str:
    """Return the file name to save an exported document under."""
    return f"{_stem(guid, content)}.json"


def _stem(guid: str, content: Content) -> str:
    return documents.safe_stem(outline_of(guid, content, NO_PAYLOAD))
