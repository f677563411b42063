"""Writing a document in a style, so that reading it again gives an equal one.

A style's own keys are always there; what else a document holds is added only where it would otherwise be lost.
"""

from dataclasses import replace
from typing import Any

from assemblies.documents.attachments import write_attachment
from assemblies.documents.decoding import encode_base64
from assemblies.documents.document import Document, EnvelopeFacts, Style
from assemblies.documents.fields import DEFAULT_TIMEOUT_SECONDS, DEFAULT_VERSION, default_category, default_sites
from assemblies.documents.scripts import ScriptEncoding, write_script
from assemblies.documents.shapes import GRAPH_KEYS, SOURCE_KEYS
from assemblies.documents.workflow import graph_of
from assemblies.domains import Kind


def write_document(
    document: Document,
    style: Style,
    *,
    envelope: EnvelopeFacts | None = None,
    script_encoding: ScriptEncoding = "base64",
) -> dict[str, Any]:
    """The JSON value of a document. `text` asks for a readable script; one that is no text stays base64 and says so."""
    style = Style(style)
    if style is Style.ENVELOPE:
        return _envelope(document, envelope or EnvelopeFacts(), script_encoding)
    if style is Style.AUTHORING:
        return document.extra | _guid(document) | _authoring(document, script_encoding)
    return document.extra | _legacy(document, script_encoding) | _metadata(document)


def write_outline(
    document: Document,
    style: Style,
    *,
    envelope: EnvelopeFacts | None = None,
    script_encoding: ScriptEncoding = "base64",
) -> dict[str, Any]:
    """The JSON value of a document whose files are only named: their bytes stand next to it."""
    bare = replace(document, files=[replace(file, data=b"") for file in document.files])
    entry = write_document(bare, style, envelope=envelope, script_encoding=script_encoding)
    if document.files:
        inner = entry["payload"] if style is Style.ENVELOPE else entry
        inner["files"] = [write_attachment(file, with_data=False) for file in document.files]
    return entry


def _authoring(document: Document, encoding: ScriptEncoding) -> dict[str, Any]:
    added = _classification(document) | _metadata(document)
    entry: dict[str, Any] = {
        "name": document.display_name,
        "description": document.summary,
        "type": document.type_name,
    }
    if document.kind is Kind.WORKFLOW:
        readable = encoding == "text"
        entry["workflow"] = graph_of(document.payload) if readable else encode_base64(document.payload)
        return entry | _inputs(document) | added
    entry["script"], word = write_script(document.payload, encoding)
    entry |= _all_inputs(document)
    if added or document.extra or encoding == "text":
        added["script_encoding"] = word
    return entry | added


def _legacy(document: Document, encoding: ScriptEncoding) -> dict[str, Any]:
    if document.kind is Kind.WORKFLOW:
        return _flat(document, named=True)
    script, word = write_script(document.payload, encoding)
    return {
        "version": document.version,
        "name": document.display_name,
        "description": document.summary,
        "category": document.category,
        "type": document.type_name,
        "script": script,
        "sites": document.sites,
        "script_encoding": word,
    } | _all_inputs(document)


def _flat(document: Document, *, named: bool) -> dict[str, Any]:
    graph = graph_of(document.payload)
    entry: dict[str, Any] = {}
    if named and document.display_name != graph.get("tab_name"):
        entry["name"] = document.display_name
    if named and document.summary:
        entry["description"] = document.summary
    # Flat, a key of the graph that is not its own could not be told from one of the document.
    if not graph.keys() <= set(GRAPH_KEYS):
        return entry | {"type": document.type_name, "workflow": graph} | _inputs(document) | _classification(document)
    if document.type_name != Kind.WORKFLOW:
        entry["type"] = document.type_name
    return entry | graph | _inputs(document) | _classification(document)


def _envelope(document: Document, facts: EnvelopeFacts, encoding: ScriptEncoding) -> dict[str, Any]:
    if document.kind is Kind.WORKFLOW:
        body, summary = _flat(document, named=False), document.summary or None
    else:
        body, summary = _legacy(document, encoding), document.summary
    said = {
        "domain": facts.domain,
        "payload_guid": facts.payload_guid,
        "content_hash": facts.content_hash,
        "created_at": facts.created_at,
        "updated_at": facts.updated_at,
    }
    return (
        document.envelope_extra
        | _guid(document)
        | {
            "display_name": document.display_name,
            "summary": summary,
            "assembly_type": str(document.kind.value),
            "assembly_subtype": str(document.assembly_type.value),
            "payload": document.extra | _guid(document) | body,
        }
        | {key: value for key, value in said.items() if value is not None}
        | {key: document.metadata[key] for key in SOURCE_KEYS if key in document.metadata}
        | _tags(document)
        | _own_metadata(document)
    )


def _guid(document: Document) -> dict[str, Any]:
    return {"assembly_guid": document.guid} if document.guid else {}


def _all_inputs(document: Document) -> dict[str, Any]:
    return {
        "timeout_seconds": document.timeout_seconds,
        "variables": document.variables,
        "files": [write_attachment(file) for file in document.files],
    }


def _inputs(document: Document) -> dict[str, Any]:
    """What a run asks for, where a workflow asks for any of it."""
    inputs = _all_inputs(document)
    if document.timeout_seconds == DEFAULT_TIMEOUT_SECONDS:
        del inputs["timeout_seconds"]
    return {key: value for key, value in inputs.items() if key == "timeout_seconds" or value}


def _classification(document: Document) -> dict[str, Any]:
    added: dict[str, Any] = {}
    if document.category != default_category(document.kind):
        added["category"] = document.category
    if type(document.version) is not int or document.version != DEFAULT_VERSION:
        added["version"] = document.version
    if document.sites != default_sites():
        added["sites"] = document.sites
    return added


def _tags(document: Document) -> dict[str, Any]:
    return {"tags": document.tags} if document.tags else {}


def _own_metadata(document: Document) -> dict[str, Any]:
    own = {key: value for key, value in document.metadata.items() if key not in SOURCE_KEYS}
    return {"metadata": own} if own else {}


def _metadata(document: Document) -> dict[str, Any]:
    """What only an envelope has a place of its own for; where a document came from stays with the envelope alone."""
    added = _tags(document) | _own_metadata(document)
    if document.envelope_extra:
        added["envelope_extra"] = document.envelope_extra
    return added
