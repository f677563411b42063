"""Reading a document of any shape into the one the library knows.

Where an envelope and the document inside it both name a field, the envelope is believed, but for the type: the
newer envelope says only `script` where the document says which language.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any

from assemblies.documents.attachments import inline_bytes, read_attachments
from assemblies.documents.decoding import MAX_DEPTH, MAX_WRAPPINGS, check_size, check_value, parse_json, step
from assemblies.documents.document import Document
from assemblies.documents.fields import (
    normalise_category,
    normalise_guid,
    normalise_metadata,
    normalise_name,
    normalise_sites,
    normalise_summary,
    normalise_tags,
    normalise_timeout,
    normalise_version,
)
from assemblies.documents.findings import bounded, label_findings, labels_of, script_findings
from assemblies.documents.hidden_characters import find_hidden_in
from assemblies.documents.kinds import find_type_name, get_assembly_type, guess_script_type
from assemblies.documents.limits import check_inline_size, check_script_size, max_json_bytes
from assemblies.documents.other_json import is_assembly
from assemblies.documents.payload_text import decode_text
from assemblies.documents.playbooks import read_playbook
from assemblies.documents.scripts import read_script
from assemblies.documents.shapes import (
    SCRIPT_KEYS,
    SOURCE_KEYS,
    Shape,
    shape_of,
    spelt_once,
    unknown_envelope_keys,
    unknown_keys,
)
from assemblies.documents.stand_ins import check_script, find_other_kind
from assemblies.documents.variables import normalise_variables
from assemblies.documents.workflow import graph_of, is_base64_word, read_workflow
from assemblies.domains import AssemblyType, Kind
from assemblies.errors import InvalidDocument, InvalidField, NotAnAssembly

# What is recorded of files that were read is believed only while this is the same. Raise it with every change by which
# the same bytes come to another document, or are refused, or are no longer.
READER_VERSION = 1


def read_document(raw: bytes | str | dict[str, Any], *, max_bytes: int, name: str = "") -> Document:
    """The document in a JSON text, or in a value that was decoded elsewhere. `name` is that of a file, for messages.

    `max_bytes` bounds the script or graph; `limits` says what follows for the rest.

    Raises DocumentTooLarge, InvalidDocument, InvalidField and InvalidGuid.
    """
    return build_document(decode_document(raw, max_bytes=max_bytes, name=name), max_bytes=max_bytes)


def decode_document(raw: bytes | str | dict[str, Any], *, max_bytes: int, name: str = "") -> Any:
    """The JSON value of a document, held to the strict decoder's rules whichever decoder read it."""
    if isinstance(raw, bytes | str):
        _refuse_other_kinds(raw, name)
        return parse_json(raw, max_bytes=max_json_bytes(max_bytes), max_depth=MAX_WRAPPINGS)
    check_value(raw, max_depth=MAX_WRAPPINGS)
    check_size(raw, max_json_bytes(max_bytes))
    return raw


def _refuse_other_kinds(raw: bytes | str, name: str) -> None:
    """Raise InvalidDocument, in words about what it is, for a file that is not even JSON."""
    content = raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass")
    if (words := find_other_kind(content, name)) is not None:
        raise InvalidDocument(f"This {words}", field="document")


def build_document(
    value: Any,
    *,
    max_bytes: int,
    find_script: Callable[[AssemblyType], bytes | None] = lambda assembly_type: None,
    find_file: Callable[[int], bytes | None] = lambda position: None,
) -> Document:
    """The document of a decoded value; the two functions give what the value itself leaves out."""
    if isinstance(value, dict) and not is_assembly(value):
        raise NotAnAssembly(field="document")
    shape = shape_of(value)
    inner, prefix = shape.inner, shape.prefix
    type_name = find_type_name(shape)
    payload, consumed = _payload(shape, type_name, find_script)
    check_script_size(payload, max_bytes)
    check_inline_size(inline_bytes(inner.get("files")), max_bytes)
    type_name = type_name or guess_script_type(payload)
    kind = get_assembly_type(type_name).kind
    document = Document(
        guid=_guid(shape),
        display_name=_display_name(shape, kind, payload),
        summary=_summary(shape),
        type_name=type_name,
        payload=payload,
        timeout_seconds=normalise_timeout(
            spelt_once(inner, ("timeout_seconds", "timeout"), prefix), step(prefix, "timeout_seconds")
        ),
        variables=normalise_variables(inner.get("variables"), step(prefix, "variables")),
        files=read_attachments(inner.get("files"), step(prefix, "files"), find_file),
        sites=normalise_sites(inner.get("sites"), step(prefix, "sites")),
        category=normalise_category(*_preferred(shape, "category"), kind=kind),
        version=normalise_version(*_preferred(shape, "version")),
        tags=normalise_tags(*_preferred(shape, "tags")),
        metadata=_metadata(shape),
        extra=_extra(inner, kind, consumed),
        envelope_extra=unknown_envelope_keys(shape),
    )
    _check_depth(document)
    return replace(document, flags=document_flags(document))


