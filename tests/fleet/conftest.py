"""What tests of devices share: a signing key of their own."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def signing_key_file(settings: Settings, tmp_path: Path) -> Path:
    settings.SIGNING_KEY_FILE = tmp_path / "keys" / "signing.key"
    return Path(settings.SIGNING_KEY_FILE)
