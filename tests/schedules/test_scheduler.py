"""The scheduler: each time once, missed and overlapping times as the job says, and a bad job for itself."""

from collections import Counter
from datetime import timedelta
from threading import Thread

import pytest
from django.contrib.auth.models import User
from django.db import connections

from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.audit_events import LibraryEvent
from assemblies.execution import enqueue
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import EventType
from assemblies.payloads import PayloadStore
from assemblies.schedules.components import ComponentFields
from assemblies.schedules.due import Misfire, Overlap
from assemblies.schedules.following import outcomes_of
from assemblies.schedules.jobs import change_job, get_job, toggle_job
from assemblies.schedules.models import Job, Occurrence
from assemblies.schedules.rules import ScheduleType
from assemblies.schedules.scheduler import run_due
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.execution.orders import carry_out
from tests.permits import may_delete, may_update
from tests.schedules.jobs_made import CREATED, TEN, assembly, history, job_fields, job_of, looked, saving

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def test_a_time_starts_one_run_that_its_job_and_its_time_name(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted)
    assert looked(library, TEN - SECOND).occurrences == []
    [row] = looked(library, TEN).occurrences
    assert looked(library, TEN).occurrences == []

    [run], [entry] = Run.objects.all(), AuditEntry.objects.filter(event="run.submit")
    assert (run.run_id, run.actor, run.reason) == (row.run_id, granted.name, job.name)
    assert entry.subject_id == run.run_id
    assert history(job) == [("01 10:00", "Pending", "")]
    assert get_job(job.pk).next_at == TEN + HOUR


def test_each_component_has_a_run_of_its_own(library: PayloadStore, granted: Actor) -> None:
    guids = [assembly(library, name="One"), assembly(library, name="Two", script="echo 2\n")]
    job_of(guids[0], library, granted, components=[ComponentFields(assembly=guid) for guid in guids])
    [row] = looked(library, TEN).occurrences
    assert [run.assembly_guid for run_id in row.run_ids() for run in Run.objects.filter(run_id=run_id)] == guids
    carry_out()
    carry_out(event=EventType.TIMED_OUT)
    assert outcomes_of([row])[row.pk].status == "Timed Out"


@pytest.mark.parametrize(
    ("misfire", "expected"),
    [
        (Misfire.SKIP, [("01 13:00", "Skipped", "misfired")]),
        (Misfire.ONCE, [("01 13:00", "Pending", "")]),
        (Misfire.ALL, [(f"01 {hour}:00", "Pending", "") for hour in (10, 11, 12, 13)]),
    ],
)
def test_missed_times(
    library: PayloadStore, granted: Actor, misfire: Misfire, expected: list[tuple[str, str, str]]
) -> None:
    job = job_of(assembly(library), library, granted, misfire=misfire, overlap=Overlap.PARALLEL)
    looked(library, TEN + 3.5 * HOUR)
    looked(library, TEN + 3.5 * HOUR)
    assert history(job) == expected


@pytest.mark.parametrize(
    ("overlap", "second"), [(Overlap.SKIP, "Skipped"), (Overlap.QUEUE, "Pending"), (Overlap.PARALLEL, "Pending")]
)
def test_overlapping_runs(library: PayloadStore, granted: Actor, overlap: Overlap, second: str) -> None:
    job = job_of(assembly(library), library, granted, overlap=overlap)
    looked(library, TEN)
    looked(library, TEN + HOUR)
    assert [status for _time, status, _reason in history(job)] == ["Pending", second]
    assert Run.objects.count() == (2 if overlap == Overlap.PARALLEL else 1)
    carry_out()
    looked(library, TEN + HOUR + SECOND)
    assert Run.objects.count() == (1 if overlap == Overlap.SKIP else 2)


def test_what_waited_starts_in_order_one_after_the_other(library: PayloadStore, granted: Actor) -> None:
    job_of(assembly(library), library, granted, overlap=Overlap.QUEUE)
    for hour in range(3):
        looked(library, TEN + hour * HOUR)
    for number in range(1, 4):
        assert Run.objects.count() == number
        carry_out()
        looked(library, TEN + 2 * HOUR + number * SECOND)
    rows = Occurrence.objects.order_by("scheduled_at")
    assert [row.run_id for row in rows] == [row.run_ids()[0] for row in rows]
    assert {str(row.status) for row in rows} == {"Success"}


