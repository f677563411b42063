"""An enrolled device with a real agent, whose requests reach the library in this process."""

from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings

from assemblies.execution.triggers import create_triggers
from assemblies.payloads import PayloadStore
from tests.agent.machines import Machine
from tests.fleet.conftest import nobody_heard, signing_key_file

__all__ = ["nobody_heard", "signing_key_file"]


@pytest.fixture
def machine(library: PayloadStore, tmp_path: Path, settings: Settings) -> Machine:
    """A device that allows assemblies of the own source and polls.

    A thread that waits for work would outlive its test, and its requests, which no transaction contains, would keep
    the tests after it from writing; tests/realtime has the real server to wait at.
    """
    settings.REALTIME_URL = ""
    create_triggers(connections["execution"])
    return Machine.enrolled("web-1", tmp_path / "web-1")
