"""A domain database with its payloads, as a deploy ships it, made from what a test's library holds."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from assemblies.domains import Domain
from assemblies.journal.payload_files import write_payload_files
from assemblies.models import Assembly, DomainState, Flush, JournalEntry, JournalHead, Watermark, replica_model
from assemblies.official.domain_file import DomainFile
from assemblies.payloads import PayloadStore
from devmode.models import AuditEntry, AuditHead

LIMIT_BYTES = 65536


def ship(folder: Path, store: PayloadStore, domain: Domain = Domain.OFFICIAL) -> Path:
    """Write the domain's assemblies and all payloads below `folder`; return the database."""
    database = folder / "Assemblies" / f"{domain.alias}.db"
    database.parent.mkdir(parents=True, exist_ok=True)
    rows = list(Assembly.objects.live().of_domain(domain).values_list("guid", "content"))
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE assemblies_domainassembly (guid TEXT PRIMARY KEY, content TEXT)")
        connection.executemany("INSERT INTO assemblies_domainassembly VALUES (?, ?)", rows)
    # What is shipped was flushed before.
    write_payload_files(store)
    shutil.copytree(store.storage.path(""), database.parent / "Payloads", dirs_exist_ok=True)
    return database


def empty_the_library() -> None:
    """Make a library that has never known anything."""
    for model in (Assembly, JournalEntry, JournalHead, DomainState, Flush, AuditEntry, AuditHead):
        model._base_manager.all().delete()
    for domain in Domain:
        replica_model(domain)._base_manager.all().delete()
        Watermark.objects.using(domain.alias).all().delete()


def change(database: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement, values)


def file_of(database: Path) -> DomainFile:
    return DomainFile(path=database, max_document_bytes=LIMIT_BYTES, max_attachment_bytes=LIMIT_BYTES)
