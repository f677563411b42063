"""A run on a whole fleet wakes it over some seconds; one device never waits for that."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from assemblies.realtime import limits
from assemblies.realtime.hub import WOKEN_AT_ONCE, WOKEN_PER_SECOND, Hub
from assemblies.realtime.watching import Seen

Answer = TypeVar("Answer")


def run(coroutine: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """Run it in a thread of its own: in this one a browser's tests may have left their event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(coroutine())).result()


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "monotonic", clock)
    return clock


@pytest.fixture
def hub(clock: Clock) -> Hub:
    hub = Hub()
    hub._has_begun.set()
    return hub


async def woken(hub: Hub, clock: Clock, *, seconds: float) -> int:
    """Let time pass, and return how many were woken meanwhile."""
    before = len(hub._to_wake)
    for _step in range(int(seconds / 0.05)):
        clock.seconds += 0.05
        await hub._wake_on()
    return before - len(hub._to_wake)


def test_no_more_than_two_hundred_a_second_are_woken(hub: Hub, clock: Clock) -> None:
    async def fleet() -> None:
        names = [f"device-{number}" for number in range(1000)]
        waiting = [hub.device(name) for name in names]
        for one in waiting:
            await one.__aenter__()
        hub._tell(Seen(devices=frozenset(names)))
        at_once = len(names) - len(hub._to_wake)
        assert at_once == WOKEN_AT_ONCE
        assert WOKEN_PER_SECOND * 0.8 <= at_once + await woken(hub, clock, seconds=1) <= WOKEN_PER_SECOND
        assert await woken(hub, clock, seconds=5) and not hub._to_wake
        for one in waiting:
            await one.__aexit__(None, None, None)

    run(fleet)
    assert not hub._devices and not hub._to_wake


def test_who_comes_while_work_waits_is_woken_once_until_it_is_looked_for_again(hub: Hub) -> None:
    async def device() -> list[bool]:
        hub._tell(Seen(devices=frozenset({"device"})))
        found = []
        for devices in (None, None, frozenset({"device"})):
            hub._tell(Seen(devices=devices))
            async with hub.device("device") as woken:
                found.append(woken.is_set())
        return found

    assert run(device) == [True, False, True]
