"""What is to be copied: noted in the transaction of each change, while a target is assigned.

Read in the one order that loses nothing: on SQLite, which has one writer, ids are in the order of commits. PostgreSQL's
are not: an entry with a low id may be committed after the mark has passed it. There the order is (transaction, id), up
to the oldest transaction that is still open.
"""

from collections.abc import Sequence

from django.db import connections
from django.db.models import Q, QuerySet
from django.utils import timezone

from assemblies.execution.changes import Change
from assemblies.targets.administration import ALIAS
from assemblies.targets.descriptor import table_named
from assemblies.targets.models import OutboxEntry, PersistenceAssignment, State, StreamState, Watermark

OWN_PREFIX = "ba_persistence_"


def is_replication_work(table: str) -> bool:
    """Say whether rows of a table are about the copying itself: those are never copied, or each would cause another."""
    return table.startswith(OWN_PREFIX)


class Outbox:
    """The copy that execution tells of its changes."""

    def note(self, changes: Sequence[Change]) -> None:
        # Read after the change was written: on PostgreSQL the transaction then has its number, and one that saw no
        # assignment is over before the first copy begins (Replicator waits for it).
        if not PersistenceAssignment.objects.exists():
            return
        now = timezone.now()
        OutboxEntry.objects.bulk_create(
            OutboxEntry(
                stream=table_named(change.table).stream,
                table=change.table,
                row_key=change.key,
                run_id=change.run_id,
                noted_at=now,
            )
            for change in changes
            if not is_replication_work(change.table)
        )

    def uncopied(self, run_ids: Sequence[str]) -> set[str]:
        if not (states := list(StreamState.objects.all())):
            return set()
        if any(state.bootstrapped_at is None for state in states):
            return set(run_ids)
        return {
            run_id
            for state in states
            for run_id in pending(state.stream).filter(run_id__in=run_ids).values_list("run_id", flat=True)
        }


def pending(stream: str) -> "QuerySet[OutboxEntry]":
    """Return the entries after the mark, those of transactions that are still open too."""
    mark = Watermark.objects.filter(stream=stream).first() or Watermark(stream=stream)
    later = Q(xid__gt=mark.xid) | Q(xid=mark.xid, id__gt=mark.entry_id)
    return OutboxEntry.objects.filter(later, stream=stream).order_by("xid", "id")


def copyable(stream: str) -> "QuerySet[OutboxEntry]":
    """Return the entries after the mark that none can be committed in front of any more."""
    if (oldest := oldest_open_transaction()) is None:
        return pending(stream)
    return pending(stream).filter(xid__lt=oldest)


def oldest_open_transaction() -> int | None:
    """Return the number before which every transaction of PostgreSQL is over; None where writers queue."""
    return _ask("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def next_transaction() -> int | None:
    """Return a number that no transaction of PostgreSQL had until now; None where writers queue."""
    return _ask("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")


def _ask(query: str) -> int | None:
    if connections[ALIAS].vendor != "postgresql":
        return None
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(query)
        [number] = cursor.fetchone()
    return int(number)


def forget(streams: Sequence[str] = ()) -> int:
    """Remove the entries, of some streams or of all, within the current transaction; return how many were pending."""
    states = StreamState.objects.filter(stream__in=streams) if streams else StreamState.objects.all()
    names = [state.stream for state in states]
    count = sum(pending(name).count() for name in names)
    OutboxEntry.objects.filter(stream__in=names).delete()
    Watermark.objects.filter(stream__in=names).delete()
    return count


def begin_again(state: StreamState) -> None:
    """Let a stream be copied from the start, within the current transaction; nothing on the target is removed.

    What is noted from here on is copied after the first copy; on PostgreSQL that begins once earlier transactions,
    whose entries are gone, are over.
    """
    forget([state.stream])
    state.state, state.bootstrapped_at, state.first_xid = State.BOOTSTRAPPING, None, None
    state.copy_table, state.copy_position = "", ""
    state.save()
