"""Documents as a command line names them: files, folders and archives together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.conf import settings

from assemblies.actions.import_documents import OnConflict, check_conflict
from assemblies.bundles import (
    Allowance,
    Collected,
    Files,
    FolderFiles,
    Found,
    Skipped,
    collect,
    opened_archive,
    reason_of,
)
from assemblies.domains import Domain
from assemblies.errors import Refusal
from assemblies.models import Assembly
from assemblies.progress import Track

# An operator's own archive may be larger than an upload, but not larger than what memory holds.
MAX_UNPACKED_BYTES = 2 * 1024**3
MAX_MEMBERS = 100_000


@dataclass(frozen=True)
class CollectedPaths(Collected):
    """What several paths hold, and those of them that hold no document at all."""

    empty: list[str] = field(default_factory=list)


def collect_paths(paths: Iterable[str], *, track: Track) -> CollectedPaths:
    """Return the documents of all `paths`, named as the command line did; a file that is named twice is read once."""
    parts = {path: _collect_path(path, track) for path in dict.fromkeys(paths)}
    return CollectedPaths(
        found=[found for part in parts.values() for found in part.found],
        skipped=[skipped for part in parts.values() for skipped in part.skipped],
        empty=[path for path, part in parts.items() if not part.found and not part.skipped],
    )


def rows_with_guid_of(found: Iterable[Found]) -> dict[str, Assembly]:
    """Return by GUID the assemblies, live or deleted, that have the GUID of one of the documents."""
    return Assembly.objects.without_texts().in_bulk({one.document.guid for one in found if one.document.guid})


def without_conflicts(
    found: Iterable[Found], rows: Mapping[str, Assembly], domain: Domain, on_conflict: OnConflict
) -> tuple[list[Found], list[Skipped]]:
    """Return the documents that may be imported, and the others with the reason.

    A document whose GUID an earlier one of the same import has is treated as if that one were in the library already.
    """
    good: list[Found] = []
    refused: list[Skipped] = []
    first_paths: dict[str, str] = {}
    for one in found:
        guid = one.document.guid or ""
        try:
            check_conflict(rows.get(guid), domain, on_conflict)
        except Refusal as refusal:
            refused.append(Skipped(one.path, refusal.message))
            continue
        first = first_paths.setdefault(guid, one.path) if guid else one.path
        if first == one.path or on_conflict in {OnConflict.UPDATE, OnConflict.SKIP}:
            good.append(one)
        elif on_conflict == OnConflict.NEW_GUID:
            good.append(Found(one.path, replace(one.document, guid=None)))
        else:
            refused.append(Skipped(one.path, f"Its GUID is also in {first}."))
    return good, refused


def _collect_path(path: str, track: Track) -> Collected:
    place = Path(path)
    if place.is_dir():
        return _collect(FolderFiles(place), None, f"{path.rstrip('/')}/", track)
    if not place.is_file():
        return Collected(skipped=[Skipped(path, "There is no such file or folder.")])
    if place.suffix.lower() == ".zip":
        return _collect_archive(place, path, track)
    # Whoever names a link on the command line means the file it leads to.
    real = place.resolve()
    if real.suffix.lower() != ".json":
        return Collected(skipped=[Skipped(path, "This is no .json document, folder or .zip archive.")])
    return _collect(FolderFiles(real.parent), [real.name], path.removesuffix(real.name), track)


def _collect_archive(place: Path, path: str, track: Track) -> Collected:
    try:
        with place.open("rb") as file, opened_archive(file, Allowance(MAX_UNPACKED_BYTES, MAX_MEMBERS)) as files:
            return _collect(files, None, f"{path}/", track)
    except Refusal as refusal:
        return Collected(skipped=[Skipped(path, reason_of(refusal))])


def _collect(files: Files, names: list[str] | None, prefix: str, track: Track) -> Collected:
    part = collect(
        files,
        names,
        max_document_bytes=settings.MAX_DOCUMENT_BYTES,
        max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
        track=track,
    )
    return Collected(
        found=[Found(f"{prefix}{found.path}", found.document) for found in part.found],
        skipped=[Skipped(f"{prefix}{skipped.path}", skipped.reason) for skipped in part.skipped],
    )
