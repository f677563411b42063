"""System checks: each names a misconfiguration, with a hint and an id."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

FIXED_SQLITE = (3, 51, 3)
FIRST_FLAWED_SQLITE = (3, 7, 0)


def check_sqlite_build(**_options: Any) -> list[CheckMessage]:
    """W001: this SQLite can corrupt a WAL database."""
    if not any(connections[alias].vendor == "sqlite" for alias in connections):
        return []
    import sqlite3

    if not FIRST_FLAWED_SQLITE <= sqlite3.sqlite_version_info < FIXED_SQLITE:
        return []
    return [
        checks.Warning(
            f"SQLite {sqlite3.sqlite_version} can corrupt a WAL database written and checkpointed at once.",
            id="assemblies.W001",
        )
    ]


def check_separate_databases(**_options: Any) -> list[CheckMessage]:
    """E001: two aliases are one database."""
    seen: dict[tuple[str, ...], str] = {}
    errors: list[CheckMessage] = []
    for alias, database in settings.DATABASES.items():
        place = tuple(str(database.get(part, "")) for part in ("ENGINE", "HOST", "PORT", "NAME"))
        if place in seen:
            errors.append(
                Error(
                    f"The aliases {seen[place]} and {alias} are the same database.",
                    hint="Give each alias a database of its own: every domain has a table of the same name.",
                    id="assemblies.E001",
                )
            )
        seen[place] = alias
    return errors


def check_router(**_options: Any) -> list[CheckMessage]:
    """E002: the router that keeps domains apart is not installed."""
    if "assemblies.router.DomainRouter" in settings.DATABASE_ROUTERS:
        return []
    return [
        Error(
            "DATABASE_ROUTERS lacks assemblies.router.DomainRouter.",
            hint="Without it every table would be made in every database.",
            id="assemblies.E002",
        )
    ]


def register_all() -> None:
    register(check_sqlite_build, Tags.compatibility)
    register(check_separate_databases, Tags.compatibility)
    register(check_router, Tags.compatibility)
