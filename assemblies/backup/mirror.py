"""Mirror the library while it is in use.

The order makes it consistent: the domain databases, then `default`, then the payloads that the copied journal names. A
domain copy may be behind the journal's, which the next flush repairs, and is never ahead; payloads are durable before
the journal names them and never change. Databases are copied by SQLite through the library's own connections.
"""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connections

from assemblies.backup.copied_library import verify_copy
from assemblies.backup.folder import opened_folder
from assemblies.backup.manifest import (
    DATABASE_FILES,
    HEAD_QUERY,
    MANIFEST,
    PAYLOADS,
    FileFacts,
    LibraryHead,
    Manifest,
    database_in,
    payload_file,
)
from assemblies.backup.sqlite_snapshot import SnapshotUnusable, opened_snapshot
from assemblies.durable_files import PRIVATE_FILE, fsync_file, make_folder, sha256_of, write_new
from assemblies.errors import Failure, MirrorRefused, PayloadCorrupt, PayloadMissing
from assemblies.inspection.verify import Finding
from assemblies.inspection.verify.library import find_chain_faults
from assemblies.models import Content, JournalEntry
from assemblies.payloads import DurableFileSystemStorage, PayloadReference, PayloadStore
from assemblies.progress import Track, untracked
from devmode.sqlite_files import find_sqlite_file

# Smaller payloads are verified in memory and so read only once.
READ_WHOLE_BYTES = 4 * 1024 * 1024
READ_ENTRIES = 500
KINDS: dict[type[Failure], str] = {PayloadMissing: "payload_missing", PayloadCorrupt: "payload_corrupt"}


@dataclass(frozen=True, kw_only=True)
class MirrorReport:
    """What was mirrored where. With `faults`, earlier mirrors were kept: one may hold what is damaged now."""

    mirror: Path
    manifest: Manifest
    manifest_sha256: str
    faults: list[Finding]
    elapsed_seconds: float

    def json(self) -> dict[str, Any]:
        head = self.manifest.head
        return {
            "mirror": str(self.mirror),
            "manifest_sha256": self.manifest_sha256,
            "made_at": self.manifest.made_at,
            "journal": {"id": head.journal_id, "sequence": head.sequence, "hash": head.hash},
            "audit": {"sequence": head.audit_sequence, "hash": head.audit_hash},
            "databases": sum(name in self.manifest.files for name in DATABASE_FILES.values()),
            "payloads": len(self.manifest.payloads),
            "bytes": sum(file.size_bytes for file in self.manifest.files.values()),
            "faults": [fault.json() for fault in self.faults],
            "elapsed_seconds": self.elapsed_seconds,
        }


def mirror(
    target: Path, *, store: PayloadStore, now: datetime, payloads_only: bool = False, track: Track = untracked
) -> MirrorReport:
    """Make a mirror in the folder `target`; an earlier one there goes when the new one is finished and whole.

    Raises MirrorRefused when a database is missing or no SQLite file, or when `target` holds something else.
    """
    started = monotonic()
    _check_files(payloads_only)
    with opened_folder(target) as folder:
        building = folder.begin()
        with _removed_on_error(building):
            manifest, faults = _build(building, store, now=now, payloads_only=payloads_only, track=track)
            digest = write_new(building / MANIFEST, [manifest.to_json()])
            finished = folder.finish(building, now=now)
        if not faults:
            folder.remove_earlier(finished)
    return MirrorReport(
        mirror=finished,
        manifest=manifest,
        manifest_sha256=digest,
        faults=faults,
        elapsed_seconds=round(monotonic() - started, 3),
    )


def _check_files(payloads_only: bool) -> None:
    """Refuse before anything is opened: opening a missing SQLite file would make an empty one."""
    files = {alias: find_sqlite_file(alias) for alias in DATABASE_FILES}
    others = [alias for alias, file in files.items() if file is None]
    if others and not payloads_only:
        raise MirrorRefused(
            f"Not SQLite files: {', '.join(others)}. Back such databases up with their own tools (pg_dump), the domain "
            "databases before default, then run mirror_domains --payloads-only. Nothing was mirrored."
        )
    if missing := [alias for alias, file in files.items() if file is not None and not file.is_file()]:
        raise MirrorRefused(f"There is no library to mirror: {', '.join(missing)} not found. Run prepare first.")


