"""An agent that waits is woken by its work; where nothing answers it polls."""

import threading
import time
from pathlib import Path
from threading import Event

import pytest
from django.utils import timezone
from pytest_django import Settings

from assemblies.agent.errors import Unreachable
from assemblies.agent.waiting import Waiting
from tests.agent.machines import Machine
from tests.commands.deployment import free_port
from tests.execution.orders import enqueued
from tests.patience import HANG_SECONDS
from tests.realtime.conftest import Realtime

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "execution"]),
    pytest.mark.usefixtures("epoch"),
]


def address_of(realtime: Realtime, settings: Settings) -> str:
    address = f"http://127.0.0.1:{realtime.port}"
    settings.DEVICE_ORIGINS = [*settings.DEVICE_ORIGINS, address]
    return address


def test_it_is_woken_at_once(realtime: Realtime, settings: Settings, tmp_path: Path) -> None:
    machine, woken = Machine.enrolled("web-1", tmp_path / "web-1"), Event()
    waiting = Waiting(machine.session(), woken.set)
    waiting.at("")
    waiting.at(address_of(realtime, settings))
    try:
        while not realtime.ask("/health")[1]["waiting"]:
            time.sleep(0.02)
        assert not woken.is_set()
        enqueued(item={"target_device": machine.guid}, targets=[machine.guid], now=timezone.now())
        assert woken.wait(HANG_SECONDS)
    finally:
        waiting.stop()
        for thread in threading.enumerate():
            if thread.name == "waiting":
                thread.join(HANG_SECONDS)


def test_where_nothing_answers_it_waits_for_nothing(db: None, tmp_path: Path) -> None:
    machine = Machine.enrolled("web-1", tmp_path / "web-1")
    with pytest.raises(Unreachable):
        machine.session().wait_at(f"http://127.0.0.1:{free_port()}")
