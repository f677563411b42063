"""Items as they are sent: to create, replace and change an assembly.

What the library sets itself may be sent back as it was read and is then ignored, so that an item can be read, edited
and put back; sent otherwise, it is refused by name, or as stale where the body's `revision` is not current. An item
posted without its GUID is a copy, of which the library sets everything again.
"""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from assemblies import documents
from assemblies.api.shapes.fields import (
    GUID,
    NAME,
    OBJECT,
    TAGS,
    VERSION,
    DomainWord,
    Ruled,
    TypeWord,
    as_sent,
    read_guid,
)
from assemblies.api.shapes.items import CreatedItem, ItemDetail, ListedItem
from assemblies.catalogue import CatalogueEntry
from assemblies.documents import NORMALISERS, Document, folded_into_extra, normalise_payload
from assemblies.domains import AssemblyType, Domain, ExitMeaning, Kind, OperatingSystem
from assemblies.errors import InvalidField, ReadOnlyField, RevisionConflict
from assemblies.web.item_facts import files_of
from devmode.api.shapes import Shape, check_names

CLONE_HINT = "An assembly stays in its domain; clone it into the other one instead."
TEXT = {"type": "string", "nullable": True}
TEXTS = {"type": "array", "items": {"type": "string"}, "nullable": True}
SYSTEMS = TEXTS | {"items": {"type": "string", "enum": OperatingSystem.values}}
EXIT_CODES = {
    "type": "object",
    "additionalProperties": {"type": "string", "enum": ExitMeaning.values},
    "nullable": True,
}
SECONDS = {"type": "integer", "minimum": 0, "nullable": True}
VARIABLES = {"type": "array", "items": OBJECT, "nullable": True}
PAYLOAD = {"oneOf": [{"type": "string"}, OBJECT], "nullable": True}
# Where an assembly is and what it is called are fixed by its creation.
FIXED = frozenset({"assembly_guid", "domain", "source"})
# These change without a new revision: a flush, a sync or a search writes them.
PASSING = frozenset(
    {"is_dirty", "dirty_since", "last_persisted", "upstream_state", "origin_changed", "flags", "matches"}
    | {"files_not_copied"}
)


class Destination(Shape):
    """Where something new is to go."""

    domain = DomainWord(required=False, default=Domain.USER)


