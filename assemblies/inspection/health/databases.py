"""What each database is, how large, and whether it can be queried."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections

from assemblies.inspection.health.parts import database_trouble, trouble_with
from devmode.sqlite_files import find_sqlite_file

MISSING = "The database file is missing; run prepare."
MAX_FAULTS = 20
# SQLite keeps the newest changes next to the file until they are moved into it.
FILES = ("", "-wal")


@dataclass(kw_only=True)
class DatabaseFacts:
    """One database; what cannot be known is empty or None, and `trouble` says why it cannot be used."""

    alias: str
    engine: str
    place: str
    trouble: str = ""
    version: str = ""
    journal_mode: str = ""
    size_bytes: int | None = None


def database_facts() -> list[DatabaseFacts]:
    """Return the facts of every database; one that cannot be asked hides no other."""
    return [_facts(alias) for alias in connections]


def _facts(alias: str) -> DatabaseFacts:
    connection = connections[alias]
    facts = DatabaseFacts(alias=alias, engine=connection.display_name, place=_place(connection.settings_dict))
    file = find_sqlite_file(alias)
    if file is not None and not file.exists():
        facts.trouble = MISSING
        return facts
    facts.trouble = database_trouble(alias)
    if not facts.trouble:
        facts.trouble = trouble_with(lambda: _ask(facts, file), alias)
    return facts


def _ask(facts: DatabaseFacts, file: Path | None) -> None:
    if file is not None:
        facts.version = _answer(facts.alias, "SELECT sqlite_version()")
        facts.journal_mode = _answer(facts.alias, "PRAGMA journal_mode")
        # Asked of the folder: opening a live database file here and closing it would drop this process's locks on it.
        sizes = (Path(f"{file}{part}") for part in FILES)
        facts.size_bytes = sum(part.stat().st_size for part in sizes if part.exists())
    elif connections[facts.alias].vendor == "postgresql":
        facts.version = _answer(facts.alias, "SHOW server_version")
        facts.size_bytes = int(_answer(facts.alias, "SELECT pg_database_size(current_database())"))


def quick_checks() -> dict[str, list[str]]:
    """Let every SQLite database check its own pages. Returns by alias what is wrong, an empty list when nothing is."""
    return {facts.alias: _quick_check(facts) for facts in database_facts() if find_sqlite_file(facts.alias) is not None}


def _quick_check(facts: DatabaseFacts) -> list[str]:
    if facts.trouble:
        return [facts.trouble]
    found: list[str] = []
    trouble = trouble_with(lambda: found.extend(_rows(facts.alias, f"PRAGMA quick_check({MAX_FAULTS})")), facts.alias)
    return [trouble] if trouble else [words for words in found if words != "ok"]


def _answer(alias: str, question: str) -> str:
    return next(iter(_rows(alias, question)), "")


def _rows(alias: str, question: str) -> Iterable[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(question)
        return [str(row[0]) for row in cursor.fetchall()]


def _place(facts: dict[str, Any]) -> str:
    """Return where a database is, without anybody's name or password."""
    host = str(facts.get("HOST") or "")
    return f"{host}/{facts['NAME']}" if host else str(facts["NAME"])
