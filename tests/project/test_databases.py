"""The databases as settings."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from borealis_assemblies.databases import SQLITE, database_settings
from borealis_assemblies.env import Environment

pytestmark = pytest.mark.database

ROOT = Path("/srv/library")
ALIASES = ["default", "official", "community", "user_created", "execution"]
POSTGRES = "postgres://ada@db.example:5433/library"


def databases(**names: str) -> dict[str, dict[str, Any]]:
    env = Environment({f"BOREALIS_{name}": value for name, value in names.items()})
    return database_settings(env, runtime_root=ROOT / "var", root=ROOT)


def test_each_alias_is_an_sqlite_file_of_its_own() -> None:
    found = databases()
    assert {alias: database["NAME"] for alias, database in found.items()} == {
        "default": "/srv/library/var/engine.db",
        "official": "/srv/library/var/Assemblies/official.db",
        "community": "/srv/library/var/Assemblies/community.db",
        "user_created": "/srv/library/var/Assemblies/user_created.db",
        "execution": "/srv/library/var/execution.db",
    }
    assert {database["ENGINE"] for database in found.values()} == {SQLITE}


def test_every_file_is_opened_durably_and_with_write_locks_asked_for_at_once() -> None:
    for database in databases().values():
        options = database["OPTIONS"]
        assert options["transaction_mode"] == "IMMEDIATE"
        assert options["timeout"] == 5
        assert "journal_mode=WAL" in options["init_command"]
        assert "synchronous=FULL" in options["init_command"]
        assert "foreign_keys=ON" in options["init_command"]


def test_test_databases_are_files() -> None:
    for database in databases().values():
        assert database["TEST"]["NAME"] == f"{database['NAME']}.test"


def test_the_default_file_may_be_named() -> None:
    assert databases(DATABASE_PATH="elsewhere/my.db")["default"]["NAME"] == "/srv/library/elsewhere/my.db"


@pytest.mark.parametrize("alias", ALIASES)
def test_one_alias_is_replaced_by_a_url_and_the_others_stay(alias: str) -> None:
    name = "DATABASE_URL" if alias == "default" else f"{alias.upper()}_DATABASE_URL"
    found = databases(**{name: POSTGRES})
    replaced = found.pop(alias)
    facts = [replaced[part] for part in ("ENGINE", "HOST", "PORT", "NAME", "USER")]
    assert facts == ["django.db.backends.postgresql", "db.example", 5433, "library", "ada"]
    assert (replaced["CONN_MAX_AGE"], replaced["CONN_HEALTH_CHECKS"]) == (60, True)
    assert replaced["OPTIONS"] == {"options": "-c lock_timeout=10s"}
    assert {database["ENGINE"] for database in found.values()} == {SQLITE}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:////data/official.db", "/data/official.db"),
        ("sqlite:///data/../official.db", "/srv/library/official.db"),
        ("sqlite:////data/my%20library.db", "/data/my library.db"),
    ],
)
def test_an_sqlite_url_names_a_file_with_the_same_options(url: str, name: str) -> None:
    found = databases(OFFICIAL_DATABASE_URL=url)
    assert found["official"]["NAME"] == name
    assert found["official"]["OPTIONS"] == found["community"]["OPTIONS"]
    assert found["official"]["TEST"]["NAME"] == f"{name}.test"


@pytest.mark.parametrize(
    "url",
    [
        "not a url",
        "postgres",
        "postgres://ada@db.example/",
        "postgres://ada@db.example:port/library",
        "postgres://[::1/library",
        "nosuchengine://db.example/library",
        "sqlite://",
        "sqlite://:memory:",
    ],
)
def test_an_unreadable_url_is_refused_by_its_name_and_not_shown(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BOREALIS_COMMUNITY_DATABASE_URL cannot be read") as refused:
        databases(COMMUNITY_DATABASE_URL=url)
    assert "ada" not in str(refused.value)


def test_the_shared_cache_is_a_switch_and_off() -> None:
    assert "cache=shared" not in databases()["default"]["NAME"]
    shared = databases(SQLITE_SHARED_CACHE="true", DATABASE_PATH="/data/my library.db")["default"]
    assert shared["NAME"] == "file:///data/my%20library.db?cache=shared"
    assert shared["TEST"]["NAME"] == "/data/my library.db.test"


def test_a_test_url_gives_each_alias_a_database_of_its_own() -> None:
    found = databases(TEST_DATABASE_URL=POSTGRES, OFFICIAL_DATABASE_URL="sqlite:////data/official.db")
    assert {database["ENGINE"] for database in found.values()} == {"django.db.backends.postgresql"}
    assert [database["NAME"] for database in found.values()] == [f"borealis_{alias}" for alias in ALIASES]
    assert [database["TEST"]["NAME"] for database in found.values()] == [f"test_borealis_{alias}" for alias in ALIASES]


def test_an_unreadable_test_url_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="BOREALIS_TEST_DATABASE_URL"):
        databases(TEST_DATABASE_URL="postgres")
