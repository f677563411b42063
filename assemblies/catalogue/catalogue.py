"""The catalogue: caught up from the journal before every answer.

`current` asks one small question (where is the journal's head, did a replica's state change) and reads only what came
since. Contents come from the journal entries themselves, so a snapshot is exactly the library at its position.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import starmap
from sys import intern
from threading import Lock
from typing import Any

from django.core.signals import setting_changed
from django.db import connection
from django.db.models import IntegerField, Max, QuerySet, Subquery, Sum, Value

from assemblies.catalogue.entry import CatalogueEntry, shared
from assemblies.catalogue.origins import (
    MAX_GUIDS_IN_QUERY,
    find_copies,
    read_upstream,
    set_origin_changes,
    set_upstream_states,
)
from assemblies.catalogue.selection import carried_lists
from assemblies.catalogue.snapshot import Persistence, Position, Snapshot, Waiting, no_texts
from assemblies.conf import flush_interval
from assemblies.domains import Domain
from assemblies.journal.pending import pending_entries
from assemblies.models import Assembly, Content, DomainState, Flush, JournalEntry, JournalHead, SyncRecord
from devmode.statements import find_first


class Catalogue:
    """One process's read model."""

    def __init__(self, *, interval: timedelta) -> None:
        self._lock = Lock()
        self._snapshot = Snapshot(Position(), {}, {}, Persistence(), interval)

    @property
    def newest(self) -> Snapshot:
        """The snapshot as it is, which may be behind: for those who ask where the library is by themselves."""
        return self._snapshot

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
    with connection.cursor() as cursor:
        cursor.execute(*_position_query(connection.vendor))
        head = cursor.fetchone()
    return Position(head[0], head[1], head[2] or 0, head[3] or 0) if head else Position()


@cache
def _position_query(_vendor: str) -> tuple[str, tuple[Any, ...]]:
    """Return the query that every answer begins with: building it takes twenty times as long as asking it."""
    facts = position_facts()
    rows = JournalHead.objects.filter(id=1).annotate(
        **{name: facts[name] for name in ("states_version", "sync_record")}
    )
    query: tuple[str, tuple[Any, ...]] = rows.values_list(*facts).query.sql_with_params()
    return query


def position_facts() -> dict[str, Subquery]:
    """Return what a position consists of, to be added to any query; each is None where there is nothing yet."""
    head = JournalHead.objects.filter(id=1)
    totals = DomainState.objects.annotate(one=Value(1)).values("one").annotate(total=Sum("version"))
    # A refused one changed nothing; and not being made under the journal's lock, it may be numbered out of turn.
    syncs = SyncRecord.objects.filter(outcome=SyncRecord.Outcome.DONE).order_by("-id").values("id")[:1]
    return {
        "sequence": Subquery(head.values("sequence")),
        "hash": Subquery(head.values("hash")),
        "states_version": Subquery(totals.values("total"), output_field=IntegerField()),
        "sync_record": Subquery(syncs, output_field=IntegerField()),
    }


def advanced(snapshot: Snapshot, position: Position) -> Snapshot:
    """Return the snapshot brought to `position`, or a little further when writers went on meanwhile."""
    persistence = snapshot.persistence
    if position.states_version != snapshot.position.states_version:
        persistence = _read_persistence(persistence)
    if not is_in_the_journal(snapshot.position) or persistence.holds_less_than(snapshot.persistence):
        snapshot = _loaded(position, snapshot.flush_interval)
        persistence = snapshot.persistence
    known = snapshot.position
    news = list(JournalEntry.objects.after(known.sequence))
    entries, waiting = dict(snapshot.entries), dict(snapshot.waiting)
    _apply(news, entries, waiting)
    touched = {entry.assembly_guid for entry in news}
    upstream = snapshot.upstream
    if position.sync_record != known.sync_record:
        upstream = read_upstream()
    set_upstream_states(touched if upstream is snapshot.upstream else list(entries), entries, upstream)
    copies = snapshot.copies | find_copies(touched, entries)
    set_origin_changes(touched, copies, entries)
    if persistence is not snapshot.persistence:
        touched |= set(waiting)
    _settle(touched, entries, waiting, persistence)
    last: JournalEntry | Position = news[-1] if news else known
    reached = replace(position, sequence=last.sequence, hash=last.hash)
    lists = carried_lists(snapshot, entries, entries if upstream is not snapshot.upstream else touched | copies)
    return replace(
        snapshot,
        position=reached,
        entries=entries,
        waiting=waiting,
        persistence=persistence,
        upstream=upstream,
        copies=copies,
        lists=lists,
        answers=no_texts(),
    )


