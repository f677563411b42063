"""Copy one stream to an open target: first everything there is, then what changes, in batches.

The target is committed, then the mark moves: a crash between the two repeats a batch, which changes nothing.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from assemblies.targets.administration import ALIAS
from assemblies.targets.descriptor import Table, table_named, tables_of
from assemblies.targets.models import OutboxEntry, State, StreamState, Watermark
from assemblies.targets.outbox import begin_again, copyable, next_transaction, oldest_open_transaction, pending
from assemblies.targets.rows import Row, rows_after, rows_by_key
from assemblies.targets.sql.faults import TargetFault
from assemblies.targets.sql.opening import OpenTarget, transaction
from assemblies.targets.sql.push import push
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
BATCH = 500
# Copied entries stay for a while: a target that loses its last commits gets them again from an earlier mark.
KEPT, PRUNED_AT_ONCE = timedelta(minutes=10), 5000


class NotOurs(Exception):
    """Something else was assigned meanwhile, or another replicator copies."""


@dataclass(frozen=True)
class Copying:
    """The copying of one stream. `hold` is called before each batch and raises NotOurs when it is to stop."""

    engine: OpenTarget
    state: StreamState
    hold: Callable[[], None]

    def run(self) -> None:
        """Copy until nothing is left. A row that is rejected stops this stream alone; raises other TargetFaults."""
        try:
            if self.state.state == State.BOOTSTRAPPING and self._may_begin():
                self._copy_all()
            if self.state.state == State.BOOTSTRAPPED:
                self._check_mark()
                while self._copy_changes():
                    self.hold()
        except TargetFault as error:
            if error.fault.passes:
                raise
            logger.error("replicator: %s rejected: %s", self.state.stream, error)
            self._save(state=State.ERROR, last_error=error.fault.value, error_detail=dict(error.place))

    def _may_begin(self) -> bool:
        """Wait for those transactions that may not have seen the assignment: what they wrote is noted nowhere."""
        if self.state.first_xid is None and (number := next_transaction()) is not None:
            self._save(first_xid=number)
        oldest = oldest_open_transaction()
        return oldest is None or self.state.first_xid is None or oldest >= self.state.first_xid

    def _copy_all(self) -> None:
        """Copy every row by primary key, from where an interrupted copy stopped."""
        tables = tables_of(self.state.stream)
        names = [table.name for table in tables]
        for table in tables[names.index(self.state.copy_table) if self.state.copy_table else 0 :]:
            self._copy_table(table)
        self._save(state=State.BOOTSTRAPPED, bootstrapped_at=timezone.now(), copy_table="", copy_position="")

    def _copy_table(self, table: Table) -> None:
        position = self.state.copy_position if self.state.copy_table == table.name else ""
        while True:
            rows, position = rows_after(table, position, BATCH)
            if not rows:
                return
            self.hold()
            self._write({table.name: rows})
            self._save(copy_table=table.name, copy_position=position, pushed_at=timezone.now())

    def _check_mark(self) -> None:
        """Copy everything again where the mark is of another server's transactions: its entries cannot be compared."""
        mark = Watermark.objects.filter(stream=self.state.stream).first()
        newest = next_transaction()
        if mark is not None and mark.xid >= (newest or 1):
            logger.warning("replicator: %s begins again: the queue was moved to another server", self.state.stream)
            with write_transaction(ALIAS):
                begin_again(self.state)

    def _copy_changes(self) -> bool:
        """Copy one batch of what changed; say whether there was one."""
        entries = list(copyable(self.state.stream)[:BATCH])
        if not entries:
            self._prune()
            return False
        keys: dict[str, set[str]] = {}
        for entry in entries:
            keys.setdefault(entry.table, set()).add(entry.row_key)
        self._write({name: rows_by_key(table_named(name), keys[name]) for name in sorted(keys)})
        now = timezone.now()
        mark = {"xid": entries[-1].xid, "entry_id": entries[-1].pk, "moved_at": now}
        self._save(mark, pushed_at=now)
        return True

    def _write(self, rows: Mapping[str, Sequence[Row]]) -> None:
        with transaction(self.engine) as connection:
            for name, batch in rows.items():
                push(connection, table_named(name), batch)

    def _save(self, mark: Mapping[str, Any] | None = None, **facts: Any) -> None:
        """Keep how far the stream is. Raises NotOurs, and moves no mark, where something else was assigned."""
        for name, value in facts.items():
            setattr(self.state, name, value)
        with write_transaction(ALIAS):
            mine = StreamState.objects.filter(stream=self.state.stream, assignment_guid=self.state.assignment_guid)
            if not mine.update(**facts):
                raise NotOurs
            if mark:
                Watermark.objects.filter(stream=self.state.stream).update(**mark)

    def _prune(self) -> None:
        """Remove entries that were copied some time ago."""
        left = pending(self.state.stream).values("pk")
        old = OutboxEntry.objects.filter(Q(stream=self.state.stream), noted_at__lt=timezone.now() - KEPT).exclude(
            pk__in=left
        )
        if doomed := list(old.order_by("xid", "id").values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
            with write_transaction(ALIAS):
                OutboxEntry.objects.filter(pk__in=doomed).delete()
