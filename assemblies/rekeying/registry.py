"""The alias registry: which names every canonical id goes by.

A registry that contradicts itself is still read as far as it goes; what is wrong with it is in `faults`, which block an
apply.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assemblies.domains import Domain
from assemblies.models import AliasKind

Fold = Callable[[str], str]
ENTRY_KEYS = ("assemblies", "projects")


@dataclass(frozen=True)
class Entry:
    """One canonical id with its names, as the registry writes them."""

    id: str
    aliases: tuple[str, ...] = ()
    domain: Domain | None = None
    retired: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Registry:
    """Queries by any registered name; `names` maps each folded name to its canonical id, ids themselves included."""

    fold: Fold
    entries: Mapping[str, Entry] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def canonical_of(self, name: object) -> str | None:
        """Return the canonical id of a registered name, or None."""
        return self.names.get(self.fold(name)) if isinstance(name, str) else None

    def moved_to(self, name: object) -> str | None:
        """Return the canonical id of a registered name that is not spelled as that id, or None."""
        canonical = self.canonical_of(name)
        return canonical if canonical != name else None

    def domain_of(self, canonical_id: str) -> Domain | None:
        return self.entries[canonical_id].domain

    def kind_of(self, alias: str) -> str:
        """Return the kind of a folded alias, or nothing when the registry does not say."""
        kinds = self.entries[self.names[alias]].kinds
        return next((kind for name, kind in kinds.items() if self.fold(name) == alias), "")


def read_registry(path: Path | None, fold: Fold, *, fold_id: Fold = str.strip) -> Registry:
    """Read a registry file. What cannot be read is a fault; an empty object is an empty registry."""
    if path is None:
        return Registry(fold, faults=("registry_unreadable: no registry was named",))
    try:
        return registry_of(read_entries(json.loads(path.read_text(encoding="utf-8"))), fold, fold_id=fold_id)
    except (OSError, ValueError, RecursionError) as error:
        return Registry(fold, faults=(f"registry_unreadable: {error}",))


def registry_of(entries: Iterable[Entry], fold: Fold, *, fold_id: Fold = str.strip) -> Registry:
    """Index `entries`, and say where they contradict each other."""
    by_id: dict[str, Entry] = {}
    names: dict[str, str] = {}
    faults: list[str] = []
    given = [(fold_id(entry.id), entry) for entry in entries]
    for canonical_id, entry in given:
        if fold(canonical_id) in names:
            faults.append(f"duplicate_id: {canonical_id!r} is there more than once")
        by_id[canonical_id] = entry
        names[fold(canonical_id)] = canonical_id
    ids = frozenset(names)
    for canonical_id, entry in given:
        for alias in filter(None, map(fold, entry.aliases)):
            owner = names.setdefault(alias, canonical_id)
            if fold(owner) != fold(canonical_id):
                faults.append(_contradiction(alias, owner, canonical_id, is_id=alias in ids))
    return Registry(fold, by_id, names, tuple(faults))


def _contradiction(alias: str, owner: str, other: str, *, is_id: bool) -> str:
    if is_id:
        return f"alias_is_an_id: {alias!r} is an alias of {other!r} and an id of its own"
    return f"ambiguous_alias: {alias!r} is an alias of {owner!r} and of {other!r}"


def read_entries(document: Any) -> Iterator[Entry]:
    """Read the entries of a registry's JSON, under both of its keys. Raises ValueError."""
    if not isinstance(document, dict):
        raise ValueError("the registry is no JSON object")
    for key in ENTRY_KEYS:
        listed = document.get(key, [])
        if not isinstance(listed, list):
            raise ValueError(f"{key} is no list")
        for one in listed:
            yield _entry(one)


def _entry(one: Any) -> Entry:
    if not isinstance(one, dict) or not isinstance(one.get("id"), str) or not one["id"].strip():
        raise ValueError("every entry needs an id")
    aliases, kinds, retired = one.get("aliases", []), one.get("kinds", {}), one.get("retired", False)
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise ValueError(f"the aliases of {one['id']!r} are no list of names")
    if not isinstance(retired, bool):
        raise ValueError(f"retired of {one['id']!r} is neither true nor false")
    if not isinstance(kinds, dict) or not set(kinds.values()) <= set(AliasKind.values):
        raise ValueError(f"the kinds of {one['id']!r} are none of: {', '.join(AliasKind.values)}")
    return Entry(one["id"], tuple(aliases), _domain(one), retired, kinds)


def _domain(one: dict[str, Any]) -> Domain | None:
    if one.get("domain") is None:
        return None
    try:
        return Domain.from_wire(one["domain"])
    except ValueError:
        raise ValueError(f"{one['domain']!r} is no domain") from None
