"""What a migration will do, decided from the registry and the rows alone. Making a plan changes nothing.

Equal registries and rows give equal plans, so a plan's SHA-256 says whether anything has changed since it was made.
"""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

from assemblies.documents import canonical_json
from assemblies.rekeying.decisions import StateDecisions, decide_notes, decide_states
from assemblies.rekeying.registry import Registry
from assemblies.rekeying.rows import Note, Parent, Reference, Rows, State


@dataclass(frozen=True, kw_only=True)
class StatePlan:
    """What becomes of one shadow's rows. `to_replace` and `to_activate` are rows of the canonical parent; `drops` pairs
    each row that is lost with the one that stays.
    """

    shadow: Parent
    canonical_id: str
    canonical: Parent | None
    to_move: tuple[State, ...]
    to_merge: tuple[State, ...]
    drops: tuple[tuple[State, State], ...]
    to_replace: tuple[State, ...]
    to_activate: tuple[tuple[State, str], ...]
    collisions: tuple[tuple[State, State], ...]

    @property
    def to_drop(self) -> tuple[State, ...]:
        return tuple(state for state, _kept in self.drops)

    @property
    def to_remove(self) -> tuple[State, ...]:
        return (*self.to_merge, *self.to_drop, *self.to_replace)


@dataclass(frozen=True, kw_only=True)
class NotePlan:
    """What becomes of the notes under one alias."""

    alias: str
    canonical_id: str
    to_move: tuple[Note, ...]
    to_supersede: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class ReferencePlan:
    """The references by one alias, all of which are re-keyed."""

    alias: str
    canonical_id: str
    to_move: tuple[Reference, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole migration. `faults` and collisions forbid carrying it out."""

    alias_map: dict[str, str]
    faults: tuple[str, ...]
    state_plans: tuple[StatePlan, ...]
    note_plans: tuple[NotePlan, ...]
    reference_plans: tuple[ReferencePlan, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.state_plans or self.note_plans or self.reference_plans)

    @property
    def has_collisions(self) -> bool:
        return any(one.collisions for one in self.state_plans)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(canonical_json(asdict(self))).hexdigest()

    def canonical_to_create(self) -> dict[str, list[Parent]]:
        """Return the canonical ids without a live row, each with the shadows that stand for it."""
        missing: dict[str, list[Parent]] = defaultdict(list)
        for one in self.state_plans:
            if one.canonical is None or not one.canonical.live:
                missing[one.canonical_id].append(one.shadow)
        return missing


def make_plan(registry: Registry, rows: Rows) -> Plan:
    """Plan the migration of `rows` to the canonical ids of `registry`."""
    shadows = _shadows(registry, rows)
    canonical, several = _canonical_parents(registry, rows)
    state_plans = tuple(_state_plans(shadows, canonical, rows.states))
    gone: set[tuple[str, Any]] = {("parent", shadow.row_id) for found in shadows.values() for shadow in found}
    gone |= {("state", state.row_id) for one in state_plans for state in one.to_remove}
    return Plan(
        alias_map=dict(sorted(registry.names.items())),
        faults=(*registry.faults, *rows.faults, *several, *_strayed(registry, shadows, canonical)),
        state_plans=state_plans,
        note_plans=tuple(_note_plans(registry, rows.notes)),
        reference_plans=tuple(_reference_plans(registry, rows.references, gone)),
    )


def _shadows(registry: Registry, rows: Rows) -> dict[str, list[Parent]]:
    """Return the live parents under another name than their canonical id, by that id."""
    shadows: dict[str, list[Parent]] = defaultdict(list)
    for parent in sorted(rows.parents, key=lambda parent: (parent.name, str(parent.row_id))):
        canonical_id = registry.moved_to(parent.name)
        if canonical_id is not None and parent.live:
            shadows[canonical_id].append(parent)
    return shadows


def _canonical_parents(registry: Registry, rows: Rows) -> tuple[dict[str, Parent], list[str]]:
    """Return the rows that are canonical already, and what is wrong with those that are there twice."""
    spelled: dict[str, list[Parent]] = defaultdict(list)
    for parent in rows.parents:
        canonical_id = registry.canonical_of(parent.name)
        if canonical_id is not None and registry.fold(parent.name) == registry.fold(canonical_id):
            spelled[canonical_id].append(parent)
    exact = {parent.name: parent for parents in spelled.values() for parent in parents if parent.name in spelled}
    several = [
        f"several_parents: {canonical_id!r} is there as {', '.join(repr(p.name) for p in parents)}"
        for canonical_id, parents in sorted(spelled.items())
        if sum(parent.live for parent in parents) > 1
    ]
    return exact, several


def _strayed(registry: Registry, shadows: dict[str, list[Parent]], canonical: dict[str, Parent]) -> Iterator[str]:
    """Yield each shadow whose domain is not the one where its canonical assembly belongs."""
    for canonical_id, found in shadows.items():
        row = canonical.get(canonical_id)
        for shadow in found:
            belongs = {registry.domain_of(canonical_id), row.domain if row else None} - {None}
            if shadow.domain is not None and belongs - {shadow.domain}:
                there = ", ".join(sorted(map(str, belongs - {shadow.domain})))
                yield f"cross_domain_alias: {shadow.name!r} is in {shadow.domain}, {canonical_id!r} in {there}"


def _state_plans(
    shadows: dict[str, list[Parent]], canonical: dict[str, Parent], states: Sequence[State]
) -> Iterator[StatePlan]:
    by_parent = _grouped((state.parent_id, state) for state in states)
    for canonical_id, found in sorted(shadows.items()):
        row = canonical.get(canonical_id)
        decisions = _decided(by_parent.get(row.row_id, []) if row else [], [by_parent.get(s.row_id, []) for s in found])
        for shadow in found:
            mine = [one for one in decisions if _leads(one, shadow)]
            yield StatePlan(
                shadow=shadow,
                canonical_id=canonical_id,
                canonical=row,
                to_move=_of(shadow, (state for one in decisions for state in one.to_move)),
                to_merge=_of(shadow, (state for one in decisions for state in one.to_merge)),
                drops=tuple(pair for one in decisions for pair in one.to_drop if pair[0].parent_id == shadow.row_id),
                to_replace=tuple(state for one in mine for state in one.to_replace),
                to_activate=tuple(pair for one in mine for pair in one.to_activate),
                collisions=tuple(
                    pair for one in decisions for pair in one.collisions if pair[0].parent_id == shadow.row_id
                ),
            )


def _decided(canonical: Iterable[State], shadows: Iterable[Iterable[State]]) -> list[StateDecisions]:
    there = {state.triple: state for state in canonical}
    meeting = _grouped((state.triple, state) for states in shadows for state in states)
    return [decide_states(there.get(triple), rows) for triple, rows in sorted(meeting.items(), key=str)]


def _leads(decisions: StateDecisions, shadow: Parent) -> bool:
    """Say whether the canonical row's fate is told with this shadow, whose row takes its place or revives it."""
    cause = next(iter((*decisions.to_move, *decisions.to_merge)), None)
    return cause is not None and cause.parent_id == shadow.row_id


def _of(parent: Parent, states: Iterable[State]) -> tuple[State, ...]:
    return tuple(state for state in states if state.parent_id == parent.row_id)


def _note_plans(registry: Registry, notes: Sequence[Note]) -> Iterator[NotePlan]:
    by_canonical = _grouped((registry.canonical_of(note.name), note) for note in notes)
    by_canonical.pop(None, None)
    for canonical_id, found in sorted((str(name), found) for name, found in by_canonical.items()):
        decisions = decide_notes(canonical_id, found)
        moved = _by_alias(registry, decisions.to_move)
        superseded = _grouped((registry.fold(name), note) for name, note in decisions.to_supersede)
        for alias in sorted({*moved, *superseded}):
            yield NotePlan(
                alias=alias,
                canonical_id=canonical_id,
                to_move=tuple(moved.get(alias, ())),
                to_supersede=tuple(superseded.get(alias, ())),
            )


def _reference_plans(
    registry: Registry, references: Sequence[Reference], gone: set[tuple[str, Any]]
) -> Iterator[ReferencePlan]:
    stale = [one for one in references if registry.moved_to(one.name) is not None and one.owner not in gone]
    for alias, found in sorted(_by_alias(registry, stale).items()):
        yield ReferencePlan(alias=alias, canonical_id=registry.names[alias], to_move=tuple(found))


class _Named(Protocol):
    @property
    def name(self) -> str | None: ...


Key = TypeVar("Key", bound=Hashable)
One = TypeVar("One")
Named = TypeVar("Named", bound=_Named)


def _by_alias(registry: Registry, rows: Iterable[Named]) -> dict[str, list[Named]]:
    return _grouped((registry.fold(row.name or ""), row) for row in rows)


def _grouped(pairs: Iterable[tuple[Key, One]]) -> dict[Key, list[One]]:
    groups: dict[Key, list[One]] = defaultdict(list)
    for key, one in pairs:
        groups[key].append(one)
    return groups
