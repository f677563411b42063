"""The body of a create, PUT or PATCH: only fields that people write, each held to the rules of documents.

What the library itself sets may be sent back as it was read and is then ignored, so that an item can be read, edited
and put back; sent otherwise, it is refused by name.
"""

from collections.abc import Mapping
from typing import Any

from assemblies import documents
from assemblies.api.reading import read_domain, read_object
from assemblies.api.representing import files_of
from assemblies.catalogue import CatalogueEntry
from assemblies.documents import NORMALISERS, Document, normalise_payload
from assemblies.domains import AssemblyType, Domain, Kind
from assemblies.errors import InvalidField, ReadOnlyField

WRITABLE = frozenset({*NORMALISERS, "assembly_type", "category", "payload"})
# Where an assembly is and what it is called are fixed by its creation.
FIXED = frozenset({"assembly_guid", "domain"})
# These change without a new revision: a flush, a sync or a search writes them.
PASSING = frozenset(
    {"is_dirty", "dirty_since", "last_persisted", "upstream_state", "origin_changed", "flags", "matches"}
)
SET_BY_THE_LIBRARY = PASSING | {
    "assembly_id", "assembly_kind", "source", "revision", "checksum", "content_hash", "payload_size_bytes",
    "payload_guid", "cloned_from", "created_at", "updated_at", "updated_by", "deleted_at", "payload_is_binary", "files",
}  # fmt: skip
KNOWN = WRITABLE | FIXED | SET_BY_THE_LIBRARY
CLONE_HINT = "An assembly stays in its domain; clone it into the other one instead."


def read_new_domain(body: Any) -> tuple[dict[str, Any], Domain]:
    """Return the body of a create, and where the assembly is to go. Raises InvalidDocument and its kinds."""
    sent = read_object(body, KNOWN)
    return sent, read_domain(sent.get("domain", Domain.USER), "domain")


def read_new(sent: Mapping[str, Any]) -> Document:
    """Return the document that a create describes. Raises InvalidDocument and its kinds, InvalidGuid."""
    for name in sent:
        if name in SET_BY_THE_LIBRARY:
            raise ReadOnlyField(field=name)
    fields = read_fields(sent, whole=True, before=None)
    payload = normalise_payload(sent.get("payload"), documents.get_assembly_type(fields["type_name"]))
    guid = sent.get("assembly_guid")
    return Document(guid=None if guid is None else documents.normalise_guid(guid), payload=payload, **fields)


def read_changes(
    body: Any, entry: CatalogueEntry, *, whole: bool, administrator: bool
) -> tuple[dict[str, Any], bytes | None]:
    """Return the changed fields, by their names in `Content`, and the new payload if there is one.

    `whole` is a PUT: what is not sent gets its default, but name, type and payload must be sent.
    """
    sent = read_object(body, KNOWN)
    check_unchanged(sent, entry, administrator=administrator)
    fields = read_fields(sent, whole=whole, before=entry)
    before = AssemblyType(entry.content.assembly_type)
    after = documents.get_assembly_type(fields["type_name"]) if "type_name" in fields else before
    if "payload" in sent or whole:
        return fields, _replaced_payload(sent.get("payload"), entry, before, after)
    if (before.kind is Kind.WORKFLOW) != (after.kind is Kind.WORKFLOW):
        raise InvalidField("A script and a workflow hold different things: send the payload, too.", field="payload")
    return fields, None


def check_unchanged(sent: Mapping[str, Any], entry: CatalogueEntry, *, administrator: bool) -> None:
    """Raise ReadOnlyField or InvalidGuid unless what people cannot write was sent as it is."""
    item = entry.item(administrator)
    is_current = sent.get("revision") == entry.revision
    item |= {"files": files_of(entry.content), "payload_is_binary": entry.content.payload_is_binary}
    if "assembly_guid" in sent and documents.normalise_guid(sent["assembly_guid"]) != entry.guid:
        raise ReadOnlyField("The body names another assembly than the address.", field="assembly_guid")
    for name in ("domain", "source"):
        if name in sent and read_domain(sent[name], name) != entry.domain:
            raise ReadOnlyField(CLONE_HINT, field=name)
    for name in sent.keys() & SET_BY_THE_LIBRARY - {"source"}:
        passing = name in PASSING and is_current
        if not passing and not (name in item and documents.same_value(sent[name], item[name])):
            raise ReadOnlyField(field=name)


def read_fields(sent: Mapping[str, Any], *, whole: bool, before: CatalogueEntry | None) -> dict[str, Any]:
    """Return the values of the written fields, by their names in `Content`."""
    names = NORMALISERS.keys() if whole else NORMALISERS.keys() & sent.keys()
    fields = {name: NORMALISERS[name](sent.get(name), name) for name in names}
    if whole or "assembly_type" in sent:
        fields["type_name"] = _type_name(sent.get("assembly_type"), before)
    if whole or "category" in sent:
        fields["category"] = documents.normalise_category(sent.get("category"), kind=_kind(fields, before))
    return fields


def _replaced_payload(value: Any, entry: CatalogueEntry, before: AssemblyType, after: AssemblyType) -> bytes | None:
    # A script that is no text reads as null, and so null leaves it as it is.
    if value is None and entry.content.payload_is_binary and after.kind is before.kind:
        return None
    return normalise_payload(value, after)


def _type_name(value: Any, before: CatalogueEntry | None) -> str:
    """Return the type as written; a document that said `shell` goes on saying so while it is read and put back."""
    if before is not None and value == before.content.assembly_type:
        return before.content.type_name
    return documents.normalise_type(value, "assembly_type")


def _kind(fields: Mapping[str, Any], before: CatalogueEntry | None) -> Kind:
    if before is None or "type_name" in fields:
        return documents.get_assembly_type(fields["type_name"]).kind
    return Kind(before.content.kind)
