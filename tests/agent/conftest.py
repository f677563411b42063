"""An enrolled device with a real agent, whose requests reach the library in this process."""

from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings

from assemblies.execution.triggers import create_triggers
from assemblies.fleet.presence import presence
from assemblies.payloads import PayloadStore
from tests.agent.machines import Machine


@pytest.fixture(autouse=True)
def signing_key_file(settings: Settings, tmp_path: Path) -> Path:
    settings.SIGNING_KEY_FILE = tmp_path / "keys" / "signing.key"
    return Path(settings.SIGNING_KEY_FILE)


@pytest.fixture(autouse=True)
def nobody_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "_heard", {})
    monkeypatch.setattr(presence, "_written_at", None)


@pytest.fixture
def machine(library: PayloadStore, tmp_path: Path) -> Machine:
    """A device that allows assemblies of the own source."""
    create_triggers(connections["execution"])
    return Machine.enrolled("web-1", tmp_path / "web-1")
