"""Where runs go: devices by name, group and tag, how many must be confirmed, who may, and how long they wait."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from assemblies.errors import Forbidden, InvalidField
from assemblies.execution.claim import LEASE
from assemblies.execution.errors import ConfirmCountRequired, LocalWorkerOff, NoDevicesTargeted
from assemblies.execution.leases import DEVICE_PATIENCE, GRACE, sweep_work_items
from assemblies.execution.models import Manifest, WorkItem
from assemblies.execution.rerun import rerun
from assemblies.execution.subject import subject_of_draft
from assemblies.execution.submission import RunOptions, submit
from assemblies.fleet.models import Device, DeviceStatus
from assemblies.fleet.targets import label_counts, resolve_target
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.agent.machines import Machine, item_of, submitted
from tests.fleet.devices_made import devices
from tests.permits import may_run


def targeted(run: Any) -> list[str]:
    return list(WorkItem.objects.of_run(run.run_id).values_list("target_device", flat=True))


def test_groups_and_tags_become_devices_each_once(library: PayloadStore, operator: Actor) -> None:
    web, db = devices(2, "group:web", "tag:old"), devices(1, "group:db")
    [gone] = devices(1, "group:web")
    Device.objects.filter(guid=gone.guid).update(status=DeviceStatus.REVOKED)
    run = submitted(library, operator, "echo", "group:web", web[0].guid.lower(), "tag:old", "group:db")
    assert sorted(targeted(run)) == sorted(one.guid for one in [*web, *db])
    assert run.targets == ["group:web", web[0].guid.lower(), "tag:old", "group:db"]
    frozen = Manifest.objects.get(run_id=run.run_id).frozen_json
    assert all(one.guid in frozen for one in [*web, *db])
    assert [(one.target, one.devices) for one in label_counts()] == [("group:db", 1), ("group:web", 2), ("tag:old", 2)]


@pytest.mark.parametrize("target", ["nowhere", "group:none", "colour:red", "5F2B1C3D-0000-4000-8000-000000000001"])
def test_what_names_nothing_is_refused_by_its_number(library: PayloadStore, operator: Actor, target: str) -> None:
    [device] = devices(1)
    with pytest.raises(InvalidField) as refusal:
        submitted(library, operator, "echo", device.guid, target)
    assert refusal.value.detail["field"] == "targets[1]"


def test_an_empty_group_is_said_to_be_empty(library: PayloadStore, operator: Actor) -> None:
    devices(1, "group:gone")
    Device.objects.update(status=DeviceStatus.DECOMMISSIONED)
    with pytest.raises(NoDevicesTargeted):
        submitted(library, operator, "echo", "group:gone")


def test_many_devices_are_confirmed_by_their_number(library: PayloadStore, operator: Actor) -> None:
    devices(26, "group:all")
    for count in (None, 25):
        with pytest.raises(ConfirmCountRequired) as refusal:
            submitted(library, operator, "echo", "group:all", confirm_count=count)
        assert refusal.value.detail["count"] == 26
    assert len(targeted(submitted(library, operator, "echo", "group:all", confirm_count=26))) == 26


def test_operators_run_on_devices_and_viewers_nowhere(library: PayloadStore, operator: Actor, viewer: Actor) -> None:
    [device] = devices(1)
    assert targeted(submitted(library, operator, "echo", device.guid)) == [device.guid]
    with pytest.raises(Forbidden, match="on devices"):
        submitted(library, operator, "echo", device.guid, by=viewer)


def test_operators_do_not_run_on_the_server(library: PayloadStore, operator: Actor, settings: Any) -> None:
    settings.LOCAL_WORKER = "on"
    [device] = devices(1)
    with pytest.raises(Forbidden, match="on this server"):
        submitted(library, operator, "echo", "server", device.guid)


def test_devices_are_used_where_this_server_runs_nothing(library: PayloadStore, command: Actor, settings: Any) -> None:
    settings.LOCAL_WORKER = "off"
    [device] = devices(1)
    assert targeted(submitted(library, command, "echo", device.guid)) == [device.guid]
    with pytest.raises(LocalWorkerOff):
        submitted(library, command, "echo", "server")


def test_drafts_stay_on_the_server(library: PayloadStore, operator: Actor) -> None:
    [device] = devices(1)
    draft = subject_of_draft("bash", "echo", [], max_bytes=100)
    options = RunOptions(targets=[device.guid])
    with pytest.raises(InvalidField, match="server only"):
        submit(draft, options, permit=may_run(operator), run_id=str(uuid4()), resolver=resolve_target)


def test_what_waits_for_a_device_expires_after_a_day_unless_said_otherwise(
    library: PayloadStore, operator: Actor
) -> None:
    [device] = devices(1)
    soon = timezone.now() + timedelta(hours=1)
    default, chosen = (
        item_of(submitted(library, operator, "echo", device.guid, expires_at=time)) for time in (None, soon)
    )
    assert default.expires_at is not None and default.expires_at - default.enqueued_at < timedelta(hours=24, minutes=1)
    assert chosen.expires_at == soon
    sweep_work_items(now=timezone.now() + timedelta(hours=25))
    chosen.refresh_from_db()
    assert (chosen.status, chosen.cancel_reason) == ("Canceled", "expired")


def test_only_the_failed_devices_again(library: PayloadStore, operator: Actor) -> None:
    both = devices(2, "group:web")
    run = submitted(library, operator, "echo", "group:web")
    WorkItem.objects.filter(run_id=run.run_id, target_device=both[0].guid).update(status="Failed")
    again = rerun(
        run,
        permit=may_run(operator),
        run_id=str(uuid4()),
        store=library,
        only_failed=True,
        resolver=resolve_target,
    )
    assert targeted(again) == [both[0].guid]


def test_a_device_that_falls_silent_is_waited_for(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "echo", machine.guid, timeout_seconds=60)
    machine.claim()
    now = timezone.now()
    sweep_work_items(now=now + LEASE)
    sweep_work_items(now=now + timedelta(hours=23))
    assert item_of(run).status == "Stalled"
    machine.say(item_of(run).work_item_hash, "progress")
    assert item_of(run).status == "Running"
    sweep_work_items(now=now + timedelta(hours=1))
    sweep_work_items(now=now + DEVICE_PATIENCE + timedelta(minutes=2))
    assert (item_of(run).status, item_of(run).last_error) == ("Failed", "worker_lost")


def test_a_cancel_that_a_silent_device_does_not_answer_ends_the_item(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    run = submitted(library, operator, "echo", machine.guid)
    machine.claim()
    later = timezone.now() + LEASE
    sweep_work_items(now=later)
    WorkItem.objects.filter(run_id=run.run_id).update(cancel_requested=True)
    sweep_work_items(now=later + GRACE)
    assert item_of(run).status == "Canceled"
