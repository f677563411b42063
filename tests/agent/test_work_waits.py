"""A device is told whether more waits: it asks again where something does, and never in vain."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assemblies.agent import agent as agent_module
from assemblies.fleet.claimable import devices_with_work
from assemblies.fleet.devices import DeviceChanges, change_device
from assemblies.fleet.models import Device, DeviceStatus
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.agent.machines import Machine, item_of, submitted
from tests.patience import HANG_SECONDS
from tests.permits import may_administer

CLAIM = "/api/agent/script/request"


def claims(machine: Machine) -> int:
    return machine.line.sent.count(CLAIM)


def worked(machine: Machine, *, items: int) -> None:
    """Let an agent work until it has reported so many items; it is woken by nothing."""
    agent, ends_at = machine.agent(), timezone.now() + timedelta(seconds=HANG_SECONDS)
    agent.begin()
    while sum(path.endswith("/complete") for path in machine.line.sent) < items:
        assert timezone.now() < ends_at
        agent._changed.clear()
        agent.turn()
        agent._changed.wait(0.1)


def test_one_item_is_one_claim(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    submitted(library, operator, "echo", machine.guid)
    worked(machine, items=1)
    assert claims(machine) == 1


def test_what_waits_behind_another_is_claimed_at_its_end_and_not_with_the_next_poll(
    machine: Machine, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_module, "_pause_of", lambda _answer: 2 * HANG_SECONDS)
    for _number in range(3):
        submitted(library, operator, "echo", machine.guid)
    worked(machine, items=3)
    assert claims(machine) == 3


def test_a_device_with_room_is_told_of_more_by_its_claim(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    Device.objects.update(max_concurrent=2)
    for _number in range(3):
        submitted(library, operator, "sleep 0.2", machine.guid)
    worked(machine, items=3)
    assert claims(machine) == 3


def test_an_older_server_that_does_not_say_is_asked_again(
    machine: Machine, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = machine.line.post

    def silent(*sent: Any) -> dict[str, Any]:
        return {name: value for name, value in own(*sent).items() if name != "work_waits"}

    monkeypatch.setattr(machine.line, "post", silent)
    submitted(library, operator, "echo", machine.guid)
    worked(machine, items=1)
    assert claims(machine) == 2


def test_what_was_enqueued_meanwhile_is_told_at_the_end(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    first = item_of(submitted(library, operator, "echo", machine.guid)).work_item_hash
    assert machine.claim()["work_waits"] is False
    submitted(library, operator, "echo", machine.guid)
    assert machine.say(first, "fail", error="no")["work_waits"] is True


def test_a_quarantined_device_is_told_of_nothing(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    first = item_of(submitted(library, operator, "echo", machine.guid)).work_item_hash
    submitted(library, operator, "echo", machine.guid)
    machine.claim()
    change_device(
        machine.guid, DeviceChanges(status=DeviceStatus.QUARANTINED), permit=may_administer(), now=timezone.now()
    )
    assert machine.say(first, "complete")["work_waits"] is False
    assert machine.claim()["work_waits"] is False
    assert devices_with_work() == frozenset()


def test_a_device_is_not_woken_while_it_has_no_room(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    items = [item_of(submitted(library, operator, "echo", machine.guid)).work_item_hash for _number in range(2)]
    assert devices_with_work() == {machine.guid}
    machine.claim()
    assert devices_with_work() == frozenset()
    machine.say(items[0], "complete")
    assert devices_with_work() == {machine.guid}


def test_a_device_is_not_woken_for_what_it_has_no_program_for(
    machine: Machine, library: PayloadStore, operator: Actor, tmp_path: Path
) -> None:
    submitted(library, operator, "echo", machine.guid)
    Device.objects.update(capabilities=["powershell"])
    assert devices_with_work() == frozenset()
    assert (machine.claim()["status"], machine.claim()["work_waits"]) == ("idle", False)
    Device.objects.update(capabilities=["bash", "powershell"])
    assert devices_with_work() == {machine.guid}


def test_where_nothing_waits_one_statement_says_so(machine: Machine) -> None:
    with CaptureQueriesContext(connections["execution"]) as queries:
        assert devices_with_work() == frozenset()
    assert len(queries) == 1
