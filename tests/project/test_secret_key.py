"""The secret key: configured, or made once and kept for its owner alone."""

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from borealis_assemblies.env import Environment, kept_secret
from tests.patience import HANG_SECONDS

LONG = "x7" * 25
READ_KEPT_SECRET = """
import sys, time
from pathlib import Path
from borealis_assemblies.env import kept_secret
while time.time() < float(sys.argv[2]):
    pass
print(kept_secret(Path(sys.argv[1])))
"""


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "var" / "secret.key"
    key = Environment({}).secret_key(place)
    assert len(key) >= 50
    assert Environment({}).secret_key(place) == key
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [path.name for path in place.parent.iterdir()] == ["secret.key"]


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    place, start_at = tmp_path / "secret.key", str(time.time() + 1.0)
    command = [sys.executable, "-c", READ_KEPT_SECRET, str(place), start_at]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    keys = {process.communicate(timeout=HANG_SECONDS)[0].strip() for process in processes}
    assert keys == {place.read_text()}
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_the_second_to_come_takes_the_key_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "secret.key"
    place.write_text(LONG)
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path, **options: path != place and exists(path, **options))
    assert kept_secret(place) == LONG
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("name", ["BOREALIS_SECRET_KEY", "BOREALIS_FLASK_SECRET_KEY"])
def test_a_configured_key_is_taken_under_either_name_and_none_is_made(tmp_path: Path, name: str) -> None:
    assert Environment({name: LONG}).secret_key(tmp_path / "secret.key") == LONG
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["change-me", "s3cr3t", "x" * 49, "change-me" * 10, "django-insecure-" + LONG])
def test_a_placeholder_or_short_key_is_refused_without_being_shown(tmp_path: Path, key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="placeholder or shorter than 50") as refused:
        Environment({"BOREALIS_SECRET_KEY": key}).secret_key(tmp_path / "secret.key")
    assert key not in str(refused.value).replace("BOREALIS_SECRET_KEY", "")


def test_a_kept_key_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "secret.key"
    place.write_text("")
    with pytest.raises(ImproperlyConfigured):
        Environment({}).secret_key(place)
