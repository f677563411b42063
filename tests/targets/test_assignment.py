"""What a decision, a restart and a retention sweep do to the copy."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.retention import sweep_runs
from assemblies.permissions import Place, Verb
from assemblies.targets.administration import permit_persistence
from assemblies.targets.assignment import clear
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.copying import Copying
from assemblies.targets.flushing import flush_now
from assemblies.targets.models import OutboxEntry, PersistenceAssignment, State, StreamState, Watermark
from assemblies.targets.replicator import Replicator
from assemblies.targets.status import persistence_status
from tests.execution.orders import NOW
from tests.targets.conftest import COMMAND, Target, added, catch_up
from tests.targets.load import carry_out

pytestmark = pytest.mark.django_db(databases=["default", "execution"], transaction=connection.vendor == "postgresql")


@pytest.fixture
def other_target(sqlite_target: Target) -> Iterator[Target]:
    yield Target(added("other", "other", engine="sqlite"), lambda: None, lambda: None)


def test_another_connection_gets_everything_from_the_start(
    sqlite_target: Target, other_target: Target, replicator: Replicator
) -> None:
    sqlite_target.assign()
    carry_out(2)
    catch_up(replicator)
    other_target.assign()
    assert persistence_status()["queue"]["bootstrapped_at"] is None
    carry_out(1)
    catch_up(replicator)
    assert other_target.differences() == []
    assert len(sqlite_target.rows("ba_manifest")) == 2


def test_the_same_connection_goes_on_and_tries_an_error_again(sqlite_target: Target, replicator: Replicator) -> None:
    sqlite_target.assign()
    carry_out(1)
    catch_up(replicator)
    before = PersistenceAssignment.objects.get().guid
    StreamState.objects.update(state=State.ERROR)
    sqlite_target.assign()
    assert PersistenceAssignment.objects.get().guid == before
    assert persistence_status()["state"] == State.WAITING
    catch_up(replicator)
    assert persistence_status()["state"] == State.BOOTSTRAPPED


def test_a_restart_keeps_the_assignment_and_the_marks(sqlite_target: Target, replicator: Replicator) -> None:
    sqlite_target.assign()
    catch_up(replicator)
    carry_out(2)
    catch_up(replicator)
    marks = list(Watermark.objects.order_by("stream").values("stream", "xid", "entry_id"))
    replicator.close()
    after = Replicator()
    assert after.work()
    assert list(Watermark.objects.order_by("stream").values("stream", "xid", "entry_id")) == marks
    carry_out(1)
    catch_up(after)
    after.close()
    assert sqlite_target.differences() == []


def test_an_interrupted_first_copy_goes_on_where_it_was(
    sqlite_target: Target, replicator: Replicator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assemblies.targets.copying.BATCH", 3)
    carry_out(8)
    sqlite_target.assign()
    write, written = Copying._write, list[int]()

    def stop_at_the_third(copying: Copying, rows: dict[str, list[object]]) -> None:
        if "ba_queue_workitem" in rows:
            if len(written) == 2:
                raise SystemExit
            written.append(len(rows))
        write(copying, rows)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(Copying, "_write", stop_at_the_third)
        # On PostgreSQL the first copy waits for transactions of other tests on the same server.
        catch_up(replicator)
    state = StreamState.objects.get(stream="queue")
    sixth = WorkItem.objects.order_by("pk")[5]
    assert (state.copy_table, state.copy_position) == ("ba_queue_workitem", str(sixth.pk))
    replicator.close()
    catch_up(Replicator())
    assert persistence_status()["state"] == State.BOOTSTRAPPED
    assert sqlite_target.differences() == []


def test_a_second_replicator_waits_for_the_first(sqlite_target: Target, replicator: Replicator) -> None:
    sqlite_target.assign()
    assert replicator.work()
    second = Replicator()
    assert not second.work()
    replicator.close()
    assert second.work()
    second.close()


def test_clearing_says_how_many_changes_were_not_copied_and_keeps_all_rows(
    sqlite_target: Target, replicator: Replicator
) -> None:
    sqlite_target.assign()
    carry_out(1)
    catch_up(replicator)
    carry_out(1)
    dropped = clear(permit=permit_persistence(COMMAND, TargetEvent.CLEAR), now=timezone.now())
    assert dropped > 0
    assert OutboxEntry.objects.count() == 0
    assert WorkItem.objects.count() == 2
    assert len(sqlite_target.rows("ba_queue_workitem")) == 1


def test_a_flush_ends_when_its_time_is_up(sqlite_target: Target) -> None:
    carry_out(1)
    sqlite_target.assign()
    assert flush_now(patience_seconds=0)["queue"]["pending"] > 0
    assert flush_now(patience_seconds=60)["state"] == State.BOOTSTRAPPED


def test_retention_waits_for_what_is_not_copied(sqlite_target: Target, replicator: Replicator, tmp_path: Path) -> None:
    carry_out(1)
    Run.objects.update(sealed_at=NOW)
    sqlite_target.assign()
    permit = get_permit(COMMAND, LibraryEvent.SWEEP_RUNS, Place.LIBRARY, verb=Verb.ADMINISTER)
    later = NOW + timedelta(days=100)
    assert sweep_runs(30, permit=permit, now=later).runs == 0
    catch_up(replicator)
    assert sweep_runs(30, permit=permit, now=later).runs == 1
    assert len(sqlite_target.rows("ba_queue_workitem")) == 1