@contextmanager
def _removed_on_error(building: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def _build(
    building: Path, store: PayloadStore, *, now: datetime, payloads_only: bool, track: Track
) -> tuple[Manifest, list[Finding]]:
    files: dict[str, FileFacts] = {}
    if payloads_only:
        head = _live_head()
    else:
        for alias in track(DATABASE_FILES, "Copying databases", len(DATABASE_FILES)):
            files[DATABASE_FILES[alias]] = _copy_database(alias, database_in(building, alias))
        head = _copied_head(database_in(building, "default"))
    named, faults = _named_payloads(head.sequence, track)
    copied, damaged = _copy_payloads(building, named, store, track)
    faults += damaged
    faults += _new_faults(faults, _verified(building, now=now, payloads_only=payloads_only, track=track))
    manifest = Manifest(
        made_at=now.isoformat(),
        tool_version=str(settings.SPECTACULAR_SETTINGS["VERSION"]),
        head=head,
        files=files | copied,
        faults=[fault.json() for fault in faults],
    )
    return manifest, faults


def _verified(building: Path, *, now: datetime, payloads_only: bool, track: Track) -> Iterable[Finding]:
    """Let the copy be verified: a journal with a gap names fewer payloads, and copies cleanly."""
    if payloads_only:
        return find_chain_faults(Counter())
    copies = {alias: database_in(building, alias) for alias in DATABASE_FILES}
    return verify_copy(copies, PayloadStore(DurableFileSystemStorage(building / PAYLOADS)), now=now, track=track)


def _new_faults(known: Iterable[Finding], found: Iterable[Finding]) -> list[Finding]:
    """Return what is not known yet: a payload that could not be copied is missing from the copy, too."""
    subjects = {fault.subject for fault in known}
    return [fault for fault in found if fault.subject not in subjects]


def _copy_database(alias: str, target: Path) -> FileFacts:
    make_folder(target.parent)
    # SQLite writes into an empty file that is there; one it makes itself would be as open as the umask lets it.
    target.touch(PRIVATE_FILE, exist_ok=False)
    with connections[alias].cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target.resolve())])
    # VACUUM INTO does not.
    fsync_file(target)
    return FileFacts(sha256=sha256_of(target), size_bytes=target.stat().st_size)


def _copied_head(database: Path) -> LibraryHead:
    try:
        with opened_snapshot(database) as connection:
            row = connection.execute(HEAD_QUERY).fetchone()
    except SnapshotUnusable as error:
        raise MirrorRefused(f"The default database is not a prepared library: {error}. Run prepare first.") from error
    return _head_of(row)


def _live_head() -> LibraryHead:
    with connections["default"].cursor() as cursor:
        cursor.execute(HEAD_QUERY)
        return _head_of(cursor.fetchone())


def _head_of(row: tuple[str, int, str, int, str] | None) -> LibraryHead:
    if row is None:
        raise MirrorRefused("The library has no journal yet: run prepare first.")
    return LibraryHead.of_row(row)


def _named_payloads(up_to: int, track: Track) -> tuple[set[PayloadReference], list[Finding]]:
    """Return what the journal names up to an entry. Entries never change: these are the copied journal's."""
    entries = JournalEntry.objects.filter(sequence__lte=up_to).exclude(content="").order_by("sequence")
    facts = entries.values_list("sequence", "content")
    named: set[PayloadReference] = set()
    faults: list[Finding] = []
    for sequence, content in track(facts.iterator(chunk_size=READ_ENTRIES), "Reading the journal", facts.count()):
        try:
            named.update(Content.from_json(content).references)
        except (AttributeError, KeyError, TypeError, ValueError):
            faults.append(Finding("journal", str(sequence), "it cannot be read, so its payloads are not known"))
    return named, faults


def _copy_payloads(
    building: Path, named: Iterable[PayloadReference], store: PayloadStore, track: Track
) -> tuple[dict[str, FileFacts], list[Finding]]:
    copied: dict[str, FileFacts] = {}
    faults: list[Finding] = []
    in_order = sorted(named, key=lambda reference: (reference.guid, reference.sha256))
    for reference in track(in_order, "Copying payloads", len(in_order)):
        try:
            name = payload_file(reference.guid)
            if name not in copied:
                copied[name] = _copy_payload(building / name, reference, store)
        except Failure as failure:
            faults.append(Finding(KINDS.get(type(failure), "payload_unreadable"), reference.guid, failure.message))
    return copied, faults


def _copy_payload(target: Path, reference: PayloadReference, store: PayloadStore) -> FileFacts:
    small = reference.size_bytes <= READ_WHOLE_BYTES
    chunks = iter([store.read(reference)]) if small else store.stream(reference)
    make_folder(target.parent)
    write_new(target, chunks)
    return FileFacts(sha256=reference.sha256, size_bytes=reference.size_bytes)