def test_what_expired_is_not_started(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted, expiration="30m")
    looked(library, TEN + timedelta(minutes=30))
    assert history(job) == [("01 10:00", "Expired", "expired")]
    looked(library, TEN + HOUR)
    assert WorkItem.objects.get().expires_at == TEN + 1.5 * HOUR


def test_an_edit_one_second_before_keeps_the_time(library: PayloadStore, granted: Actor) -> None:
    guid = assembly(library)
    job = job_of(guid, library, granted)
    change_job(job.pk, job_fields(guid, name="Renamed"), saving(library, granted, now=TEN - SECOND))
    assert [row.job.name for row in looked(library, TEN).occurrences] == ["Renamed"]


def test_an_edit_that_moves_the_time_is_obeyed(library: PayloadStore, granted: Actor) -> None:
    guid = assembly(library)
    job = job_of(guid, library, granted)
    fields = job_fields(guid, start_at=TEN + timedelta(minutes=20))
    change_job(job.pk, fields, saving(library, granted, now=TEN - SECOND))
    assert looked(library, TEN).occurrences == []
    assert len(looked(library, TEN + timedelta(minutes=20)).occurrences) == 1


def test_a_denser_rule_makes_no_past_time_due(library: PayloadStore, granted: Actor) -> None:
    guid = assembly(library)
    job = job_of(guid, library, granted, schedule_type=ScheduleType.YEARLY)
    later = TEN + timedelta(days=3, minutes=1)
    looked(library, TEN)
    change_job(job.pk, job_fields(guid, misfire=Misfire.ALL), saving(library, granted, now=later))
    assert looked(library, later).occurrences == []


def test_a_time_that_passed_while_the_job_was_disabled_is_not_due(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted)
    off = saving(library, granted, event=LibraryEvent.DISABLE_JOB)
    toggle_job(job.pk, enabled=False, saving=off)
    assert looked(library, TEN + HOUR).occurrences == []
    toggle_job(job.pk, enabled=True, saving=saving(library, granted, now=TEN + HOUR + SECOND))
    assert looked(library, TEN + HOUR + 2 * SECOND).occurrences == []
    assert len(looked(library, TEN + 2 * HOUR).occurrences) == 1


def test_an_immediate_job_runs_once_and_again_when_it_is_enabled_again(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted, schedule_type=ScheduleType.IMMEDIATELY, start_at=None)
    assert len(looked(library, CREATED).occurrences) == 1
    assert looked(library, CREATED + HOUR).occurrences == []
    carry_out()
    for enabled in (False, True, True):
        toggle_job(job.pk, enabled=enabled, saving=saving(library, granted, now=TEN))
    assert len(looked(library, TEN).occurrences) == 1
    assert looked(library, TEN + HOUR).occurrences == []


def test_a_changed_assembly_is_not_run_until_it_is_confirmed(library: PayloadStore, granted: Actor) -> None:
    guid = assembly(library)
    job = job_of(guid, library, granted)
    update(guid, {}, payload=b"rm -rf /\n", permit=may_update(Actor.of_command("test")), store=library)
    looked(library, TEN)
    assert history(job) == [("01 10:00", "Skipped", "content_changed")]
    assert Run.objects.count() == 0
    toggle_job(job.pk, enabled=True, saving=saving(library, granted, now=TEN + SECOND))
    looked(library, TEN + HOUR)
    assert history(job)[1:] == [("01 11:00", "Pending", "")]


def test_an_assembly_that_is_gone_fails_the_occurrence_by_name(library: PayloadStore, granted: Actor) -> None:
    guid = assembly(library)
    job = job_of(guid, library, granted)
    delete(guid, permit=may_delete(Actor.of_command("test")))
    looked(library, TEN)
    assert history(job) == [("01 10:00", "Failed", "component_unresolvable")]
    assert guid in Occurrence.objects.get().detail