def is_in_the_journal(position: Position) -> bool:
    """Say whether the journal goes on from `position`; a restored one may have another past."""
    return find_first(_entry_at, [position.hash, position.sequence]) is not None


def _entry_at() -> QuerySet[JournalEntry, int]:
    return JournalEntry.objects.filter(hash="", sequence=0).order_by().values_list("sequence", flat=True)


def _loaded(position: Position, interval: timedelta) -> Snapshot:
    """Read the whole library. One query reads the rows, so they are the library at the newest of their revisions."""
    persistence = _read_persistence(Persistence())
    rows = Assembly.objects.values_list("guid", "domain", "sequence", "content", "deleted_at")
    entries = {entry.guid: entry for entry in starmap(_entry_of_row, rows.iterator(chunk_size=2000))}
    newest = max((entry.revision for entry in entries.values()), default=0)
    last = JournalEntry.objects.filter(sequence=newest).first() or Position()
    position = replace(position, sequence=last.sequence, hash=last.hash)
    waiting = _read_waiting(persistence, position, entries)
    _settle(entries, entries, waiting, persistence)
    upstream = read_upstream()
    set_upstream_states(list(entries), entries, upstream)
    copies = find_copies(entries, entries)
    set_origin_changes(entries, copies, entries)
    return Snapshot(position, entries, waiting, persistence, interval, upstream, copies)


def _read_persistence(known: Persistence) -> Persistence:
    """Return what is known now: the states, and after the flushes known already those that came since."""
    states = {state.domain: state for state in DomainState.objects.all()}
    flushes = {}
    for domain in Domain:
        earlier = known.flushes.get(domain, ())
        later = Flush.objects.filter(domain=domain, persisted_sequence__gt=earlier[-1][0] if earlier else 0)
        found = later.order_by("persisted_sequence", "flushed_at").values_list("persisted_sequence", "flushed_at")
        flushes[domain.value] = (*earlier, *found)
    return Persistence(states, flushes)


def _read_waiting(
    persistence: Persistence, position: Position, entries: Mapping[str, CatalogueEntry]
) -> dict[str, Waiting]:
    persisted = {domain: persistence.up_to(domain) for domain in Domain}
    revisions: dict[str, list[tuple[int, datetime]]] = {}
    domains: dict[str, str] = {}
    pending = pending_entries(persisted).filter(sequence__lte=position.sequence)
    for guid, domain, sequence, staged_at in pending.values_list("assembly_guid", "domain", "sequence", "recorded_at"):
        entry = entries.get(guid)
        if entry is not None and entry.domain == domain:
            revisions.setdefault(guid, []).append((sequence, staged_at))
            domains[guid] = domain
    held = _last_revisions_held(domains, persisted)
    return {guid: Waiting(held.get(guid, 0), tuple(found)) for guid, found in revisions.items()}


def _last_revisions_held(domains: Mapping[str, str], persisted: Mapping[Domain, int]) -> dict[str, int]:
    held: dict[str, int] = {}
    for domain, sequence in persisted.items():
        guids = [guid for guid, of in domains.items() if of == domain]
        if guids and sequence:
            older = JournalEntry.objects.of_domain(domain).filter(sequence__lte=sequence)
            if len(guids) <= MAX_GUIDS_IN_QUERY:
                older = older.filter(assembly_guid__in=guids)
            last = older.order_by().values_list("assembly_guid").annotate(Max("sequence"))
            held |= {guid: revision for guid, revision in last if domains.get(guid) == domain}
    return held


def _entry_of_row(guid: str, domain: str, revision: int, content: str, deleted_at: datetime | None) -> CatalogueEntry:
    return CatalogueEntry(
        guid=guid,
        domain=intern(domain),
        revision=revision,
        content=shared(Content.from_json(content)),
        deleted_at=deleted_at,
    )


def _apply(news: Iterable[JournalEntry], entries: dict[str, CatalogueEntry], waiting: dict[str, Waiting]) -> None:
    for entry in news:
        guid, before = entry.assembly_guid, entries.get(entry.assembly_guid)
        content = entry.read_content()
        if content is not None:
            entries[guid] = CatalogueEntry(guid=guid, domain=entry.domain, revision=entry.sequence, content=content)
        elif before is not None:
            entries[guid] = before.deleted(revision=entry.sequence, at=entry.recorded_at)
        # An earlier owner of the GUID lived in another domain; what that domain's replica lacks is not this one's.
        own = before if before and before.domain == entry.domain else None
        waits = (waiting.get(guid) if own else None) or Waiting(own.revision if own else 0, ())
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
