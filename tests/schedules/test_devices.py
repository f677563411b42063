"""Jobs on devices: who may save them, which devices a time reaches, and what becomes of it where none is left."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from pytest_django import Settings

from assemblies.errors import Forbidden, InvalidField
from assemblies.execution.errors import ConfirmCountRequired, NoDevicesTargeted
from assemblies.execution.models import Run, WorkItem
from assemblies.fleet.models import Device, DeviceLabel, DeviceStatus, LabelKind
from assemblies.payloads import PayloadStore
from assemblies.schedules.jobs import get_job, toggle_job
from assemblies.schedules.models import Occurrence
from assemblies.schedules.reading import device_lines
from assemblies.schedules.rerunning import rerun_occurrence
from devmode.actor import Actor, Role
from tests.execution.orders import NOW
from tests.fleet.devices_made import devices
from tests.permits import may_run
from tests.schedules.jobs_made import TEN, assembly, history, job_of, looked, saving

HOUR = timedelta(hours=1)


@pytest.fixture
def administrator(library: PayloadStore) -> Actor:
    """An administrator without Dev Mode, which runs on devices do not need."""
    User.objects.create_superuser("ada", password="a long test password")
    return Actor(name="ada", role=Role.ADMINISTRATOR)


def reached() -> list[str]:
    return list(WorkItem.objects.order_by("id").values_list("target_device", flat=True))


def test_a_group_is_who_is_in_it_when_the_time_comes(
    library: PayloadStore, administrator: Actor, settings: Settings
) -> None:
    settings.LOCAL_WORKER = "off"
    [first] = devices(1, "group:web")
    job = job_of(assembly(library), library, administrator, targets=["group:web"])
    assert job.components.get().pinned == {}
    [second] = devices(1, "group:web")
    looked(library, TEN)
    assert sorted(reached()) == sorted([first.guid, second.guid])
    assert history(job) == [("01 10:00", "Pending", "")]


def test_what_is_pinned_for_this_server_is_current_on_devices(library: PayloadStore, administrator: Actor) -> None:
    from assemblies.actions.update import update
    from tests.permits import may_update

    [device] = devices(1)
    guid = assembly(library)
    job = job_of(guid, library, administrator, targets=[device.guid])
    update(guid, {}, payload=b"echo two\n", permit=may_update(Actor.of_command("test")), store=library)
    looked(library, TEN)
    assert history(job) == [("01 10:00", "Pending", "")]


@pytest.mark.parametrize("targets", [["group:web"], ["group:web", "tag:never-there-again"]])
def test_targets_that_stand_for_no_device_any_more_are_skipped(
    library: PayloadStore, administrator: Actor, targets: list[str]
) -> None:
    devices(1, *targets)
    job = job_of(assembly(library), library, administrator, targets=targets)
    Device.objects.update(status=DeviceStatus.REVOKED)
    DeviceLabel.objects.filter(kind=LabelKind.TAG).delete()
    looked(library, TEN)
    assert history(job) == [("01 10:00", "Skipped", "no_devices_targeted")]
    assert get_job(job.pk).enabled
    Device.objects.update(status=DeviceStatus.ACTIVE)
    looked(library, TEN + HOUR)
    assert history(job)[1:] == [("01 11:00", "Pending", "")]


def test_a_device_that_is_gone_takes_no_other_with_it(library: PayloadStore, administrator: Actor) -> None:
    gone, there = devices(2)
    job_of(assembly(library), library, administrator, targets=[gone.guid, there.guid])
    Device.objects.filter(guid=gone.guid).update(status=DeviceStatus.DECOMMISSIONED)
    looked(library, TEN)
    assert reached() == [there.guid]


def test_what_names_nothing_is_refused_when_it_is_saved(library: PayloadStore, administrator: Actor) -> None:
    with pytest.raises(InvalidField) as refusal:
        job_of(assembly(library), library, administrator, targets=["group:none"])
    assert refusal.value.detail["field"] == "targets[0]"
    [device] = devices(1, "group:web")
    Device.objects.filter(guid=device.guid).update(status=DeviceStatus.REVOKED)
    with pytest.raises(NoDevicesTargeted):
        job_of(assembly(library), library, administrator, targets=["group:web"])


def test_many_devices_are_confirmed_once_when_the_job_is_saved(library: PayloadStore, administrator: Actor) -> None:
    devices(26, "group:all")
    guid, targets = assembly(library), ["group:all"]
    with pytest.raises(ConfirmCountRequired) as refusal:
        job_of(guid, library, administrator, targets=targets)
    assert refusal.value.detail["count"] == 26
    job = job_of(guid, library, administrator, targets=targets, confirm_count=26)
    toggle_job(job.pk, enabled=True, saving=saving(library, administrator))
    devices(1, "group:all")
    looked(library, TEN)
    assert len(reached()) == 27


def test_operators_save_no_jobs_not_even_for_devices(library: PayloadStore, operator: Actor) -> None:
    [device] = devices(1)
    with pytest.raises(Forbidden, match="manage schedules"):
        job_of(assembly(library), library, operator, targets=[device.guid])


def test_who_is_an_operator_by_now_runs_nothing_on_time(library: PayloadStore, administrator: Actor) -> None:
    [device] = devices(1)
    job = job_of(assembly(library), library, administrator, targets=[device.guid])
    user = User.objects.get(username=administrator.name)
    user.is_superuser = False
    user.save()
    user.groups.add(Group.objects.get(name="Operators"))
    looked(library, TEN)
    assert history(job) == [("01 10:00", "Failed", "actor_not_permitted")]
    assert not get_job(job.pk).enabled


def test_server_and_devices_together_need_what_the_server_needs(
    library: PayloadStore, administrator: Actor, granted: Actor
) -> None:
    from assemblies.errors import DevModeRequired

    [device] = devices(1)
    fields: dict[str, Any] = {"targets": ["server", device.guid]}
    with pytest.raises(DevModeRequired):
        job_of(assembly(library), library, administrator, **fields)
    job_of(assembly(library), library, granted, **fields)
    looked(library, TEN)
    assert reached() == ["", device.guid]


def test_what_waits_for_a_device_expires_with_its_job_or_after_a_day(
    library: PayloadStore, administrator: Actor
) -> None:
    [device] = devices(1)
    for expiration in ("30m", "no_expire"):
        job_of(assembly(library), library, administrator, targets=[device.guid], expiration=expiration)
    looked(library, TEN)
    first, second = WorkItem.objects.order_by("id")
    assert first.expires_at == TEN + timedelta(minutes=30)
    assert second.expires_at
    assert abs(second.expires_at - second.enqueued_at - timedelta(hours=24)) < timedelta(seconds=5)


def test_devices_are_told_by_name_and_the_failed_ones_run_again(
    library: PayloadStore, administrator: Actor, operator: Actor
) -> None:
    from assemblies.execution.reading import Sight

    first, second = devices(2, "group:web")
    job_of(assembly(library), library, administrator, targets=["group:web"])
    [row] = looked(library, TEN).occurrences
    failed = WorkItem.objects.get(target_device=first.guid)
    WorkItem.objects.filter(pk=failed.pk).update(status="Failed", completed_at=NOW)
    WorkItem.objects.filter(target_device=second.guid).update(status="Completed", completed_at=NOW)
    Run.objects.update(status="Failed", finished_at=NOW)

    lines = {line["hostname"]: line["job_status"] for line in device_lines(row, Sight.of(administrator))}
    assert lines == {first.hostname: "Failed", second.hostname: "Success"}
    [again] = rerun_occurrence(row, only_failed=True, permit=may_run(operator), store=library)
    assert again.targets == [first.guid]
    assert again.rerun_of == Occurrence.objects.get().run_id
