"""Documents as a command line names them: files, folders and archives together."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from django.conf import settings

from assemblies.actions.import_documents import OnConflict, preview
from assemblies.bundles import (
    Allowance,
    Collected,
    FolderFiles,
    Found,
    Outcome,
    ScriptFiles,
    Skipped,
    collected,
    opened_archive,
    read_all,
    read_documents,
    read_export,
    read_script,
    reason_of,
    without_twins,
)
from assemblies.documents import max_json_bytes
from assemblies.domains import Domain
from assemblies.errors import InvalidDocument, Refusal
from assemblies.models import Assembly
from assemblies.progress import Track
from assemblies.scripts import HASHBANG, has_script_suffix

# A component of Datto RMM is a zip under another ending.
ARCHIVES = (".zip", ".cpt")
MAX_CONFIG_BYTES = 64 * 1024
_SECTION = re.compile(r"^\s*\[\s*([^\]]*?)\s*\]", re.M)
_URL = re.compile(r"^\s*url\s*=\s*(\S+)\s*$", re.M)
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")


@dataclass(frozen=True)
class CollectedPaths(Collected):
    """What several paths hold, and those of them that hold no document at all."""

    empty: list[str] = field(default_factory=list)


def collect_paths(paths: Iterable[str], *, source: str = "", tool: str = "", track: Track) -> CollectedPaths:
    """Return the documents and plain scripts of all `paths`, named as the command line did; each path is read once.

    `source` is what plain scripts come from; without it that is the address of a git work tree, or the folder's
    name; scripts of an archive are then known by their bytes. With `tool`, that one's exports alone are read.
    """
    reading = Reading(source, tool, track)
    parts = {path: list(_outcomes(path, reading)) for path in dict.fromkeys(paths)}
    whole = collected(without_twins(chain.from_iterable(parts.values())))
    empty = [path for path, part in parts.items() if not any(one.document or one.is_broken for one in part)]
    return CollectedPaths(whole.found, whole.skipped, empty)


def rows_with_guid_of(found: Iterable[Found]) -> dict[str, Assembly]:
    """Return by GUID the assemblies, live or deleted, that have the GUID of one of the documents."""
    return Assembly.objects.without_texts().in_bulk({one.document.guid for one in found if one.document.guid})


def without_conflicts(
    found: Sequence[Found], domain: Domain, on_conflict: OnConflict
) -> tuple[list[Found], list[Skipped]]:
    """Return the documents that may be imported, with the GUID they are known by, and the others with the reason."""
    previews = preview([one.document for one in found], domain=domain, on_conflict=on_conflict)
    pairs = list(zip(found, previews, strict=True))
    good = [Found(one.path, seen.document) for one, seen in pairs if seen.refusal is None]
    return good, [Skipped(one.path, reason_of(seen.refusal)) for one, seen in pairs if seen.refusal is not None]


@dataclass(frozen=True)
class Reading:
    """How paths are read: the name of what they come from, the one tool whose exports are read, if any."""

    source: str
    tool: str
    track: Track

    def of_tree(self, files: ScriptFiles, prefix: str, source: str) -> Iterator[Outcome]:
        read = read_all(
            files,
            source=source,
            tool=self.tool,
            max_document_bytes=settings.MAX_DOCUMENT_BYTES,
            max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
            track=self.track,
        )
        for outcome in read:
            yield replace(outcome, name=f"{prefix}{outcome.name}")


def _outcomes(path: str, reading: Reading) -> Iterator[Outcome]:
    place = Path(path)
    if place.is_dir():
        source = reading.source or _source_of_folder(place)
        return reading.of_tree(FolderFiles(place), f"{path.rstrip('/')}/", source)
    if not place.is_file():
        return _refused(path, "The file or folder was not found.")
    if place.suffix.lower() in ARCHIVES:
        return _outcomes_of_archive(place, path, reading)
    # A link on the command line stands for the file it leads to.
    real = place.resolve()
    # What is named by itself is meant to be an assembly.
    return (replace(one, is_meant=True) for one in _outcomes_of_file(real, path.removesuffix(real.name), reading))


def _outcomes_of_file(real: Path, prefix: str, reading: Reading) -> Iterator[Outcome]:
    for outcome in _exported(real, reading) or _read_file(real, reading):
        yield replace(outcome, name=f"{prefix}{outcome.name}")


def _exported(real: Path, reading: Reading) -> list[Outcome]:
    """Return what another tool's export comes to; nothing where the file is none."""
    try:
        content = FolderFiles(real.parent).read(real.name, max_bytes=max_json_bytes(settings.MAX_DOCUMENT_BYTES))
    except Refusal:
        return []
    return list(read_export(content, real.name, source=reading.source, tool=reading.tool))


def _read_file(real: Path, reading: Reading) -> Iterator[Outcome]:
    files = FolderFiles(real.parent)
    if reading.tool:
        return _refused(real.name, f"This is no export of {reading.tool}.")
    if real.suffix.lower() == ".json":
        return read_documents(files, [real.name], settings.MAX_DOCUMENT_BYTES, settings.MAX_ATTACHMENT_BYTES)
    if has_script_suffix(real.name) or files.read_start(real.name, len(HASHBANG)) == HASHBANG:
        origin = reading.source or _source_of_folder(real.parent)
        return read_script(files, real.name, source=origin, max_bytes=settings.MAX_DOCUMENT_BYTES)
    return _refused(real.name, "This is no .json document, script, folder or .zip archive.")


def _source_of_folder(folder: Path) -> str:
    """Return the address a git work tree was cloned from, else the folder's own name."""
    return find_origin(folder) or folder.resolve().name or "folder"


def _refused(path: str, words: str) -> Iterator[Outcome]:
    yield Outcome(path, refusal=InvalidDocument(words, field="file"))


def _outcomes_of_archive(place: Path, path: str, reading: Reading) -> Iterator[Outcome]:
    try:
        with place.open("rb") as file, opened_archive(file, Allowance()) as files:
            yield from reading.of_tree(files, f"{path}/", reading.source)
    except Refusal as refusal:
        yield Outcome(path, refusal=refusal)


def find_origin(folder: Path) -> str | None:
    """Return the address of `origin` where `folder` is the top of a git work tree, without credentials and `.git`.

    By what git wrote into it: git itself is not run on a folder that may be hostile.
    """
    try:
        with (folder / ".git" / "config").open("rb") as file:
            text = file.read(MAX_CONFIG_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    marks = list(_SECTION.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=True):
        found = _URL.search(text, mark.end(), end)
        if mark[1] == 'remote "origin"' and found:
            return _CREDENTIALS.sub("", found[1]).removesuffix("/").removesuffix(".git")
    return None
