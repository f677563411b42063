"""Transactions that commit in another order than they began lose nothing on PostgreSQL."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from assemblies.execution.changes import Change
from assemblies.targets import outbox
from assemblies.targets.models import OutboxEntry, PersistenceAssignment, State, Stream, StreamState, Watermark
from assemblies.targets.replicator import Replicator
from assemblies.targets.status import persistence_status
from tests.targets.conftest import Target, catch_up
from tests.targets.load import carry_out

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
    pytest.mark.django_db(databases=["default", "execution"], transaction=True),
]


@contextmanager
def in_another_transaction(table: str) -> Iterator[None]:
    """Note a change in a transaction of another thread that commits when the block ends."""
    noted, let_go = Event(), Event()

    def hold() -> None:
        with transaction.atomic("execution"):
            # Its number, before anything is read.
            OutboxEntry.objects.create(stream="none", table=table, row_key="0", run_id="", noted_at=timezone.now())
            outbox.Outbox().note([Change(table, "1", "r")])
            noted.set()
            let_go.wait()
        connections.close_all()

    thread = Thread(target=hold)
    thread.start()
    noted.wait()
    try:
        yield
    finally:
        let_go.set()
        thread.join()


def test_an_entry_that_is_committed_late_is_copied_and_none_behind_it_before(sqlite_target: Target) -> None:
    sqlite_target.assign()
    with in_another_transaction("ba_queue_workitem"):
        carry_out(1)
        assert outbox.pending(Stream.QUEUE).exists()
        assert not outbox.copyable(Stream.QUEUE).exists()
    # Transactions of other tests on the same server may be open, too.
    while outbox.copyable(Stream.QUEUE).count() < outbox.pending(Stream.QUEUE).count():
        time.sleep(0.05)
    entries = list(outbox.copyable(Stream.QUEUE))
    assert entries[0].row_key == "1"
    assert [(entry.xid, entry.pk) for entry in entries] == sorted((entry.xid, entry.pk) for entry in entries)


def test_the_first_copy_waits_for_transactions_that_may_not_have_seen_the_assignment(
    sqlite_target: Target, replicator: Replicator
) -> None:
    with in_another_transaction("ba_queue_workitem"):
        sqlite_target.assign()
        replicator.work()
        assert persistence_status()["queue"]["state"] == State.BOOTSTRAPPING
        assert StreamState.objects.get(stream=Stream.QUEUE).first_xid is not None
    catch_up(replicator)
    assert persistence_status()["state"] == State.BOOTSTRAPPED


def test_a_mark_of_another_server_begins_the_copy_again(sqlite_target: Target, replicator: Replicator) -> None:
    sqlite_target.assign()
    catch_up(replicator)
    Watermark.objects.update(xid=2**40)
    carry_out(1)
    replicator.work()
    catch_up(replicator)
    assert persistence_status()["state"] == State.BOOTSTRAPPED
    assert sqlite_target.differences() == []
    assert PersistenceAssignment.objects.count() == 1
