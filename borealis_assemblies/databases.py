"""The databases as settings: SQLite files by default, each replaceable by a URL."""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from assemblies.databases import DATABASES, DEFAULT, Database
from borealis_assemblies.env import Environment

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
IN_MEMORY = ":memory:"
# The name of the file that a copy stands in for (`devmode.stand_in`, which Django has to be set up for).
ORIGINAL = "STANDS_IN_FOR"
BUSY_TIMEOUT_SECONDS = 5
# A client that died with a row locked, or a person at a prompt, would keep every writer waiting without an end.
POSTGRESQL_LOCK_TIMEOUT_SECONDS = 10
# FULL on every database: with less, a power cut could take a domain's last commit back after `default` had recorded it.
INIT_COMMAND = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"


def database_settings(env: Environment, *, runtime_root: Path, root: Path) -> dict[str, dict[str, Any]]:
    """Return DATABASES. Relative SQLite paths start at `root`; raises ImproperlyConfigured on an unreadable URL."""
    # `default` first: Django and code that lists the connections begin with it.
    in_order = sorted(DATABASES, key=lambda database: database.alias != DEFAULT)
    return {database.alias: _database(env, database, runtime_root, root) for database in in_order}


def put_copies_in_place(databases: dict[str, dict[str, Any]], folder: Path) -> dict[str, dict[str, Any]]:
    """Return DATABASES with the copies in `folder` in place of the files that they were made of."""
    copies = {alias: folder / f"{alias}.db" for alias in databases}
    return {
        alias: facts | ({"NAME": str(copies[alias]), ORIGINAL: facts["NAME"]} if copies[alias].exists() else {})
        for alias, facts in databases.items()
    }


def _database(env: Environment, database: Database, runtime_root: Path, root: Path) -> dict[str, Any]:
    if test_url := env.text("TEST_DATABASE_URL"):
        # A name of its own for each alias, although tests only ever open the test databases next to them.
        names = {
            "NAME": f"borealis_{database.alias}",
            "TEST": {"NAME": f"test_borealis_{database.alias}", "DEPENDENCIES": []},
        }
        return _from_url("TEST_DATABASE_URL", test_url) | names
    path = runtime_root / database.file
    if database.alias == DEFAULT:
        path = env.path("DATABASE_PATH", path, base=root)
    url = env.text(database.url_setting)
    settings = _from_url(database.url_setting, url) if url else {"ENGINE": SQLITE, "NAME": str(path)}
    if settings["ENGINE"] == SQLITE:
        shared = env.switch("SQLITE_SHARED_CACHE", False)
        # Every answer asks `default`, every message of a device `execution`: threads keep their connections
        # (`devmode.kept_connection`); not with a shared cache, which goes by the file's name: while one thread has the
        # file of before, each would be given that.
        is_kept = not database.is_replica and not shared
        kept = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True} if is_kept else {}
        return settings | kept | _sqlite_settings((root / settings["NAME"]).resolve(), shared=shared)
    return settings | _server_settings(settings)


def _server_settings(settings: dict[str, Any]) -> dict[str, Any]:
    kept = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if settings["ENGINE"] != POSTGRESQL:
        return kept
    limits = {"options": f"-c lock_timeout={POSTGRESQL_LOCK_TIMEOUT_SECONDS}s"}
    return kept | {"OPTIONS": limits | settings.get("OPTIONS", {})}


def _from_url(name: str, url: str) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = environ.Env.db_url_config(url) if "://" in url else {}
    except ValueError:
        settings = {}
    engine, database = settings.get("ENGINE", ""), settings.get("NAME", "")
    # An engine is the dotted path of a module; a database in memory would be another one in every thread.
    if "." not in engine or database in {"", IN_MEMORY}:
        raise ImproperlyConfigured(
            f"BOREALIS_{name} cannot be read: use for example postgres://user@host:5432/name or sqlite:////folder/file."
        )
    return settings


def _sqlite_settings(path: Path, *, shared: bool) -> dict[str, Any]:
    """Return the settings of one file. Tests get a file too: Django's own choice, in memory, is another engine."""
    return {
        "NAME": f"{path.as_uri()}?cache=shared" if shared else str(path),
        "TEST": {"NAME": f"{path}.test", "DEPENDENCIES": []},
        # A deferred BEGIN ignores the busy timeout when it upgrades to a write lock; IMMEDIATE asks for it at once.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_TIMEOUT_SECONDS,
            "init_command": INIT_COMMAND,
        },
    }