def _payload(
    shape: Shape, type_name: str | None, find_script: Callable[[AssemblyType], bytes | None]
) -> tuple[bytes, frozenset[str]]:
    """The payload and the keys it was made of that no other document of its kind would know."""
    assembly_type = get_assembly_type(type_name) if type_name else None
    if assembly_type is AssemblyType.WORKFLOW:
        return read_workflow(shape.inner, shape.prefix), frozenset()
    if all(shape.inner.get(key) is None for key in SCRIPT_KEYS):
        script = find_script(assembly_type) if assembly_type else None
        if script is not None:
            return script, frozenset()
        if assembly_type is AssemblyType.ANSIBLE:
            return read_playbook(shape.inner, shape.prefix)
    script = read_script(shape.inner, shape.prefix)
    check_script(script, step(shape.prefix, "script"))
    return script, frozenset()


def _guid(shape: Shape) -> str | None:
    given = [mapping.get("assembly_guid") for mapping in (shape.outer, shape.inner)]
    guids = [normalise_guid(guid) for guid in given if guid not in (None, "")]
    if len(set(guids)) > 1:
        raise InvalidField("The envelope has another GUID.", field=step(shape.prefix, "assembly_guid"))
    return guids[0] if guids else None


def _display_name(shape: Shape, kind: Kind, payload: bytes) -> str:
    spellings = _texts(shape, ("display_name", "name"))
    if kind is Kind.WORKFLOW:
        spellings.append((graph_of(payload).get("tab_name"), step(shape.prefix, "tab_name")))
    for value, field in spellings:
        if value is not None and value != "":
            return normalise_name(value, field)
    raise InvalidDocument("The document has no name; give it one.", field="name")


def _summary(shape: Shape) -> str:
    for value, field in _texts(shape, ("summary", "description")):
        if value is not None and value != "":
            return normalise_summary(value, field)
    return ""


def _texts(shape: Shape, names: tuple[str, str]) -> list[tuple[Any, str]]:
    outer = [(shape.outer.get(name), name) for name in names]
    return outer + [(shape.inner.get(name), step(shape.prefix, name)) for name in names]


def _preferred(shape: Shape, key: str) -> tuple[Any, str]:
    if shape.outer.get(key) is not None:
        return shape.outer[key], key
    return shape.inner.get(key), step(shape.prefix, key)


def _metadata(shape: Shape) -> dict[str, Any]:
    """The metadata with the source of an envelope in it."""
    metadata = normalise_metadata(shape.inner.get("metadata"), step(shape.prefix, "metadata"))
    metadata = metadata | normalise_metadata(shape.outer.get("metadata"), "metadata")
    for mapping, prefix in ((shape.inner, shape.prefix), (shape.outer, "")):
        source = {key: mapping[key] for key in SOURCE_KEYS if key in mapping}
        metadata |= normalise_metadata(source, prefix)
    return metadata


def _extra(inner: dict[str, Any], kind: Kind, consumed: frozenset[str]) -> dict[str, Any]:
    extra = {key: value for key, value in unknown_keys(inner, kind).items() if key not in consumed}
    # The word says nothing new, but a document that carried it must get it back.
    if kind is Kind.WORKFLOW and is_base64_word(inner.get("workflow_encoding")):
        extra["workflow_encoding"] = inner["workflow_encoding"]
    return extra


def _check_depth(document: Document) -> None:
    """Refuse what would nest deeper than MAX_DEPTH in a document without wrapping."""
    inner = document.extra | {
        "variables": document.variables,
        "files": [file.extra for file in document.files],
        "sites": document.sites,
        "tags": document.tags,
        "metadata": document.metadata,
    }
    check_value(inner, max_depth=MAX_DEPTH)
    check_value(document.envelope_extra, max_depth=MAX_DEPTH)
    if document.kind is Kind.WORKFLOW:
        check_value(graph_of(document.payload), max_depth=MAX_DEPTH)


def document_flags(document: Document) -> list[dict[str, Any]]:
    """Return the findings in what people read and machines run, at most MAX_FINDINGS; see `findings`."""
    labels = label_findings(
        labels_of(
            display_name=document.display_name,
            summary=document.summary,
            category=document.category,
            tags=document.tags,
            variables=document.variables,
            file_names=[file.file_name for file in document.files],
        )
    )
    if document.kind is Kind.WORKFLOW:
        return bounded(chain(labels, find_hidden_in("workflow", graph_of(document.payload))))
    return bounded(chain(labels, script_findings(document.assembly_type, decode_text(document.payload) or "")))
