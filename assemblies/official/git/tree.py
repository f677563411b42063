"""The documents of one commit's tree, read from git's own store, and the reasons to refuse the tree whole.

Among the documents (`*.json` and what belongs next to them, below the catalogue's top) nothing may be a link, a
submodule, too large, called `.git…`, or twice the same name but for letter case. Other files are passed over.
"""

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from assemblies.bundles.collect import MAX_SEARCHED_BYTES, SUFFIX, by_stem, printable
from assemblies.documents import SCRIPT_EXTENSIONS
from assemblies.errors import DocumentTooLarge, InvalidDocument, SyncRefused
from assemblies.official.directory_source import CATALOGUE_FOLDER
from assemblies.official.git.objects import LINK, SUBMODULE, ObjectReader, TreeEntry
from assemblies.official.reading import Limits

MAX_LINK_BYTES = 4096
# What the large forges keep at the top of a repository, next to what is published.
FORGE_FOLDERS = frozenset({".github", ".gitlab", ".gitea", ".forgejo"})

_SIBLING = re.compile(
    r"(?P<stem>.+)(?:\.(?:" + "|".join(SCRIPT_EXTENSIONS) + r")|\.files/[^/]+)",
    re.DOTALL | re.IGNORECASE,
)


class CatalogueTree:
    """The files of a tree below the catalogue's top: its `Assemblies` folder where there is one."""

    def __init__(self, entries: Collection[TreeEntry], reader: ObjectReader) -> None:
        folder = f"{CATALOGUE_FOLDER}/"
        top = folder if any(entry.path.startswith(folder) for entry in entries) else ""
        self.entries = {
            entry.path.removeprefix(top): entry
            for entry in entries
            if entry.path.startswith(top) and entry.path.partition("/")[0] not in FORGE_FOLDERS
        }
        self.outside = [entry.path for entry in entries if not entry.path.startswith(top)]
        self.reader = reader

    def document_names(self) -> list[str]:
        return sorted(path for path in self.entries if _is_document(path) and not _is_hidden(path))

    def all_names(self) -> list[str]:
        """Return the names of all files, but for those that file systems and forges keep for themselves."""
        return sorted(path for path in self.entries if not _is_hidden(path))

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        return by_stem(self.entries)

    def sibling_names(self, stem: str) -> list[str]:
        return self._by_stem.get(stem, [])

    def read(self, name: str, *, max_bytes: int) -> bytes:
        if printable(name) != name:
            raise InvalidDocument("The file name is not printable text.", field="document")
        entry = self.entries.get(name)
        if entry is None:
            raise FileNotFoundError(name)
        if entry.mode in {LINK, SUBMODULE}:
            raise InvalidDocument("This is not a regular file.", field="document")
        if entry.size_bytes > max_bytes:
            raise DocumentTooLarge(limit_bytes=max_bytes)
        return self.reader.read(entry.object_id, max_bytes=max_bytes)[2]

    def check(self, limits: Limits) -> None:
        """Raise SyncRefused when the tree must not be used at all; its detail lists every fault. Raises GitFailed."""
        faults = sorted(self._faults(limits))
        if faults:
            words = "; ".join(f"{path}: {reason}" for path, reason in faults[:5])
            more = f" and {len(faults) - 5} more" if len(faults) > 5 else ""
            raise SyncRefused(
                "The official sync was refused; the catalogue is unchanged. The source's tree is not safe: "
                f"{words}{more}.",
                reasons=[f"{path}: {reason}" for path, reason in faults],
                skipped=[{"path": path, "reason": reason} for path, reason in faults],
            )

    def _faults(self, limits: Limits) -> Iterator[tuple[str, str]]:
        stems = {path[: -len(SUFFIX)] for path in self.entries if _is_document(path)}
        ours = {path for path in self.entries if _is_document(path) or _stem_of(path) in stems}
        ours -= {path for path in ours if _is_hidden(path) and not _is_gits_own(path)}
        for path, entry in self.entries.items():
            fault = self._fault(path, entry, limits, is_ours=path in ours)
            if fault:
                yield printable(path), fault
        yield from _twins(self.entries, ours)
        for path in self.outside:
            if _fold(path).startswith(_fold(f"{CATALOGUE_FOLDER}/")):
                yield printable(path), f"is in {CATALOGUE_FOLDER} in another spelling"

    def _fault(self, path: str, entry: TreeEntry, limits: Limits, *, is_ours: bool) -> str:
        if entry.mode == SUBMODULE:
            return "is a submodule"
        if entry.mode == LINK and (is_ours or self._may_lead_to_documents(path, entry)):
            return "is a symbolic link"
        if is_ours and _is_gits_own(path):
            return "has a name that git keeps for itself"
        limit = self._limit(path, limits)
        return f"is larger than {limit} bytes" if is_ours and entry.size_bytes > limit else ""

    def _limit(self, path: str, limits: Limits) -> int:
        if _is_document(path):
            # What is larger than a document may be JSON of another program: reading it tells.
            return MAX_SEARCHED_BYTES
        return limits.max_attachment_bytes if ".files/" in path else limits.max_document_bytes

    def _may_lead_to_documents(self, path: str, entry: TreeEntry) -> bool:
        """A link to an ordinary file next to the documents is harmless; any other could stand for a folder of them."""
        if entry.size_bytes > MAX_LINK_BYTES:
            return True
        target = self.reader.read(entry.object_id, max_bytes=MAX_LINK_BYTES)[2].decode("utf-8", "surrogateescape")
        led_to = self.entries.get(posixpath.normpath(posixpath.join(posixpath.dirname(path), target)))
        return led_to is None or led_to.mode in {LINK, SUBMODULE}


def _twins(paths: Iterable[str], ours: Collection[str]) -> Iterator[tuple[str, str]]:
    spellings: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        spellings[_fold(path)].append(path)
    for twins in spellings.values():
        if len(twins) > 1 and any(twin in ours for twin in twins):
            first, *others = sorted(twins)
            for other in others:
                yield printable(other), f"is {printable(first)} in another spelling: many systems take them for one"


def _is_document(path: str) -> bool:
    return path.lower().endswith(SUFFIX)


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _stem_of(path: str) -> str:
    match = _SIBLING.fullmatch(path)
    return match["stem"] if match else ""


def _is_gits_own(path: str) -> bool:
    """Say whether some system would take a part of `path` for a name that begins with `.git`."""
    visible = "".join(character for character in path if unicodedata.category(character) != "Cf")
    parts = unicodedata.normalize("NFKC", visible).casefold().split("/")
    return any(part.startswith(".git") or re.match(r"git~\d", part) for part in parts)


def _fold(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
