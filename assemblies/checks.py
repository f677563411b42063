"""System checks: each names a misconfiguration, with a hint and an id."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

FIXED_SQLITE = (3, 51, 3)
FIRST_FLAWED_SQLITE = (3, 7, 0)
LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}


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
            hint="Install requirements.txt, whose pysqlite3 wheel carries a fixed build, or SQLite 3.51.3 or later.",
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


def check_allowed_hosts(**_options: Any) -> list[CheckMessage]:
    """E003: any Host header is believed."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS holds *, so links and redirects can be made to name any host.",
            hint="Name in BOREALIS_ALLOWED_HOSTS the hosts that browsers type, separated by commas.",
            id="assemblies.E003",
        )
    ]


def check_cors_origins(**_options: Any) -> list[CheckMessage]:
    """E004: pages of any origin could use a visitor's session."""
    if "*" not in settings.CORS_ALLOWED_ORIGINS:
        return []
    return [
        Error(
            "CORS_ALLOWED_ORIGINS holds *, so any web page could read the library with its visitor's session.",
            hint="Name in BOREALIS_CORS_ALLOWED_ORIGINS each origin that may, for example https://console.example.org.",
            id="assemblies.E004",
        )
    ]


def check_debug(**_options: Any) -> list[CheckMessage]:
    """E005: debugging pages, which show settings and source, are served to other machines."""
    if not settings.DEBUG or (settings.HOST in LOOPBACK_HOSTS and not settings.HTTPS):
        return []
    return [
        Error(
            "DEBUG is on although other machines can reach the server.",
            hint="Unset BOREALIS_DEBUG, or listen on 127.0.0.1 with a public URL of http.",
            id="assemblies.E005",
        )
    ]


def register_all() -> None:
    register(check_sqlite_build, Tags.compatibility)
    register(check_separate_databases, Tags.compatibility)
    register(check_router, Tags.compatibility)
    register(check_allowed_hosts, Tags.security)
    register(check_cors_origins, Tags.security)
    register(check_debug, Tags.security)
