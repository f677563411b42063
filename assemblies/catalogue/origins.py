"""How entries compare with what they came from: official ones with their source, copies with their originals.

Three hashes decide the upstream state of an official assembly: its own, the one last applied from the source, and the
one the source publishes now.
"""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Max

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.domains import Domain, Operation, UpstreamState
from assemblies.models import Assembly, JournalEntry, UpstreamDocument

# An adopted row came with a domain database: it was published too, only not by this library's own sync.
PUBLISHING = (Operation.SYNC, Operation.ADOPT)
# Undoing a sync goes back to an earlier publication.
APPLYING = (*PUBLISHING, Operation.UNDO)
MAX_GUIDS_IN_QUERY = 500


def upstream_state(*, local: str, applied: str | None, upstream: str) -> UpstreamState | None:
    """Return the state of an official assembly. Each argument is a content hash, or "" for none.

    `applied` is None when nothing was ever applied. Returns None for what is neither here nor there and never was.
    """
    if local == upstream:
        return UpstreamState.UP_TO_DATE if local else _withdrawn_or(None, applied)
    if not upstream:
        return _withdrawn_or(UpstreamState.LOCALLY_MODIFIED, applied)
    if not applied:
        return UpstreamState.DIVERGED if local else UpstreamState.NEW_UPSTREAM
    if local == applied:
        return UpstreamState.UPDATE_AVAILABLE
    return UpstreamState.LOCALLY_MODIFIED if upstream == applied else UpstreamState.DIVERGED


def _withdrawn_or(otherwise: UpstreamState | None, applied: str | None) -> UpstreamState | None:
    return otherwise if applied is None else UpstreamState.REMOVED_UPSTREAM


def read_upstream() -> dict[str, str]:
    """Return what the source published when it was read last, by GUID; empty when it never was."""
    return dict(UpstreamDocument.objects.values_list("guid", "content_hash"))


def find_upstream_state(row: Assembly) -> UpstreamState | None:
    """Return the state of one assembly; None outside of the official domain, or when the source was never read."""
    if row.domain != Domain.OFFICIAL or not UpstreamDocument.objects.exists():
        return None
    upstream = UpstreamDocument.objects.filter(guid=row.guid).values_list("content_hash", flat=True).first()
    return upstream_state(
        local="" if row.deleted_at else row.content_hash,
        applied=last_meanings([row.guid], APPLYING).get(row.guid),
        upstream=upstream or "",
    )


def set_upstream_states(guids: Iterable[str], entries: dict[str, CatalogueEntry], upstream: Mapping[str, str]) -> None:
    """Give each entry its upstream state; nothing is known while the source was never read.

    The journal is asked only about those that do not simply say what is published.
    """
    found = (entries[guid] for guid in guids)
    official = [entry for entry in found if entry.domain == Domain.OFFICIAL] if upstream else []
    other = {entry.guid for entry in official if _local(entry) != upstream.get(entry.guid)}
    applied = last_meanings(other, APPLYING) if other else {}
    for entry in official:
        state = upstream_state(
            local=_local(entry),
            applied=applied.get(entry.guid),
            upstream=upstream.get(entry.guid, ""),
        )
        entries[entry.guid] = entry.compared(upstream_state=state, origin_changed=entry.origin_changed)


def last_meanings(guids: Collection[str], operations: Iterable[Operation]) -> dict[str, str]:
    """Return the content hash that the last official entry of one of `operations` left to each of `guids`.

    It is "" for a deletion; GUIDs without such an entry are left out.
    """
    entries = JournalEntry.objects.of_domain(Domain.OFFICIAL).filter(operation__in=operations)
    if len(guids) <= MAX_GUIDS_IN_QUERY:
        entries = entries.filter(assembly_guid__in=guids)
    last = entries.order_by().values_list("assembly_guid").annotate(Max("sequence"))
    found = JournalEntry.objects.in_bulk([sequence for guid, sequence in last if guid in guids])
    return {entry.assembly_guid: meaning_of(entry) for entry in found.values()}


def meaning_of(entry: JournalEntry) -> str:
    """Return the content hash an entry left, or "" for a deletion."""
    content = entry.read_content()
    return content.content_hash if content else ""


def _local(entry: CatalogueEntry) -> str:
    return "" if entry.deleted_at else entry.content.content_hash


def find_copies(guids: Iterable[str], entries: Mapping[str, CatalogueEntry]) -> frozenset[str]:
    """Return those of `guids` that were copied from another assembly."""
    return frozenset(guid for guid in guids if entries[guid].content.cloned_from)


def set_origin_changes(guids: Collection[str], copies: Iterable[str], entries: dict[str, CatalogueEntry]) -> None:
    """Tell each copy among `guids`, and each of `copies` that is one of them, whether its original changed since."""
    for guid in copies:
        entry = entries[guid]
        lineage = entry.content.cloned_from
        if guid in guids or (lineage is not None and lineage.assembly_guid in guids):
            changed = _origin_changed(entry, entries)
            entries[guid] = entry.compared(upstream_state=entry.upstream_state, origin_changed=changed)


def _origin_changed(entry: CatalogueEntry, entries: Mapping[str, CatalogueEntry]) -> bool | None:
    """Return None for a copy whose original is gone."""
    lineage = entry.content.cloned_from
    origin = entries.get(lineage.assembly_guid) if lineage else None
    if lineage is None or origin is None or origin.deleted_at is not None:
        return None
    return origin.content.content_hash != lineage.content_hash
