"""Put a mirror in the place of the library, so that a crash at any point leaves the old library or the new one.

Payloads come first: the old library does not mind them. Then the domain databases go aside, the default database
changes in one step, and the mirror's domain databases come: without them either journal is a whole library, whose next
flush rebuilds them. The caller migrates, flushes and verifies afterwards.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader

from assemblies.backup.exclusive_lock import library_in_place
from assemblies.backup.folder import newest_mirror
from assemblies.backup.manifest import DATABASE_FILES, Manifest, database_in, find_differences, read_manifest
from assemblies.backup.payload_restore import put_back, set_others_aside
from assemblies.backup.set_aside import Aside, put
from assemblies.backup.sqlite_snapshot import SnapshotUnusable, opened_snapshot
from assemblies.databases import ALIAS_OF_APP, REPLICAS
from assemblies.durable_files import fsync_file, make_folder, read_chunks, write_new
from assemblies.errors import RestoreRefused
from assemblies.inspection.belonging import find_journal_id
from assemblies.inspection.verify.payloads import named_payloads
from assemblies.payloads import PayloadStore
from assemblies.progress import Track, untracked
from devmode.models.installation import new_guid
from devmode.sqlite_files import find_sqlite_file
from devmode.write_lock import WriteLockTimeout, write_lock

STAGED_SUFFIX = ".restoring"
MAX_WAIT_SECONDS = 10
OUR_APPS = {"assemblies", "devmode", *ALIAS_OF_APP}
MIGRATIONS_QUERY = "SELECT app, name FROM django_migrations"


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was put in place. `payloads` counts those the store lacked; `aside` are the folders with the old files."""

    mirror: Path
    manifest: Manifest
    payloads: int
    aside: list[Path]


def check_mirror(directory: Path, *, track: Track = untracked) -> tuple[Path, Manifest]:
    """Return the mirror that `directory` is or the newest in it, every file of it verified.

    Raises RestoreRefused with `findings` in its detail when a file is not what was mirrored, or when a newer version
    made it.
    """
    mirror = newest_mirror(directory)
    manifest = read_manifest(mirror)
    if findings := list(find_differences(mirror, manifest, track)):
        raise RestoreRefused(
            f"The mirror {mirror.name} was changed after it was made ({findings[0].subject}: {findings[0].detail}"
            f"{f', and {len(findings) - 1} more' if findings[1:] else ''}); nothing was restored.",
            findings=[finding.json() for finding in findings],
        )
    if manifest.has_databases:
        for alias in manifest.aliases:
            _check_schema(alias, database_in(mirror, alias))
    return mirror, manifest


def restore(
    mirror: Path,
    manifest: Manifest,
    *,
    runtime_root: Path,
    store: PayloadStore,
    now: datetime,
    replace: bool = False,
    track: Track = untracked,
) -> Restored:
    """Put a mirror that `check_mirror` returned in place.

    Raises RestoreRefused when the library is in use, when it holds something else and `replace` is not set, or when
    other engines than SQLite hold it.
    """
    _check_wanted(manifest, settings.LIBRARY_ID)
    aside = Aside(runtime_root, _aside_name(now))
    if not manifest.has_databases:
        store.marker.admit(manifest.head.journal_id)
        returned = put_back(mirror, manifest.payloads, store, aside, track)
        return Restored(mirror=mirror, manifest=manifest, payloads=returned, aside=sorted(aside.folders))
    targets = _targets()
    # Whose store it is stands in a database, and none may be opened before the mirror's are in place.
    store = PayloadStore(store.storage)
    connections.close_all()
    with _writers_kept_out(targets["default"]):
        _check_replaceable(targets, manifest, replace=replace)
        with _staged(mirror, manifest, targets) as staged:
            _begin_epoch(staged[DEFAULT_DB_ALIAS])
            store.marker.admit(manifest.head.journal_id)
            returned = put_back(mirror, manifest.payloads, store, aside, track)
            _swap(staged, targets, aside)
        store.marker.write(manifest.head.journal_id)
        set_others_aside(manifest.payloads, store, aside)
    return Restored(mirror=mirror, manifest=manifest, payloads=returned, aside=sorted(aside.folders))


def restore_payloads(
    mirror: Path,
    manifest: Manifest,
    *,
    runtime_root: Path,
    store: PayloadStore,
    now: datetime,
    track: Track = untracked,
) -> Restored:
    """Put back what the journal in place names and the store lacks or holds damaged; the library may be in use.

    No database is changed, so that nothing written since the mirror is lost. Raises RestoreRefused when the mirror is
    of another library.
    """
    journal_id = find_journal_id()
    if journal_id != manifest.head.journal_id:
        raise RestoreRefused("The mirror is of another library than the one in place; nothing was changed.")
    aside = Aside(runtime_root, _aside_name(now))
    store.marker.admit(journal_id)
    named = named_payloads(track)
    wanted = [reference for reference in manifest.payloads if reference in named]
    returned = put_back(mirror, wanted, store, aside, track)
    return Restored(mirror=mirror, manifest=manifest, payloads=returned, aside=sorted(aside.folders))


