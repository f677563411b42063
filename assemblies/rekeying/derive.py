"""Derive an alias registry from a catalogue's history: whatever a thing was ever called, its GUID at the head is it.

A file that moved or changed its GUID stays the same thing. A name that two things had is nobody's alias. The same
history gives the same registry.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from assemblies.documents import normalise_guid, parse_json
from assemblies.domains import Domain
from assemblies.errors import Refusal
from assemblies.models import AliasKind, fold_alias
from assemblies.official.directory_source import CATALOGUE_FOLDER
from assemblies.rekeying.git_history import MAX_DOCUMENT_BYTES, FileChange, History

SUFFIX = ".json"
SHORT_DIGITS = 8
MAX_WRAPPINGS = 4


@dataclass
class Thing:
    """One document through its renames. `spellings` are its GUIDs as written, oldest first."""

    paths: list[str] = field(default_factory=list)
    spellings: list[str] = field(default_factory=list)
    live: bool = True

    @property
    def guids(self) -> list[str]:
        return [spelling.strip().lower() for spelling in self.spellings]


@dataclass(frozen=True)
class Overrides:
    """What people know better: aliases by canonical id, names that are no aliases, ids that are retired."""

    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()
    not_aliases: frozenset[str] = frozenset()


def derive_registry(history: History, *, domain: Domain, overrides: Overrides) -> dict[str, Any]:
    """Return the registry as JSON. `ambiguous` lists, for people, the names that were left out and whose they were."""
    things = follow(history.changes)
    by_id = _by_id(things)
    owners: dict[str, set[str]] = defaultdict(set)
    spelled: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for canonical_id, same in by_id.items():
        for alias, kind in _aliases(same):
            owners[fold_alias(alias)].add(canonical_id)
            spelled[canonical_id].setdefault(fold_alias(alias), (alias, kind))
    given = {fold_alias(alias): guid for guid, aliases in overrides.aliases.items() for alias in aliases}
    ambiguous = {
        alias: sorted(ids)
        for alias, ids in sorted(owners.items())
        if alias not in given and (len(ids) > 1 or (alias in by_id and ids != {alias}))
    }
    left_out = {*ambiguous, *given, *map(fold_alias, overrides.not_aliases)}
    return {
        "commit": history.commit,
        "assemblies": [
            _entry(
                canonical_id,
                {alias: kind for folded, (alias, kind) in spelled[canonical_id].items() if folded not in left_out},
                overrides.aliases.get(canonical_id, ()),
                domain,
                retired=canonical_id in overrides.retired or not any(one.live for one in by_id.get(canonical_id, ())),
            )
            for canonical_id in sorted({*by_id, *overrides.aliases})
        ],
        "ambiguous": ambiguous,
    }


def follow(changes: Iterable[FileChange]) -> list[Thing]:
    """Return every thing there ever was. One that comes back under its old GUID is the same thing."""
    here: dict[str, Thing] = {}
    things: list[Thing] = []
    by_guid: dict[str, Thing] = {}
    for change in changes:
        thing = here.pop(change.before, None)
        if change.content is None:
            if thing is not None:
                thing.live = False
            continue
        guid = find_guid(change.content)
        if thing is None:
            past = by_guid.get(guid.strip().lower()) if guid else None
            thing = past if past is not None and not past.live else Thing()
        if not thing.paths:
            things.append(thing)
        thing.live = True
        here[change.path] = thing
        _add(thing.paths, change.path.removeprefix(f"{CATALOGUE_FOLDER}/"))
        if guid:
            _add(thing.spellings, guid)
            by_guid[guid.strip().lower()] = thing
    return things


def find_guid(raw: bytes) -> str | None:
    """Return the GUID a document names, as it is written there; None when it names none or cannot be read."""
    try:
        document = parse_json(raw, max_bytes=MAX_DOCUMENT_BYTES)
        for _depth in range(MAX_WRAPPINGS):
            if not isinstance(document, dict):
                return None
            if document.get("assembly_guid"):
                normalise_guid(document["assembly_guid"])
                return str(document["assembly_guid"])
            document = document.get("payload")
    except Refusal:
        return None
    return None


def _add(names: list[str], name: str) -> None:
    """Make `name` the last one."""
    if name in names:
        names.remove(name)
    names.append(name)


def _by_id(things: Sequence[Thing]) -> dict[str, list[Thing]]:
    """Group things by canonical id: a live thing's last GUID; a removed thing belongs to the live one that took over
    its last GUID, or is retired under it.
    """
    named = [thing for thing in things if thing.spellings]
    live = {thing.guids[-1]: thing for thing in named if thing.live}
    taken_over = {guid: canonical_id for canonical_id, thing in live.items() for guid in thing.guids}
    groups: dict[str, list[Thing]] = defaultdict(list)
    for thing in named:
        last = thing.guids[-1]
        groups[last if last in live else taken_over.get(last, last)].append(thing)
    return groups


def _aliases(things: Iterable[Thing]) -> Iterator[tuple[str, AliasKind]]:
    for thing in things:
        for spelling, guid in zip(thing.spellings, thing.guids, strict=True):
            yield spelling, AliasKind.GUID if spelling == guid else AliasKind.GUID_CASE
        digests = [hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest() for path in thing.paths]
        yield from ((digest, AliasKind.SHA1) for digest in digests)
        for path in thing.paths:
            yield path, AliasKind.PATH
            yield path[: -len(SUFFIX)], AliasKind.PATH
            yield PurePosixPath(path).name[: -len(SUFFIX)], AliasKind.STEM
        yield from ((name[:SHORT_DIGITS], AliasKind.SHORT8) for name in (*thing.guids, *digests))


def _entry(
    canonical_id: str, found: Mapping[str, str], given: Sequence[str], domain: Domain, *, retired: bool
) -> dict[str, Any]:
    aliases = sorted({alias for alias in (*found, *given) if alias != canonical_id})
    return {
        "id": canonical_id,
        "domain": str(domain),
        "retired": retired,
        "aliases": aliases,
        "kinds": {alias: str(found[alias]) for alias in aliases if alias in found},
    }