class ItemChange(Shape):
    """The fields people write. What the library sets may be sent back as it was read.

    Reads the changed `fields`, by their names in `Content`, the new `payload` if there is one, and the `revision` that
    was read, if the body says it. Context: the `entry` that is changed, and whether an `administrator` asks.
    """

    is_closed = False
    # Whether what is not sent gets its default.
    whole = False
    display_name = Ruled(NORMALISERS["display_name"], NAME, required=False)
    summary = Ruled(NORMALISERS["summary"], TEXT, required=False)
    version = Ruled(NORMALISERS["version"], VERSION, required=False)
    tags = Ruled(NORMALISERS["tags"], TAGS, required=False)
    metadata = Ruled(NORMALISERS["metadata"], OBJECT, required=False)
    timeout_seconds = Ruled(NORMALISERS["timeout_seconds"], SECONDS, required=False)
    variables = Ruled(NORMALISERS["variables"], VARIABLES, required=False)
    sites = Ruled(NORMALISERS["sites"], OBJECT, required=False)
    operating_systems = Ruled(NORMALISERS["operating_systems"], SYSTEMS, required=False)
    run_as = Ruled(NORMALISERS["run_as"], TEXT, required=False)
    interpreter_arguments = Ruled(NORMALISERS["interpreter_arguments"], TEXTS, required=False)
    exit_codes = Ruled(NORMALISERS["exit_codes"], EXIT_CODES, required=False)
    minimum_version = Ruled(NORMALISERS["minimum_version"], TEXT, required=False)
    assembly_type = TypeWord(required=False)
    category = Ruled(as_sent, TEXT, required=False)
    payload = Ruled(as_sent, PAYLOAD, required=False)

    def get_fields(self) -> dict[str, Any]:
        """Add what the library sets, as read-only, and what is fixed by an assembly's creation."""
        fields = super().get_fields()
        others = {*ItemDetail().fields, *ListedItem().fields, *CreatedItem().fields, "domain"} - fields.keys()
        return {name: serializers.JSONField(read_only=True) for name in others} | fields

    def to_internal_value(self, data: Any) -> Any:
        check_names(data.keys(), self.fields.keys())
        self.check_read_only(data)
        values = super().to_internal_value(data)
        return values | ({"revision": data["revision"]} if "revision" in data else {})

    def check_read_only(self, sent: Mapping[str, Any]) -> None:
        """Raise ReadOnlyField, RevisionConflict or InvalidGuid unless what people cannot write was sent as it is."""
        entry, administrator = self.context["entry"], self.context["administrator"]
        if "assembly_guid" in sent and documents.normalise_guid(sent["assembly_guid"]) != entry.guid:
            raise ReadOnlyField("The body names another assembly than the address.", field="assembly_guid")
        # What was read of an earlier revision differs in more than one field; that it is stale says why.
        is_current = "revision" in sent and _check_current(sent["revision"], entry)
        item = entry.item(administrator)
        item |= {"files": files_of(entry.content), "payload_is_binary": entry.content.payload_is_binary}
        for name in ("domain", "source"):
            if name in sent and read_domain(sent[name], name) != entry.domain:
                raise ReadOnlyField(CLONE_HINT, field=name)
        for name in [name for name in sent if self.fields[name].read_only and name not in FIXED]:
            passing = name in PASSING and is_current
            if not passing and not (name in item and documents.same_value(sent[name], item[name])):
                raise ReadOnlyField(field=name)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Read the type, the category and the payload, each of which depends on the one before."""
        entry: CatalogueEntry = self.context["entry"]
        before = after = AssemblyType(entry.content.assembly_type)
        revision = sent.pop("revision", None)
        has_payload, payload = "payload" in sent, sent.pop("payload", None)
        if "assembly_type" in sent:
            sent["type_name"] = _type_name(sent.pop("assembly_type"), entry)
            after = documents.get_assembly_type(sent["type_name"])
        if "category" in sent:
            sent["category"] = documents.normalise_category(sent["category"], kind=after.kind)
        if has_payload:
            payload = _replaced_payload(payload, entry, before, after)
            return {"fields": sent, "payload": payload, "revision": revision}
        if (before.kind is Kind.WORKFLOW) != (after.kind is Kind.WORKFLOW):
            raise InvalidField(
                "A script and a workflow have different content: send the payload, too.", field="payload"
            )
        return {"fields": sent, "payload": None, "revision": revision}


class ItemReplacement(ItemChange):
    """The whole item; what is left out gets its default."""

    whole = True
    display_name = Ruled(NORMALISERS["display_name"], NAME)
    assembly_type = TypeWord()
    payload = Ruled(as_sent, PAYLOAD)


class NewItem(ItemReplacement):
    """A new assembly. Reads a `document`, the `domain` it is to go to, and the names of files that stay behind."""

    domain = DomainWord(required=False, default=Domain.USER)
    assembly_guid = Ruled(read_guid, GUID, required=False, default=None)

    def check_read_only(self, sent: Mapping[str, Any]) -> None:
        """Raise ReadOnlyField for what the library sets, but for what the GUID, the type and the domain say anyway."""
        if sent.get("assembly_guid") is None:
            return
        for name in sent:
            if self.fields[name].read_only and not _follows(name, sent):
                raise ReadOnlyField(field=name)

    def to_internal_value(self, data: Any) -> Any:
        if data.get("payload") is None and data.get("payload_is_binary") is True:
            raise InvalidField("A script that is no text is not part of an item: clone the assembly.", field="payload")
        return super().to_internal_value(data) | {"files": _file_names(data.get("files"))}

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        sent.pop("revision", None)
        domain, guid, payload, files = (sent.pop(name) for name in ("domain", "assembly_guid", "payload", "files"))
        type_name = documents.normalise_type(sent.pop("assembly_type"), "assembly_type")
        assembly_type = documents.get_assembly_type(type_name)
        category = documents.normalise_category(sent.pop("category"), kind=assembly_type.kind)
        payload = normalise_payload(payload, assembly_type)
        return {
            "domain": domain,
            "files_not_copied": files,
            "document": Document(
                guid=guid, type_name=type_name, category=category, payload=payload, **folded_into_extra(sent, {})
            ),
        }


def read_domain(value: Any, field: str) -> Domain:
    """Return the domain of a wire name. Raises InvalidField."""
    try:
        return Domain.from_wire(value)
    except ValueError:
        raise InvalidField("This must be official, community or user.", field=field) from None


def _check_current(revision: Any, entry: CatalogueEntry) -> bool:
    """Return True. Raises RevisionConflict when another revision is current."""
    if isinstance(revision, bool) or not isinstance(revision, int):
        raise InvalidField("This must be the number of the revision that was read.", field="revision")
    if revision != entry.revision:
        raise RevisionConflict(assembly_guid=entry.guid, revision=entry.revision, expected=revision)
    return True


def _follows(name: str, sent: Mapping[str, Any]) -> bool:
    """Say whether a field that the library sets says what the rest of a new item says."""
    if name == "assembly_id":
        return documents.normalise_guid(sent[name]) == documents.normalise_guid(sent["assembly_guid"])
    if name == "assembly_kind":
        type_name = documents.normalise_type(sent.get("assembly_type"), "assembly_type")
        return bool(sent[name] == documents.get_assembly_type(type_name).kind)
    return name == "source" and read_domain(sent[name], name) == read_domain(sent.get("domain", "user"), "domain")


def _file_names(files: Any) -> list[str]:
    lines = files if isinstance(files, list) else []
    return [str(line["file_name"]) for line in lines if isinstance(line, dict) and "file_name" in line]


def _type_name(value: Any, before: CatalogueEntry) -> str:
    """Return the type as written; a document that said `shell` goes on saying so while it is read and put back."""
    if value == before.content.assembly_type:
        return before.content.type_name
    return documents.normalise_type(value, "assembly_type")


def _replaced_payload(value: Any, entry: CatalogueEntry, before: AssemblyType, after: AssemblyType) -> bytes | None:
    # A script that is no text reads as null, and so null leaves it as it is.
    if value is None and entry.content.payload_is_binary and after.kind is before.kind:
        return None
    return normalise_payload(value, after)
