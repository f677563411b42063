"""The shapes a document comes in, and the keys each level of them knows.

An envelope holds a document under `payload`; every other shape is its own document. What is not a known key is kept
and given back: of the document as `extra`, of the envelope as `envelope_extra`.
"""

from dataclasses import dataclass
from typing import Any

from assemblies.documents.canonical import same_value
from assemblies.documents.decoding import step
from assemblies.documents.older_values import with_todays_values
from assemblies.domains import Kind
from assemblies.errors import InvalidDocument, InvalidField

SCRIPT_KEYS = ("script", "content", "script_lines")
GRAPH_KEYS = ("tab_name", "nodes", "edges")
SOURCE_KEYS = ("source_repo", "source_path", "source_version")
PROVENANCE_KEYS = frozenset({"domain", "payload_guid", "content_hash", "created_at", "updated_at"})
_NAMING_KEYS = frozenset({"assembly_guid", "name", "display_name", "description", "summary"})
_TYPE_KEYS = frozenset({"type", "assembly_type", "assembly_subtype", "assembly_kind", "kind"})
_COMMON_KEYS = (
    frozenset({"timeout_seconds", "timeout", "variables", "files", "sites", "envelope_extra"})
    | frozenset({"category", "version", "tags", "metadata"})
    | PROVENANCE_KEYS
    | frozenset(SOURCE_KEYS)
    | _NAMING_KEYS
    | _TYPE_KEYS
)
_KEYS_OF_KIND = {
    Kind.SCRIPT: frozenset({*SCRIPT_KEYS, "script_encoding", "scriptEncoding"}),
    Kind.ANSIBLE: frozenset({*SCRIPT_KEYS, "script_encoding", "scriptEncoding"}),
    Kind.WORKFLOW: frozenset({*GRAPH_KEYS, "workflow", "workflow_encoding"}),
}
_ENVELOPE_KEYS = (
    frozenset({"payload", "category", "version", "tags", "metadata"})
    | PROVENANCE_KEYS
    | frozenset(SOURCE_KEYS)
    | _NAMING_KEYS
    | _TYPE_KEYS
)
# What stands next to a `payload` only where that payload is an unknown key of an ordinary document.
_BODY_KEYS = frozenset({*SCRIPT_KEYS, "workflow", "nodes", "timeout_seconds"})


@dataclass(frozen=True)
class Shape:
    """A decoded document taken apart: the envelope (empty where there is none), the document, and its path."""

    outer: dict[str, Any]
    inner: dict[str, Any]
    prefix: str


def shape_of(value: Any) -> Shape:
    """Take a decoded value apart. Raises InvalidDocument where it is no object."""
    if not isinstance(value, dict):
        raise InvalidDocument(
            "A document must be one JSON object; a list of them is given one by one.", field="document"
        )
    if "payload" not in value or _BODY_KEYS & value.keys():
        return Shape({}, with_todays_values(value), "")
    if not isinstance(value["payload"], dict):
        raise InvalidField("The payload of an envelope must be an object.", field="payload")
    return Shape(with_todays_values(value), with_todays_values(value["payload"]), "payload")


def unknown_keys(document: dict[str, Any], kind: Kind) -> dict[str, Any]:
    known = _COMMON_KEYS | _KEYS_OF_KIND[kind]
    return {key: value for key, value in document.items() if key not in known}


def unknown_envelope_keys(shape: Shape) -> dict[str, Any]:
    """What the envelope holds beyond its own keys, also where another style carried it under `envelope_extra`."""
    field = step(shape.prefix, "envelope_extra")
    carried = shape.inner.get("envelope_extra") or {}
    if not isinstance(carried, dict):
        raise InvalidField("This must be an object.", field=field)
    for key in carried:
        if key in _ENVELOPE_KEYS | _BODY_KEYS:
            raise InvalidField("This key has a place of its own.", field=step(field, key))
    return carried | {key: value for key, value in shape.outer.items() if key not in _ENVELOPE_KEYS}


def spelt_once(mapping: dict[str, Any], names: tuple[str, ...], prefix: str) -> Any:
    """The value of a field that has several names; null is absence, and two names must not contradict each other."""
    given = [(name, mapping[name]) for name in names if mapping.get(name) is not None]
    for name, value in given[1:]:
        if not same_value(value, given[0][1]):
            raise InvalidField(f"This says something else than {given[0][0]}.", field=step(prefix, name))
    return given[0][1] if given else None
