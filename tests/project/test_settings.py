"""Settings in processes of their own: what is clean, and what does not start."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.project.processes import run_python

CHECK = ("manage.py", "check", "--fail-level", "WARNING")
SHOW = """
import json, sys
from borealis_assemblies import settings
print(json.dumps([getattr(settings, name) for name in sys.argv[1:]]))
"""


def shown(*settings: str, runtime_root: Path, measured: bool = False, names: dict[str, str] | None = None) -> list[Any]:
    done = run_python("-c", SHOW, *settings, runtime_root=runtime_root, names=names, measured=measured)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def test_the_checks_are_clean_on_a_fresh_machine(tmp_path: Path) -> None:
    done = run_python(*CHECK, runtime_root=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_the_deployment_checks_are_clean_behind_https(tmp_path: Path) -> None:
    done = run_python(*CHECK, "--deploy", runtime_root=tmp_path, names={"PUBLIC_URL": "https://library.example.org"})
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("names", "check"),
    [
        ({"ALLOWED_HOSTS": "library.example.org,*"}, "assemblies.E003"),
        ({"CORS_ALLOWED_ORIGINS": "*"}, "assemblies.E004"),
        ({"DEBUG": "true"}, "assemblies.E005"),
        ({"OFFICIAL_DATABASE_URL": "sqlite:////data/../same.db", "DATABASE_PATH": "/same.db"}, "assemblies.E001"),
    ],
)
def test_an_unsafe_setting_does_not_start(tmp_path: Path, names: dict[str, str], check: str) -> None:
    done = run_python("manage.py", "migrate", "--plan", runtime_root=tmp_path, names=names)
    assert done.returncode != 0
    assert check in done.stderr
    assert "HINT" in done.stderr


@pytest.mark.parametrize(
    ("names", "word"),
    [
        ({"SECRET_KEY": "change-me"}, "placeholder"),
        ({"PORT": "http"}, "BOREALIS_PORT"),
        ({"PUBLIC_URL": "library.example.org"}, "BOREALIS_PUBLIC_URL"),
    ],
)
def test_a_value_that_cannot_be_read_does_not_start(tmp_path: Path, names: dict[str, str], word: str) -> None:
    done = run_python("manage.py", "check", runtime_root=tmp_path, names=names)
    assert done.returncode != 0
    assert word in done.stderr


def test_a_misspelt_name_is_warned_about_and_does_not_stop_the_start(tmp_path: Path) -> None:
    done = run_python("manage.py", "check", runtime_root=tmp_path, names={"PROT": "5001"}, measured=True)
    assert done.returncode == 0
    assert "Unknown settings, misspelt? BOREALIS_PROT" in done.stderr


def test_https_turns_on_host_bound_secure_cookies(tmp_path: Path) -> None:
    names = (
        "SESSION_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_NAME CSRF_TRUSTED_ORIGINS SECURE_SSL_REDIRECT".split()
    )
    found = shown(*names, runtime_root=tmp_path, names={"PUBLIC_URL": "HTTPS://Library.example.org:443"})
    assert found == ["__Host-sessionid", True, "__Host-csrftoken", ["https://library.example.org"], True]


def test_an_ipv6_host_is_served_under_its_own_name(tmp_path: Path) -> None:
    found = shown("PUBLIC_URL", "ALLOWED_HOSTS", runtime_root=tmp_path, names={"HOST": "::1"})
    assert found == ["http://[::1]:5000", ["127.0.0.1", "[::1]", "localhost"]]


def test_the_folder_of_static_files_is_made_in_the_runtime_root_only(tmp_path: Path) -> None:
    shown("HOST", runtime_root=tmp_path / "one")
    assert (tmp_path / "one" / "static").is_dir()
    elsewhere = tmp_path / "elsewhere"
    shown("HOST", runtime_root=tmp_path / "two", names={"STATIC_ROOT": str(elsewhere)}, measured=True)
    assert not elsewhere.exists()