def _aside_name(now: datetime) -> str:
    return f"before-restore-{now:%Y%m%dT%H%M%S%fZ}"


def _check_wanted(manifest: Manifest, library_id: str) -> None:
    if manifest.has_databases and library_id not in {"", manifest.head.journal_id}:
        raise RestoreRefused(
            f"The mirror is of the library {manifest.head.journal_id}, and BOREALIS_LIBRARY_ID names {library_id}; "
            "nothing was changed."
        )


def _check_schema(alias: str, database: Path) -> None:
    """Refuse a database that this version cannot migrate: a newer one's, or one that is none of ours."""
    try:
        with opened_snapshot(database) as connection:
            applied = {(app, name) for app, name in connection.execute(MIGRATIONS_QUERY) if app in OUR_APPS}
    except SnapshotUnusable as error:
        raise RestoreRefused(f"The mirror's {alias} database is unusable: {error}. Nothing was changed.") from error
    if not applied:
        raise RestoreRefused(f"The mirror's {alias} database is none of this library's; nothing was changed.")
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    if newer := sorted(applied - known):
        app, name = newer[-1]
        raise RestoreRefused(
            f"The mirror's {alias} database was made by a newer version (it has {app}.{name}). Install that version, "
            "then restore. Nothing was changed."
        )


def _targets() -> dict[str, Path]:
    files = {alias: find_sqlite_file(alias) for alias in DATABASE_FILES}
    if others := [alias for alias, file in files.items() if file is None]:
        raise RestoreRefused(
            f"Not SQLite files: {', '.join(others)}. Restore such databases with their own tools (pg_restore). "
            "Nothing was changed."
        )
    return {alias: file for alias, file in files.items() if file is not None}


@contextmanager
def _writers_kept_out(default: Path) -> Iterator[None]:
    """Hold the write lock: who comes now waits until the restored library is in place."""
    make_folder(default.parent)
    try:
        with write_lock(DEFAULT_DB_ALIAS, timeout_seconds=MAX_WAIT_SECONDS):
            yield
    except WriteLockTimeout as error:
        raise RestoreRefused("The library is being written to: end what works with it, then try again.") from error


def _check_replaceable(targets: Mapping[str, Path], manifest: Manifest, *, replace: bool) -> None:
    present = library_in_place(targets)
    if present.is_empty or present.head == manifest.head or replace:
        return
    held = f"a library with {present.head.sequence} journal entries" if present.head else "other databases"
    raise RestoreRefused(
        f"There is {held} in place. With --replace its files are moved aside, not deleted. Nothing was changed."
    )


@contextmanager
def _staged(mirror: Path, manifest: Manifest, targets: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """Copy the databases next to their targets, verified again on the way; what is not used is removed."""
    staged = {alias: targets[alias].with_name(targets[alias].name + STAGED_SUFFIX) for alias in manifest.aliases}
    _remove(staged.values())
    try:
        for alias, path in staged.items():
            make_folder(path.parent)
            digest = write_new(path, read_chunks(database_in(mirror, alias)))
            if digest != manifest.files[DATABASE_FILES[alias]].sha256:
                raise RestoreRefused(f"The mirror's {alias} database changed while it was read; nothing was changed.")
        yield staged
    finally:
        _remove(staged.values())


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()


def _begin_epoch(database: Path) -> None:
    """Let a restored library be another stretch of life, so that no run that was queued before is carried out again.

    A mirror of a release without epochs has no such table; the migration that makes it begins one.
    """
    with closing(sqlite3.connect(database)) as connection, connection, suppress(sqlite3.OperationalError):
        connection.execute("UPDATE devmode_installation SET epoch = ?", [new_guid()])
    fsync_file(database)


def _swap(staged: Mapping[str, Path], targets: Mapping[str, Path], aside: Aside) -> None:
    """Exchange the databases. A crash after `default` changed leaves an earlier queue of runs, of another epoch."""
    for alias in REPLICAS:
        aside.move_database(targets[alias])
    aside.keep_database(targets[DEFAULT_DB_ALIAS])
    put(staged[DEFAULT_DB_ALIAS], targets[DEFAULT_DB_ALIAS])
    for alias in targets.keys() - REPLICAS - {DEFAULT_DB_ALIAS}:
        if alias in staged:
            aside.keep_database(targets[alias])
            put(staged[alias], targets[alias])
        else:
            aside.move_database(targets[alias])
    for alias in REPLICAS:
        put(staged[alias], targets[alias])
