"""The four databases: SQLite files by default, each replaceable by a URL."""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from borealis_assemblies.env import Environment

BUSY_TIMEOUT_SECONDS = 5
# FULL on every database: with less, a power cut could take a domain's last commit back after `default` had recorded it.
INIT_COMMAND = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"


def database_settings(env: Environment, *, runtime_root: Path, root: Path) -> dict[str, dict[str, Any]]:
    """Return DATABASES. Relative SQLite paths start at `root`; raises ImproperlyConfigured on an unreadable URL."""
    domains = runtime_root / "Assemblies"
    files = {
        "default": env.path("DATABASE_PATH", runtime_root / "engine.db", base=root),
        "official": domains / "official.db",
        "community": domains / "community.db",
        "user_created": domains / "user_created.db",
    }
    return {alias: _database(env, alias, path, root) for alias, path in files.items()}


def _database(env: Environment, alias: str, path: Path, root: Path) -> dict[str, Any]:
    name = "DATABASE_URL" if alias == "default" else f"{alias.upper()}_DATABASE_URL"
    test_url = env.text("TEST_DATABASE_URL")
    if test_url:
        return _with_test_name(_from_url("TEST_DATABASE_URL", test_url), f"test_borealis_{alias}")
    url = env.text(name)
    settings: dict[str, Any] = (
        _from_url(name, url) if url else {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    )
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        settings["NAME"] = str(root / settings["NAME"])
        settings["OPTIONS"] = _sqlite_options(env, settings)
        return _with_test_name(settings, f"{settings['NAME']}.test")
    return settings | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def _from_url(name: str, url: str) -> dict[str, Any]:
    settings: dict[str, Any] = environ.Env.db_url_config(url)
    if not settings.get("ENGINE") or not settings.get("NAME"):
        raise ImproperlyConfigured(f"BOREALIS_{name} cannot be read: use for example postgres://user@host:5432/name.")
    return settings


def _sqlite_options(env: Environment, settings: dict[str, Any]) -> dict[str, Any]:
    if env.switch("SQLITE_SHARED_CACHE", False):
        settings["NAME"] = f"{Path(settings['NAME']).as_uri()}?cache=shared"
    # A deferred BEGIN ignores the busy timeout when it upgrades to a write lock; IMMEDIATE asks for it at once.
    return {"transaction_mode": "IMMEDIATE", "timeout": BUSY_TIMEOUT_SECONDS, "init_command": INIT_COMMAND}


def _with_test_name(settings: dict[str, Any], test_name: str) -> dict[str, Any]:
    """Name the test database: Django's own default for SQLite is in memory, which is another engine altogether."""
    return settings | {"TEST": {"NAME": test_name}}
