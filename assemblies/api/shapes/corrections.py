"""What was read of a document that says not all of itself: told by a preview, taken corrected by an import."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from assemblies import documents
from assemblies.api.shapes.fields import NAME, JSONObject, OperatingSystems
from assemblies.api.shapes.item_changes import SECONDS, SYSTEMS, TEXT, VARIABLES
from assemblies.documents import NORMALISERS, Document
from assemblies.domains import AssemblyType
from assemblies.errors import InvalidField
from devmode.api.shapes import Answer

# As many as a request waits for.
MAX_CORRECTED = 200
MAX_TEXT_BYTES = 4 * 1024 * 1024
FIELDS = ("display_name", "summary", "timeout_seconds", "operating_systems", "variables")
# What each document is to be instead of what was read of it, by its member of an archive.
Corrections = Mapping[str, Mapping[str, Any]]
PROPERTIES = {
    "member": {"type": "string", "default": ""},
    "display_name": NAME,
    "summary": TEXT,
    "assembly_type": {"type": "string", "enum": AssemblyType.values},
    "timeout_seconds": SECONDS,
    "operating_systems": SYSTEMS,
    "variables": VARIABLES,
}
SCHEMA = {
    "type": "array",
    "maxItems": MAX_CORRECTED,
    "items": {"type": "object", "additionalProperties": False, "properties": PROPERTIES},
}


class ReadFields(Answer):
    """What was read of a plain script or of another tool's export."""

    display_name = serializers.CharField()
    summary = serializers.CharField()
    assembly_type = serializers.ChoiceField(AssemblyType.choices)
    timeout_seconds = serializers.IntegerField()
    operating_systems = OperatingSystems()
    variables = serializers.ListField(child=JSONObject())


def read_of(document: Document) -> dict[str, Any] | None:
    """Return what was read of a document; None of one that says all of itself."""
    if not document.aliases:
        return None
    return {name: getattr(document, name) for name in FIELDS} | {"assembly_type": document.assembly_type}


def read_corrections(value: Any, field: str) -> Corrections:
    """Return fields by their names in `Content`, by member; a form sends them as JSON. Raises InvalidField."""
    if isinstance(value, str):
        value = documents.parse_json(value or "[]", max_bytes=MAX_TEXT_BYTES)
    if value is None:
        return {}
    if not isinstance(value, list) or len(value) > MAX_CORRECTED:
        raise InvalidField(f"This must be a list of at most {MAX_CORRECTED} objects.", field=field)
    found: dict[str, Mapping[str, Any]] = {}
    for at, one in enumerate(value):
        member, fields = _read(one, f"{field}[{at}]")
        if member in found:
            raise InvalidField("This document is corrected twice.", field=f"{field}[{at}].member")
        found[member] = fields
    return found


def check_corrections(corrections: Corrections, documents_by_member: Mapping[str, Document]) -> None:
    """Raise InvalidField unless each is for a document that is imported, and leaves a script a script."""
    for at, (member, fields) in enumerate(corrections.items()):
        document = documents_by_member.get(member)
        if document is None:
            raise InvalidField("No document that can be imported is called so.", field=f"corrections[{at}].member")
        after = documents.get_assembly_type(fields.get("type_name", document.type_name))
        if after.kind is not document.kind:
            words = "A script stays a script, and a playbook a playbook."
            raise InvalidField(words, field=f"corrections[{at}].assembly_type")


def _read(one: Any, at: str) -> tuple[str, dict[str, Any]]:
    if not isinstance(one, dict):
        raise InvalidField("This must be an object.", field=at)
    member = one.get("member", "")
    if not isinstance(member, str):
        raise InvalidField("This is the name of a file of the archive.", field=f"{at}.member")
    if unknown := sorted(one.keys() - PROPERTIES.keys()):
        raise InvalidField("This is not known here.", field=f"{at}.{unknown[0]}")
    fields = {name: NORMALISERS[name](one[name], f"{at}.{name}") for name in FIELDS if name in one}
    if "assembly_type" in one:
        fields["type_name"] = documents.normalise_type(one["assembly_type"], f"{at}.assembly_type")
    return member, fields
