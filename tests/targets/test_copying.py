"""The copy on each engine: everything once, in its newest state, whatever is unplugged or repeated."""

import pytest
from django.db import connection

from assemblies.execution.models import WorkItemAttempt, WorkItemEvent
from assemblies.targets.administration import permit_persistence
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.models import OutboxEntry, State, Stream, StreamState, Watermark
from assemblies.targets.rejected import skip_rejected
from assemblies.targets.replicator import Replicator
from assemblies.targets.status import persistence_status
from devmode.models import AuditEntry
from tests.targets.conftest import COMMAND, Target, catch_up
from tests.targets.load import begin, carry_out, finish, submit

# PostgreSQL copies what is committed, and an open transaction of a test is not.
pytestmark = [
    pytest.mark.engine,
    pytest.mark.django_db(databases=["default", "execution"], transaction=connection.vendor == "postgresql"),
]


@pytest.mark.database
def test_assigned_mid_run_unplugged_and_plugged_in_the_copy_is_row_by_row_the_same(
    target: Target, replicator: Replicator
) -> None:
    submit(20)
    running = begin(10)
    target.assign()
    catch_up(replicator)
    assert persistence_status()["state"] == State.BOOTSTRAPPED
    carry_out(5)
    catch_up(replicator)
    assert target.differences() == []
    target.unplug()
    finish(running[:5])
    carry_out(10)
    catch_up(replicator, probes=True)
    assert persistence_status()["state"] == State.WAITING
    assert persistence_status()["queue"]["last_error"] == "target_unreachable"
    finish(running[5:])
    target.plug()
    catch_up(replicator, probes=True)
    assert persistence_status()["state"] == State.BOOTSTRAPPED
    assert persistence_status()["queue"]["pending"] == 0
    assert target.differences() == []
    assert len(target.rows("ba_queue_workitemevent")) == WorkItemEvent.objects.count()


def test_a_mark_that_is_reset_writes_no_new_rows(target: Target, replicator: Replicator) -> None:
    target.assign()
    carry_out(5)
    catch_up(replicator)
    carry_out(5)
    catch_up(replicator)
    before = {name: target.rows(name) for name in ("ba_queue_workitem", "ba_queue_workitemevent", "ba_manifest")}
    Watermark.objects.update(xid=0, entry_id=0)
    assert persistence_status()["queue"]["pending"] > 0
    catch_up(replicator)
    assert persistence_status()["queue"]["pending"] == 0
    assert {name: target.rows(name) for name in before} == before


def test_what_was_pushed_and_not_marked_is_pushed_again_without_a_duplicate(
    target: Target, replicator: Replicator
) -> None:
    target.assign()
    catch_up(replicator)
    carry_out(3)
    marks = list(Watermark.objects.values())
    catch_up(replicator)
    Watermark.objects.all().delete()
    Watermark.objects.bulk_create(Watermark(**mark) for mark in marks)
    carry_out(3)
    catch_up(replicator)
    assert target.differences() == []


def test_a_missing_value_stops_its_stream_alone_and_is_named_until_it_is_left_out(
    target: Target, replicator: Replicator
) -> None:
    target.assign()
    catch_up(replicator)
    target.execute("ALTER TABLE ba_queue_workitemattempt RENAME COLUMN error TO notes")
    StreamState.objects.update(state=State.WAITING)
    carry_out(1)
    attempt = WorkItemAttempt.objects.get()
    catch_up(replicator, probes=True)
    status = persistence_status()
    assert (status["state"], status["manifest"]["state"]) == (State.ERROR, State.BOOTSTRAPPED)
    # A build of SQLite may say no more than that.
    assert status["queue"]["last_error"] in {"not_null_violation", "constraint_violation"}
    place = {"table": "ba_queue_workitemattempt", "key": f"{attempt.work_item_hash} 1"}
    assert status["queue"]["error_detail"] == place
    assert target.rows("ba_queue_workitem") == []
    skip_rejected(Stream.QUEUE, permit=permit_persistence(COMMAND, TargetEvent.SKIP))
    assert AuditEntry.objects.get(event=TargetEvent.SKIP).read_detail()["key"] == f"{attempt.work_item_hash} 1"
    catch_up(replicator)
    assert persistence_status()["state"] == State.BOOTSTRAPPED
    assert target.differences() == ["ba_queue_workitemattempt"]


def test_a_target_that_lost_its_tables_is_copied_to_from_the_start(target: Target, replicator: Replicator) -> None:
    target.assign()
    carry_out(4)
    catch_up(replicator)
    target.execute(*(f"DROP TABLE {name}" for name in ("ba_manifest", "ba_queue_workitemevent", "ba_queue_workitem")))
    StreamState.objects.update(state=State.WAITING, probed_at=None)
    catch_up(replicator)
    assert persistence_status()["state"] == State.BOOTSTRAPPED
    assert target.differences() == []


def test_nothing_is_noted_while_nothing_is_assigned(empty_queue: None) -> None:
    carry_out(1)
    assert OutboxEntry.objects.count() == 0
    assert persistence_status()["state"] == State.UNASSIGNED
