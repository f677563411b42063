"""The catalogue: caught up from the journal before every answer.

`current` asks one small question (where is the journal's head, did a replica's state change) and reads only what came
since. Contents come from the journal entries themselves, so a snapshot is exactly the library at its position.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock

from django.core.signals import setting_changed
from django.db.models import IntegerField, Max, Subquery, Sum, Value

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.snapshot import Persistence, Position, Snapshot, Waiting
from assemblies.conf import flush_interval
from assemblies.domains import Domain
from assemblies.journal.pending import pending_entries
from assemblies.models import Assembly, DomainState, Flush, JournalEntry, JournalHead


class Catalogue:
    """One process's read model."""

    def __init__(self, *, interval: timedelta) -> None:
        self._lock = Lock()
        self._snapshot = Snapshot(Position(), {}, {}, Persistence(), interval)

    def current(self) -> Snapshot:
        """Return a snapshot that holds every change acknowledged before this call."""
        if find_position() == self._snapshot.position:
            return self._snapshot
        with self._lock:
            # Asked again, for another thread may have moved the snapshot past what was found outside the lock.
            self._snapshot = advanced(self._snapshot, find_position())
            return self._snapshot


@lru_cache(maxsize=1)
def library_catalogue() -> Catalogue:
    """Return the process's catalogue."""
    return Catalogue(interval=flush_interval())


def find_position() -> Position:
    """Return where the library is now, in one query."""
    totals = DomainState.objects.annotate(one=Value(1)).values("one").annotate(total=Sum("version"))
    head = (
        JournalHead.objects.filter(id=1)
        .annotate(states_version=Subquery(totals.values("total"), output_field=IntegerField()))
        .values_list("journal_id", "sequence", "states_version")
        .first()
    )
    return Position(head[0], head[1], head[2] or 0) if head else Position()


def advanced(snapshot: Snapshot, position: Position) -> Snapshot:
    """Return the snapshot brought to `position`, or a little further when writers went on meanwhile."""
    known = snapshot.position
    if position.journal_id != known.journal_id or position.sequence < known.sequence:
        snapshot, known = _loaded(position, snapshot.flush_interval), position
    news = list(JournalEntry.objects.after(known.sequence))
    persistence = snapshot.persistence
    if position.states_version != known.states_version:
        persistence = _read_persistence()
    entries, waiting = dict(snapshot.entries), dict(snapshot.waiting)
    _apply(news, entries, waiting)
    touched = {entry.assembly_guid for entry in news}
    if persistence is not snapshot.persistence:
        touched |= set(waiting)
    _settle(touched, entries, waiting, persistence)
    reached = news[-1].sequence if news else known.sequence
    position = Position(position.journal_id, reached, position.states_version)
    return Snapshot(position, entries, waiting, persistence, snapshot.flush_interval)


def _loaded(position: Position, interval: timedelta) -> Snapshot:
    """Read the whole library. Rows may be newer than `position`; catching up from there only repeats what they hold."""
    persistence = _read_persistence()
    rows = Assembly.objects.without_texts().iterator(chunk_size=2000)
    entries = {row.guid: _entry_of_row(row) for row in rows}
    waiting = _read_waiting(persistence, position)
    _settle(entries, entries, waiting, persistence)
    return Snapshot(position, entries, waiting, persistence, interval)


def _read_persistence() -> Persistence:
    states = {state.domain: state for state in DomainState.objects.all()}
    flushes: dict[str, list[tuple[int, datetime]]] = {domain: [] for domain in Domain}
    for flush in Flush.objects.order_by("persisted_sequence"):
        flushes[flush.domain].append((flush.persisted_sequence, flush.flushed_at))
    return Persistence(states, {domain: tuple(times) for domain, times in flushes.items()})


def _read_waiting(persistence: Persistence, position: Position) -> dict[str, Waiting]:
    persisted = {domain: persistence.up_to(domain) for domain in Domain}
    revisions: dict[str, list[tuple[int, datetime]]] = {}
    domains: dict[str, str] = {}
    pending = pending_entries(persisted).filter(sequence__lte=position.sequence)
    for guid, domain, sequence, staged_at in pending.values_list("assembly_guid", "domain", "sequence", "recorded_at"):
        revisions.setdefault(guid, []).append((sequence, staged_at))
        domains[guid] = domain
    held = _last_revisions_held(domains, persisted)
    return {guid: Waiting(held.get(guid, 0), tuple(found)) for guid, found in revisions.items()}


def _last_revisions_held(domains: Mapping[str, str], persisted: Mapping[Domain, int]) -> dict[str, int]:
    held: dict[str, int] = {}
    for domain, sequence in persisted.items():
        guids = [guid for guid, of in domains.items() if of == domain]
        if guids and sequence:
            older = JournalEntry.objects.filter(assembly_guid__in=guids, sequence__lte=sequence)
            held |= dict(older.order_by().values_list("assembly_guid").annotate(Max("sequence")))
    return held


def _entry_of_row(row: Assembly) -> CatalogueEntry:
    return CatalogueEntry(
        guid=row.guid,
        domain=row.domain,
        revision=row.sequence,
        content=row.read_content(),
        deleted_at=row.deleted_at,
    )


def _apply(news: Iterable[JournalEntry], entries: dict[str, CatalogueEntry], waiting: dict[str, Waiting]) -> None:
    for entry in news:
        guid, before = entry.assembly_guid, entries.get(entry.assembly_guid)
        content = entry.read_content()
        if content is not None:
            entries[guid] = CatalogueEntry(guid=guid, domain=entry.domain, revision=entry.sequence, content=content)
        elif before is not None:
            entries[guid] = before.deleted(revision=entry.sequence, at=entry.recorded_at)
        waits = waiting.get(guid) or Waiting(before.revision if before else 0, ())
        waiting[guid] = Waiting(waits.persisted_revision, (*waits.revisions, (entry.sequence, entry.recorded_at)))


def _settle(
    guids: Iterable[str],
    entries: dict[str, CatalogueEntry],
    waiting: dict[str, Waiting],
    persistence: Persistence,
) -> None:
    """Give each entry its state of persistence, and forget the waits that are over."""
    for guid in list(guids):
        entry = entries[guid]
        waits = waiting.pop(guid, Waiting(entry.revision, ())).after(persistence.up_to(entry.domain))
        if waits.revisions:
            waiting[guid] = waits
        entries[guid] = entry.persisted(
            dirty_since=waits.revisions[0][1] if waits.revisions else None,
            last_persisted=persistence.persisted_at(entry.domain, waits.persisted_revision),
        )


def _forget(*, setting: str, **_signal: object) -> None:
    if setting == "FLUSH_INTERVAL_SECONDS":
        library_catalogue.cache_clear()


setting_changed.connect(_forget)
