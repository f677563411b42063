"""Every SQLite database against itself: the structure of its pages and indexes, and what its rows refer to."""

from collections.abc import Iterable, Iterator

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from assemblies.domains import Domain
from assemblies.inspection.verify.finding import Finding
from assemblies.progress import Track
from devmode.disk_faults import find_disk_fault
from devmode.sqlite_files import find_sqlite_file

MAX_FAULTS = 20
DOMAIN_OF = {domain.alias: domain for domain in Domain}
# What a careless hand wrote into a column need not even be of the column's type.
UNREADABLE = (DatabaseError, ValueError, TypeError, KeyError, AttributeError, OverflowError)


def find_database_faults(track: Track) -> Iterator[Finding]:
    """Yield what each database says of itself. One that cannot be read is a finding and hides no other."""
    aliases = [alias for alias in connections if (file := find_sqlite_file(alias)) is not None and file.exists()]
    for alias in track(aliases, "Checking databases", len(aliases)):
        yield from guarded(_faults(alias), alias)


def guarded(findings: Iterable[Finding], alias: str = DEFAULT_DB_ALIAS) -> Iterator[Finding]:
    """Yield `findings`, and as one of them that a database cannot be read any further."""
    try:
        yield from findings
    except UNREADABLE as error:
        fault = find_disk_fault(error, find_sqlite_file(alias))
        first_line = str(error).partition("\n")[0]
        yield database_finding(alias, fault.advice if fault else f"cannot be read: {first_line}")


def database_finding(alias: str, detail: str) -> Finding:
    """Return a finding of a database: what is to be done differs with whether the journal can rebuild it."""
    domain = DOMAIN_OF.get(alias)
    return Finding("domain_database", domain, detail) if domain else Finding("database", alias, detail)


def _faults(alias: str) -> Iterator[Finding]:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"PRAGMA integrity_check({MAX_FAULTS})")
        said = [str(row[0]) for row in cursor.fetchall()]
        cursor.execute("PRAGMA foreign_key_check")
        dangling = [(table, row) for table, row, _parent, _number in cursor.fetchmany(MAX_FAULTS)]
    for words in said:
        if words != "ok":
            yield database_finding(alias, words.replace("\n", " "))
    for table, row in dangling:
        yield database_finding(alias, f"row {row} of {table} refers to one that is not there")
