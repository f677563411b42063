"""The promises about load: many rows, little lag, ten cut cables; docs/persistence.md has the figures."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connections

from assemblies.execution.models import WorkItem, WorkItemEvent
from assemblies.execution.states import Status
from assemblies.management.companions.companion import CompanionThread
from assemblies.management.companions.table import REPLICATOR
from assemblies.targets.models import State, Stream
from assemblies.targets.replicator import Replicator
from assemblies.targets.status import persistence_status
from tests.effort import keep_figures
from tests.patience import within
from tests.targets.conftest import Target, catch_up
from tests.targets.load import begin, carry_out, finish, submit

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "execution"], transaction=True),
]
ITEMS, AT_ONCE = 12_000, 4_000
ITEMS_SECONDS, CATCH_UP_SECONDS, LAG_SECONDS = 120, 10, 5
CUTS = 10


@contextmanager
def running(replicator: Replicator) -> Iterator[None]:
    """Copy in another thread, with a probe each time, so that a plugged cable is noticed at once."""
    stopped = Event()

    def run() -> None:
        while not stopped.wait(0.1):
            replicator.work(probes=True)
        connections.close_all()

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def wait_until_copied(seconds: float) -> float:
    """Wait until nothing is pending and return how long that took."""
    begun = time.monotonic()
    while (status := persistence_status())["state"] != State.BOOTSTRAPPED or any(
        status[stream.value]["pending"] for stream in Stream
    ):
        assert time.monotonic() - begun < within(seconds), status
        time.sleep(0.05)
    return time.monotonic() - begun


def add_items() -> None:
    for _number in range(ITEMS // AT_ONCE):
        submit(1, items=AT_ONCE)
        # Out of the way of the limit of the queue.
        WorkItem.objects.filter(status=Status.QUEUED).update(status=Status.CANCELED)


def test_twelve_thousand_items_are_copied_at_first_and_as_they_come(target: Target, replicator: Replicator) -> None:
    add_items()
    target.assign()
    begun = time.monotonic()
    catch_up(replicator)
    first = time.monotonic() - begun
    assert persistence_status()["state"] == State.BOOTSTRAPPED
    add_items()
    begun = time.monotonic()
    catch_up(replicator)
    then = time.monotonic() - begun
    keep_figures(first_copy_seconds=first, changes_seconds=then)
    assert target.differences() == []
    assert max(first, then) <= within(ITEMS_SECONDS)


def test_ten_cuts_of_the_cable_under_load_lose_and_double_nothing(target: Target, replicator: Replicator) -> None:
    target.assign()
    with running(replicator):
        for _number in range(CUTS):
            submit(5)
            held = begin(5)
            target.unplug()
            finish(held)
            carry_out(5)
            target.plug()
            carry_out(2)
        seconds = wait_until_copied(CATCH_UP_SECONDS)
    keep_figures(catch_up_seconds=seconds)
    assert target.differences() == []
    assert len(target.rows("ba_queue_workitemevent")) == WorkItemEvent.objects.count()


def test_what_changes_is_there_within_seconds(target: Target) -> None:
    target.assign()
    replicator, lags = CompanionThread(REPLICATOR), list[float]()
    thread = Thread(target=replicator.run)
    thread.start()
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            carry_out(2)
            lags.append(persistence_status()["queue"]["lag_seconds"])
            time.sleep(0.05)
        wait_until_copied(CATCH_UP_SECONDS)
    finally:
        replicator.stop()
        thread.join()
    p95 = sorted(lags[len(lags) // 4 :])[int(len(lags) * 3 / 4 * 0.95)]
    keep_figures(lag_p95_seconds=p95)
    assert p95 <= within(LAG_SECONDS)
    assert target.differences() == []
