"""Documents as a command line names them: files, folders and archives together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from django.conf import settings

from assemblies.actions.import_documents import OnConflict, find_conflicts
from assemblies.bundles import (
    Allowance,
    Collected,
    Files,
    FolderFiles,
    Found,
    Outcome,
    Skipped,
    collected,
    opened_archive,
    read_documents,
    reason_of,
    without_twins,
)
from assemblies.domains import Domain
from assemblies.errors import InvalidDocument, Refusal
from assemblies.models import Assembly
from assemblies.progress import Track


@dataclass(frozen=True)
class CollectedPaths(Collected):
    """What several paths hold, and those of them that hold no document at all."""

    empty: list[str] = field(default_factory=list)


def collect_paths(paths: Iterable[str], *, track: Track) -> CollectedPaths:
    """Return the documents of all `paths`, named as the command line did; a file that is named twice is read once."""
    parts = {path: list(_outcomes(path, track)) for path in dict.fromkeys(paths)}
    whole = collected(without_twins(chain.from_iterable(parts.values())))
    empty = [path for path, part in parts.items() if not any(one.document or one.is_broken for one in part)]
    return CollectedPaths(whole.found, whole.skipped, empty)


def rows_with_guid_of(found: Iterable[Found]) -> dict[str, Assembly]:
    """Return by GUID the assemblies, live or deleted, that have the GUID of one of the documents."""
    return Assembly.objects.without_texts().in_bulk({one.document.guid for one in found if one.document.guid})


def without_conflicts(
    found: Sequence[Found], domain: Domain, on_conflict: OnConflict
) -> tuple[list[Found], list[Skipped]]:
    """Return the documents that may be imported, and the others with the reason."""
    conflicts = find_conflicts([one.document for one in found], domain=domain, on_conflict=on_conflict)
    pairs = list(zip(found, conflicts, strict=True))
    good = [one for one, conflict in pairs if conflict is None]
    return good, [Skipped(one.path, reason_of(conflict)) for one, conflict in pairs if conflict is not None]


def _outcomes(path: str, track: Track) -> Iterator[Outcome]:
    place = Path(path)
    if place.is_dir():
        return _read(FolderFiles(place), None, f"{path.rstrip('/')}/", track)
    if not place.is_file():
        return _refused(path, "The file or folder was not found.")
    if place.suffix.lower() == ".zip":
        return _outcomes_of_archive(place, path, track)
    # A link on the command line stands for the file it leads to.
    real = place.resolve()
    if real.suffix.lower() != ".json":
        return _refused(path, "This is no .json document, folder or .zip archive.")
    named = _read(FolderFiles(real.parent), [real.name], path.removesuffix(real.name), track)
    # What is named by itself is meant to be an assembly.
    return (replace(one, is_meant=True) for one in named)


def _refused(path: str, words: str) -> Iterator[Outcome]:
    yield Outcome(path, refusal=InvalidDocument(words, field="file"))


def _outcomes_of_archive(place: Path, path: str, track: Track) -> Iterator[Outcome]:
    try:
        with place.open("rb") as file, opened_archive(file, Allowance()) as files:
            yield from _read(files, None, f"{path}/", track)
    except Refusal as refusal:
        yield Outcome(path, refusal=refusal)


def _read(files: Files, names: list[str] | None, prefix: str, track: Track) -> Iterator[Outcome]:
    chosen = files.document_names() if names is None else names
    tracked = track(chosen, "Reading documents", len(chosen))
    for outcome in read_documents(files, tracked, settings.MAX_DOCUMENT_BYTES, settings.MAX_ATTACHMENT_BYTES):
        yield replace(outcome, name=f"{prefix}{outcome.name}")
