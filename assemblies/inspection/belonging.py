"""Do the databases and the payload store in place belong together? Asked before anything is migrated or written.

An empty place is a first start. A domain database that follows a journal says that there was a library: without that
journal it has lost a file or a volume, and a new library in its place would hide the loss from those who could
repair it. Only what is there is asked: opening an SQLite file that is missing would make an empty one.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import DatabaseError, connections
from django.db.models import Model

from assemblies.databases import DEFAULT
from assemblies.domains import Domain
from assemblies.errors import LibraryIncomplete, StorageUnavailable
from assemblies.inspection.verify.finding import find_content
from assemblies.models import JournaledPayload, JournalEntry, JournalHead, StoreMark, Watermark
from assemblies.payloads import PayloadStore
from assemblies.payloads.failures import read_failures_named
from assemblies.payloads.reference import payload_name
from devmode.sqlite_files import find_sqlite_file

NEWEST_ENTRIES = 10
WAYS_ON = (
    "Nothing was changed. Put the file or the volume that is missing back; or put a mirror in place "
    "(`restore_domains DIR --replace`, which keeps what is here aside); or go on without what is missing "
    "(`prepare --new-library`): what the domain databases hold then becomes new revisions."
)
ONE_DOMAIN = (
    "If one domain database alone is out of place, `prepare --adopt-replica DOMAIN` takes its rows as new revisions, "
    "and `prepare --rebuild-replica DOMAIN` rebuilds it from the journal; a copy of it is kept."
)


def require_whole(
    store: PayloadStore, library_id: str = "", *, decided: Collection[Domain] = (), begins: bool = False
) -> None:
    """Raise LibraryIncomplete when a database or the store is missing, or is not of one library with the others.

    `library_id` is the journal that must be here, if any. The databases of `decided` domains may be another library's;
    with `begins` all of them, and there need be no journal. A database that cannot be read is reported elsewhere.
    """
    try:
        found = find_journal_id()
    except DatabaseError:
        return
    reasons = [*_other_library(library_id, found, begins=begins)]
    if not begins:
        reasons += [*_foreign_databases(found, decided if found else ()), *_other_store(store, found)]
    if reasons:
        ways = f"{WAYS_ON} {ONE_DOMAIN}" if found else WAYS_ON
        raise LibraryIncomplete(f"{' '.join(reasons)} {ways}", journal_id=found)


def find_journal_id() -> str:
    """Return the id of the journal that is in place, "" when there is none."""
    head = _find_row(DEFAULT, JournalHead, "journal_id")
    return str(head[0]) if head else ""


def _other_library(library_id: str, found: str, *, begins: bool) -> Iterator[str]:
    if library_id and found != library_id and (found or not begins):
        here = f"the journal here is {found}" if found else "there is no journal here"
        yield f"BOREALIS_LIBRARY_ID names the library {library_id}, and {here}."


def _foreign_databases(found: str, decided: Collection[Domain]) -> Iterator[str]:
    for domain in Domain:
        if domain not in decided and (reason := _find_reason(domain, found)):
            yield reason


def _find_reason(domain: Domain, found: str) -> str:
    """Return why a domain database cannot be this journal's, or ""."""
    try:
        watermark = _find_row(domain.alias, Watermark, "journal_id", "sequence", "hash")
    except DatabaseError:
        return ""
    if watermark is None:
        return ""
    journal, sequence, digest = watermark
    if not found:
        return f"The {domain} database follows the journal {journal}, which is missing from the default database."
    if journal != found:
        return f"The {domain} database follows the journal {journal}, and the one here is {found}."
    if sequence and not JournalEntry.objects.filter(sequence=sequence, hash=digest).exists():
        return f"The {domain} database has reached journal entry {sequence}, which the journal here does not have."
    return ""


def _other_store(store: PayloadStore, found: str) -> Iterator[str]:
    try:
        owners = store.marker.owners()
        is_ours = found in owners if owners else not _is_marked(found) and not (found and _is_gone(store))
    except StorageUnavailable:
        return
    if not is_ours:
        whose = f"is that of the journal {', '.join(sorted(owners))}" if owners else "is not there or is empty"
        yield f"The payload store {whose}; is its disk mounted?"


def _is_marked(found: str) -> bool:
    mark = _find_row(DEFAULT, StoreMark, "journal_id")
    return bool(found) and mark is not None and mark[0] == found


def _is_gone(store: PayloadStore) -> bool:
    """Say, of a store that was never marked, whether it has nothing of what the journal named last."""
    entries = JournalEntry.objects.exclude(content="").order_by("-sequence")[:NEWEST_ENTRIES]
    named = {
        reference.guid for entry in entries if (content := find_content(entry)) for reference in content.references
    }
    with read_failures_named():
        if any(store.storage.exists(payload_name(guid)) for guid in named):
            return False
    return bool(named - _journaled(named))


def _journaled(guids: Collection[str]) -> set[str]:
    """Return those that have no file yet: they say nothing of the store."""
    if _find_row(DEFAULT, JournaledPayload, "guid") is None:
        return set()
    return set(JournaledPayload.objects.filter(guid__in=guids).values_list("guid", flat=True))


def _find_row(alias: str, model: type[Model], *names: str) -> tuple[Any, ...] | None:
    """Return the first row of a table that may not be there yet, of these columns alone: others may be newer."""
    file = find_sqlite_file(alias)
    if file is not None and not file.exists():
        return None
    connection = connections[alias]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    if model._meta.db_table not in tables:
        return None
    return model._base_manager.using(alias).values_list(*names).first()
