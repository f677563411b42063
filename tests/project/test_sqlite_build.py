"""One SQLite build per process, and a fixed one."""

import sys
from pathlib import Path

import pytest

from assemblies.checks import FIXED_SQLITE
from assemblies.databases import DATABASES
from borealis_assemblies.sqlite_build import install
from tests.project.processes import run_python

pysqlite3 = pytest.importorskip("pysqlite3", reason="there is no wheel with a fixed SQLite for this machine")

NAMES = ("sqlite3", "sqlite3.dbapi2")
USE_EVERY_DATABASE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "borealis_assemblies.settings"
import borealis_assemblies.wsgi
from django.conf import settings
from django.db import connections
(settings.RUNTIME_ROOT / "Assemblies").mkdir(parents=True)
for alias in connections:
    with connections[alias].cursor() as cursor:
        print(cursor.execute("SELECT sqlite_version()").fetchone()[0])
import sqlite3, sqlite3.dbapi2
print(sqlite3.sqlite_version)
print(sqlite3.dbapi2.sqlite_version)
libraries = {line.split()[-1] for line in open("/proc/self/maps") if "sqlite3" in line}
print(*sorted(os.path.basename(path) for path in libraries))
"""


def test_a_server_process_uses_the_fixed_build_and_no_second_one(tmp_path: Path) -> None:
    if not Path("/proc/self/maps").exists():
        pytest.skip("this system does not say which libraries a process has loaded")
    done = run_python("-c", USE_EVERY_DATABASE, runtime_root=tmp_path)
    assert done.returncode == 0, done.stderr
    *versions, libraries = done.stdout.splitlines()
    assert set(versions) == {pysqlite3.sqlite_version}
    assert tuple(int(part) for part in versions[0].split(".")) >= FIXED_SQLITE
    assert len(versions) == len(DATABASES) + 2
    assert len(libraries.split()) == 1


@pytest.fixture
def nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NAMES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return monkeypatch


def test_the_wheel_takes_the_place_of_the_standard_library(nothing_loaded: pytest.MonkeyPatch) -> None:
    install()
    assert [sys.modules[name] for name in NAMES] == [pysqlite3, pysqlite3.dbapi2]


def test_a_build_that_is_in_use_is_not_joined_by_another(nothing_loaded: pytest.MonkeyPatch) -> None:
    loaded = type(sys)("sqlite3")
    nothing_loaded.setitem(sys.modules, "sqlite3", loaded)
    install()
    assert sys.modules["sqlite3"] is loaded
    assert "sqlite3.dbapi2" not in sys.modules


def test_without_the_wheel_the_standard_library_stays(nothing_loaded: pytest.MonkeyPatch) -> None:
    nothing_loaded.setitem(sys.modules, "pysqlite3", None)
    install()
    assert not set(NAMES) & sys.modules.keys()
