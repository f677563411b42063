"""System checks: each finds what it is for, and nothing else."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import CheckMessage, registry
from pytest_django import Settings

from assemblies import checks

SQLITE_FILE = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/data/one.db"}


def settings_root() -> Path:
    root: Path = settings.RUNTIME_ROOT
    return root


def ids(check: Callable[..., list[CheckMessage]]) -> list[str | None]:
    found = check()
    assert all(message.hint for message in found)
    return [message.id for message in found]


@pytest.mark.parametrize("version", [(3, 7, 0), (3, 40, 1), (3, 51, 2)])
def test_a_flawed_sqlite_is_warned_about(monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    monkeypatch.setattr(checks, "connections", {"default": type("Connection", (), {"vendor": "sqlite"})})
    assert ids(checks.check_sqlite_build) == ["assemblies.W001"]


@pytest.mark.parametrize("version", [(3, 6, 23), (3, 51, 3), (3, 53, 0)])
def test_a_sound_sqlite_is_not(monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    monkeypatch.setattr(checks, "connections", {"default": type("Connection", (), {"vendor": "sqlite"})})
    assert ids(checks.check_sqlite_build) == []


def test_the_sqlite_of_another_engine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    monkeypatch.setattr(checks, "connections", {"default": type("Connection", (), {"vendor": "postgresql"})})
    assert ids(checks.check_sqlite_build) == []


def test_two_aliases_of_one_database_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    databases = {"default": SQLITE_FILE, "official": SQLITE_FILE | {"NAME": "/data/two.db"}, "community": SQLITE_FILE}
    monkeypatch.setattr(checks, "settings", type("Settings", (), {"DATABASES": databases}))
    (error,) = checks.check_separate_databases()
    assert error.id == "assemblies.E001"
    assert error.msg == "The aliases default and community are the same database."


def test_databases_of_one_name_on_two_servers_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    databases = {alias: {"ENGINE": "e", "NAME": "n", "HOST": alias} for alias in ("default", "official")}
    monkeypatch.setattr(checks, "settings", type("Settings", (), {"DATABASES": databases}))
    assert ids(checks.check_separate_databases) == []


def test_a_missing_router_is_an_error(settings: Settings) -> None:
    assert ids(checks.check_router) == []
    settings.DATABASE_ROUTERS = []
    assert ids(checks.check_router) == ["assemblies.E002"]


def test_any_host_is_an_error(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["library.example.org"]
    assert ids(checks.check_allowed_hosts) == []
    settings.ALLOWED_HOSTS = ["library.example.org", "*"]
    assert ids(checks.check_allowed_hosts) == ["assemblies.E003"]


def test_any_origin_is_an_error(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://console.example.org"]
    assert ids(checks.check_cors_origins) == []
    settings.CORS_ALLOWED_ORIGINS = ["*"]
    assert ids(checks.check_cors_origins) == ["assemblies.E004"]


@pytest.mark.parametrize(("debug", "found"), [(False, []), (True, ["assemblies.E005"])])
def test_debugging_is_an_error(settings: Settings, debug: bool, found: list[str]) -> None:
    settings.DEBUG = debug
    assert ids(checks.check_debug) == found


def test_a_flawed_sqlite_is_an_error_where_the_fixed_one_was_only_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    monkeypatch.setattr(checks, "connections", {"default": type("Connection", (), {"vendor": "sqlite"})})
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert ids(checks.check_sqlite_build) == ["assemblies.E006"]
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert ids(checks.check_sqlite_build) == ["assemblies.W001"]


@pytest.mark.parametrize(
    ("kind", "found"),
    [("ext4", []), ("nfs4", ["assemblies.E007"]), ("cifs", ["assemblies.E007"]), ("fuse.sshfs", ["assemblies.E007"])],
)
@pytest.mark.sqlite("no database of ours is a file")
def test_a_runtime_root_on_a_network_file_system_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, found: list[str]
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/share {settings_root()} {kind} rw 0 0\n")
    monkeypatch.setattr(checks.file_system_of, "__defaults__", (mounts,))
    assert set(ids(checks.check_network_file_system)) == set(found)


def test_the_nearest_mount_decides_and_a_later_one_hides_an_earlier(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("a / ext4 rw 0 0\nb /srv/my\\040share nfs rw 0 0\nc /srv/my\\040share/local xfs rw 0 0\n")
    assert checks.file_system_of(Path("/srv/my share/library"), mounts) == "nfs"
    assert checks.file_system_of(Path("/srv/my share/local/library"), mounts) == "xfs"
    assert checks.file_system_of(Path("/srv/mine"), mounts) == "ext4"
    mounts.write_text(mounts.read_text() + "d /srv/my\\040share ext4 rw 0 0\n")
    assert checks.file_system_of(Path("/srv/my share/library"), mounts) == "ext4"
    assert checks.file_system_of(Path("/srv/mine"), tmp_path / "no-list-here") == ""


def test_servers_of_databases_may_stand_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "find_sqlite_files", list)
    monkeypatch.setattr(checks, "file_system_of", lambda place: "nfs")
    assert ids(checks.check_network_file_system) == []


def test_every_check_is_asked_at_every_start() -> None:
    ours = {check for name, check in vars(checks).items() if name.startswith("check_")}
    assert len(ours) == 8
    assert ours <= set(registry.registry.get_checks(include_deployment_checks=False))
