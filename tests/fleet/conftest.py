"""What tests of devices share: a signing key of their own, and no memory of who was heard of in other tests."""

from pathlib import Path

import pytest
from pytest_django import Settings

from assemblies.fleet.presence import presence


@pytest.fixture(autouse=True)
def signing_key_file(settings: Settings, tmp_path: Path) -> Path:
    settings.SIGNING_KEY_FILE = tmp_path / "keys" / "signing.key"
    return Path(settings.SIGNING_KEY_FILE)


@pytest.fixture(autouse=True)
def nobody_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "_heard", {})
    monkeypatch.setattr(presence, "_written_at", None)
