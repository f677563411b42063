"""System checks: each names a misconfiguration, with a hint and an id."""

import platform
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from devmode.sqlite_files import find_sqlite_files

# The checks of what an operator can set wrong: each command and each server begins with them.
OF_SETTINGS = (Tags.compatibility, Tags.security, Tags.files, Tags.database)
FIXED_SQLITE = (3, 51, 3)
FIRST_FLAWED_SQLITE = (3, 7, 0)
# Where a wheel with a fixed build exists: the marker of requirements.in.
FIXED_BUILD_MACHINES = {("linux", "x86_64"), ("darwin", "arm64"), ("win32", "AMD64")}
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.glusterfs", "afs"}


def check_sqlite_build(**_options: Any) -> list[CheckMessage]:
    """W001: this SQLite can corrupt a WAL database. E006: and a fixed build is available."""
    if not any(connections[alias].vendor == "sqlite" for alias in connections):
        return []
    import sqlite3

    if not FIRST_FLAWED_SQLITE <= sqlite3.sqlite_version_info < FIXED_SQLITE:
        return []
    words = f"SQLite {sqlite3.sqlite_version} can corrupt a WAL database written and checkpointed at once."
    hint = "Install requirements.txt, whose pysqlite3 wheel carries a fixed build, or SQLite 3.51.3 or later."
    if _is_fixed_build_left_out():
        return [Error(words, hint=hint, id="assemblies.E006")]
    return [checks.Warning(words, hint=hint, id="assemblies.W001")]


def _is_fixed_build_left_out() -> bool:
    """Say whether the wheel exists for this machine and is not installed; one that is, something displaced."""
    machine = (sys.platform, platform.machine())
    is_offered = platform.python_implementation() == "CPython" and machine in FIXED_BUILD_MACHINES
    return is_offered and find_spec("pysqlite3") is None


def check_refresh_of_upstream(**_options: Any) -> list[CheckMessage]:
    """W002: the time between two looks at the upstream head was clamped."""
    if settings.REPO_HASH_REFRESH_AS_SET == settings.REPO_HASH_REFRESH:
        return []
    words = f"BOREALIS_REPO_HASH_REFRESH is taken for {settings.REPO_HASH_REFRESH} seconds."
    return [checks.Warning(words, hint="Set it to a number from 30 to 3600.", id="assemblies.W002")]


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
    """E005: debugging pages show settings and source."""
    if not settings.DEBUG:
        return []
    return [
        Error(
            "DEBUG is on: every error would show settings and source to anyone who causes it.",
            hint="Unset BOREALIS_DEBUG; engine.log has every stack trace.",
            id="assemblies.E005",
        )
    ]


def check_network_file_system(**_options: Any) -> list[CheckMessage]:
    """E007: locks and fsync of a network file system do not keep what SQLite and the write lock rely on."""
    files = find_sqlite_files()
    places = {settings.RUNTIME_ROOT, *(file.parent for file in files)} if files else set()
    shared = {place: kind for place in places if (kind := file_system_of(place)) in NETWORK_FILE_SYSTEMS}
    return [
        Error(
            f"{place} is on a network file system ({kind}), where SQLite's locks do not hold.",
            hint="Set BOREALIS_RUNTIME_ROOT to a local disk, or give every alias a PostgreSQL database.",
            id="assemblies.E007",
        )
        for place, kind in sorted(shared.items())
    ]


def file_system_of(place: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return the kind of the file system that holds `place`; nothing where the kernel keeps no such list."""
    kinds = dict(_mounted(mounts)) if mounts.exists() else {}
    return next((kinds[folder] for folder in (place, *place.parents) if folder in kinds), "")


def _mounted(mounts: Path) -> Iterator[tuple[Path, str]]:
    """Yield where each file system is mounted, and its kind; of two at one place the later one is seen."""
    for line in mounts.read_text(errors="surrogateescape").splitlines():
        _device, folder, kind, *_rest = line.split(" ")
        yield Path(folder.replace(r"\040", " ")), kind


def register_all() -> None:
    register(check_sqlite_build, Tags.compatibility)
    register(check_separate_databases, Tags.compatibility)
    register(check_refresh_of_upstream, Tags.compatibility)
    register(check_router, Tags.compatibility)
    register(check_allowed_hosts, Tags.security)
    register(check_cors_origins, Tags.security)
    register(check_debug, Tags.security)
    register(check_network_file_system, Tags.files)
