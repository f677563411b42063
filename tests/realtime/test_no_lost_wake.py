"""A device that claims only when it was told to misses nothing: neither of work that comes while it waits, nor of work
that comes between its last answer and its next wait."""

import random
import time
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from assemblies.execution.models import ExecutionEpoch, WorkItem
from assemblies.execution.states import Status
from assemblies.realtime import watching
from devmode.models.installation import Installation
from tests.execution.orders import enqueued
from tests.fleet.agent import Agent, enrolled
from tests.patience import HANG_SECONDS
from tests.realtime.conftest import Realtime
from tests.realtime.test_wait import Start

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "execution"]), pytest.mark.database]
ITEMS, BETWEEN = 10, 5
SCRIPT = {"guid": "0" * 32, "sha256": "0" * 64, "size_bytes": 4}
SETTINGS = {"assembly_type": "bash", "script": SCRIPT, "files": [], "variables": []}


def work_for(agent: Agent, epoch: str) -> None:
    item = {"target_device": agent.guid, "settings": SETTINGS}
    enqueued(item=item, targets=[agent.guid], epoch=epoch, now=timezone.now())


def claim_and_end(agent: Agent) -> bool:
    """Claim once and report what was handed over as done, as far as something was; return whether more waits."""
    answer = agent.call("/api/agent/script/request").json()
    if answer["status"] != "work":
        return bool(answer["work_waits"])
    item = WorkItem.objects.get(target_device=agent.guid, status=Status.DISPATCHED)
    ended = agent.call(f"/api/agent/items/{item.work_item_hash}/complete", {"attempt_number": 1}).json()
    return bool(ended["work_waits"])


def live(realtime: Realtime, agent: Agent, epoch: str) -> int:
    """Be a device in a thread of its own until everything is done; return how often it was woken."""
    try:
        return wait_and_work(realtime, agent, epoch)
    finally:
        connections.close_all()


def wait_and_work(realtime: Realtime, agent: Agent, epoch: str) -> int:
    wakes, ends_at = 0, time.monotonic() + HANG_SECONDS
    while WorkItem.objects.filter(status=Status.COMPLETED).count() < ITEMS + BETWEEN:
        assert time.monotonic() < ends_at
        if realtime.wait(agent)[1]["status"] != "work":
            continue
        wakes += 1
        while claim_and_end(agent):
            continue
        if wakes <= BETWEEN:
            # After the last answer, and looked for before it waits again.
            work_for(agent, epoch)
            time.sleep(0.3)
    return wakes


def test_what_comes_at_any_moment_is_claimed_without_a_poll(
    realtime: Realtime, in_thread: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the looks that repair a hint that was lost.
    monkeypatch.setattr(watching, "DEVICES_READ_EVERY", timedelta(hours=1))
    epoch = Installation.current().epoch
    ExecutionEpoch.objects.update_or_create(id=1, defaults={"epoch": epoch})
    agent = enrolled()
    wakes = in_thread(live, realtime, agent, epoch)
    for _item in range(ITEMS):
        work_for(agent, epoch)
        time.sleep(random.uniform(0, 0.1))
    assert BETWEEN < wakes() <= ITEMS + BETWEEN
    assert set(WorkItem.objects.values_list("status", "attempt_number")) == {(Status.COMPLETED, 1)}