@pytest.mark.parametrize("loss", ["inactive", "demoted", "deleted"])
def test_who_lost_the_right_runs_nothing_and_the_job_is_disabled(
    library: PayloadStore, granted: Actor, loss: str
) -> None:
    job = job_of(assembly(library), library, granted)
    user = User.objects.filter(username=granted.name)
    user.delete() if loss == "deleted" else user.update(
        **{"inactive": {"is_active": False}, "demoted": {"is_superuser": False}}[loss]
    )
    looked(library, TEN)
    assert history(job) == [("01 10:00", "Failed", "actor_not_permitted")]
    job = get_job(job.pk)
    assert (job.enabled, job.disabled_reason, Run.objects.count()) == (False, "actor_not_permitted", 0)
    assert AuditEntry.objects.filter(event="schedule.disable", actor="borealis-system").count() == 1


def test_a_grant_that_has_ended_since_does_not_matter(library: PayloadStore, granted: Actor) -> None:
    job_of(assembly(library), library, granted)
    from devmode.models.grant import DevModeGrant

    DevModeGrant.objects.all().delete()
    assert looked(library, TEN).occurrences[0].run_count == 1


def test_a_corrupt_job_stops_no_other(library: PayloadStore, granted: Actor) -> None:
    guid = assembly(library)
    before, corrupt, torn, after = (job_of(guid, library, granted, name=name) for name in "abcd")
    Job.objects.filter(pk=corrupt.pk).update(schedule_type="cron", cron="not a rule")
    Job.objects.filter(pk=torn.pk).update(targets={"no": "list"}, guid="no guid")
    tick = looked(library, TEN)
    assert {row.job_id for row in tick.occurrences} == {before.pk, after.pk}
    assert set(tick.faults) == {corrupt.pk, torn.pk}
    assert get_job(corrupt.pk).disabled_reason == "rule_unreadable"


def test_a_full_queue_leaves_the_time_due(
    library: PayloadStore, granted: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of(assembly(library), library, granted)
    monkeypatch.setattr(enqueue, "MAX_QUEUED", 0)
    assert set(looked(library, TEN).faults) == {job.pk}
    assert history(job) == []
    monkeypatch.undo()
    assert len(looked(library, TEN + SECOND).occurrences) == 1


def test_a_credential_is_kept_encrypted_and_given_to_the_run(library: PayloadStore, granted: Actor) -> None:
    guid = assembly(library, variables=[{"name": "word", "type": "credential"}])
    job = job_of(guid, library, granted, variables={"word": "hunter2hunter2"})
    component = get_job(job.pk).components.get()
    assert component.variables == {"word": "[secret]"}
    assert b"hunter2" not in bytes(component.ciphertext)
    change_job(job.pk, job_fields(guid, variables={"word": "[secret]"}), saving(library, granted))
    looked(library, TEN)
    item = WorkItem.objects.get()
    from assemblies.execution.credentials import decrypt
    from assemblies.execution.models import WorkItemSecret

    secret = WorkItemSecret.objects.get(work_item_hash=item.work_item_hash)
    assert decrypt(bytes(secret.ciphertext)) == {"word": "hunter2hunter2"}


@pytest.mark.database
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_two_schedulers_at_once_start_each_time_once(
    store: PayloadStore, django_user_model: type[User], command: Actor
) -> None:
    user = django_user_model.objects.create_superuser("ada", password="a long test password")
    jobs = [
        job_of(assembly(store, name=f"Say {number}"), store, Actor(name=user.username, role=command.role))
        for number in range(6)
    ]
    hours = 3
    faults: list[object] = []

    def schedule() -> None:
        try:
            for hour in range(hours):
                faults.extend(run_due(now=TEN + hour * HOUR, store=store).faults.values())
        finally:
            connections.close_all()

    Job.objects.update(overlap=Overlap.PARALLEL)
    threads = [Thread(target=schedule) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=100)
    assert faults == []
    assert Counter(Occurrence.objects.values_list("job_id", flat=True)) == {job.pk: hours for job in jobs}
    assert sorted(Run.objects.values_list("run_id", flat=True)) == sorted(
        row.run_id for row in Occurrence.objects.all()
    )
    assert set(AuditEntry.objects.filter(event="run.submit").values_list("subject_id", flat=True)) == set(
        Run.objects.values_list("run_id", flat=True)
    )
