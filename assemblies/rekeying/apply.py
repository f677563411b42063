"""Carry out a plan: all of it in one transaction, or nothing.

The plan is made again inside the transaction and must come out the same. Rows are removed before others take their
places, and counted at the end: what is gone must be what was merged or archived.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from assemblies.errors import MigrationFailed, PlanChanged
from assemblies.rekeying.adapter import Adapter
from assemblies.rekeying.plan import Plan, StatePlan, make_plan
from assemblies.rekeying.registry import Registry
from assemblies.rekeying.rows import State
from assemblies.rekeying.words import Words

DROPPED, REPLACED, MERGED = "dropped", "replaced", "merged"
Announce = Callable[[str], None]


@dataclass
class Applied:
    """What was done. `archive` is what the store itself does not keep."""

    summary: dict[str, int]
    rows_before: dict[str, int] = field(default_factory=dict)
    rows_after: dict[str, int] = field(default_factory=dict)
    archive: list[tuple[str, State]] = field(default_factory=list)


def apply(
    plan: Plan,
    adapter: Adapter,
    registry: Registry,
    *,
    archive: bool,
    write_report: Callable[[Applied], None],
    announce: Announce = lambda step: None,
) -> Applied:
    """Carry out `plan` and call `write_report` right before the commit; when that raises, nothing was changed.

    `announce` is told each step before it is done. Raises PlanChanged, MigrationFailed, or what the store raises.
    """
    applied = Applied(empty_summary(adapter.words))

    @contextmanager
    def work() -> Iterator[None]:
        if make_plan(registry, adapter.read(registry)).sha256 != plan.sha256:
            raise PlanChanged()
        applied.rows_before = adapter.count_rows()
        _change_rows(plan, adapter, applied, archive=archive, announce=announce)
        announce(f"re-key {adapter.words.parents}")
        yield
        applied.rows_after = adapter.count_rows()
        _check_nothing_is_lost(applied, adapter.words)
        announce("write the report")
        write_report(applied)

    adapter.transact(plan, registry, work)
    return applied


def empty_summary(words: Words) -> dict[str, int]:
    return dict.fromkeys(
        [
            f"shadow_{words.parents}_deleted",
            f"{words.state}_rows_rekeyed",
            f"{words.state}_rows_merged_as_duplicate",
            f"{words.state}_rows_replaced_inactive_canonical",
            f"{words.state}_rows_historical_dropped",
            f"{words.note}_rows_rekeyed",
            f"{words.note}_rows_superseded",
            f"{words.reference}_rows_rekeyed",
            "canonical_rows_created",
        ],
        0,
    )


def _change_rows(plan: Plan, adapter: Adapter, applied: Applied, *, archive: bool, announce: Announce) -> None:
    words, summary = adapter.words, applied.summary
    kept = 0
    for reason, state in _removals(plan):
        announce(f"remove {words.state} {state.row_id}")
        stored = adapter.remove_state(state, reason=reason, archive=archive and reason != MERGED)
        kept += stored
        if not stored and reason != MERGED:
            applied.archive.append((reason, state))
        summary[f"{words.state}_rows_{_COUNTERS[reason]}"] += 1
    for one in plan.state_plans:
        _move_states(one, adapter, announce)
        summary[f"{words.state}_rows_rekeyed"] += len(one.to_move)
    _change_notes(plan, adapter, summary, announce)
    for references in plan.reference_plans:
        for reference in references.to_move:
            announce(f"re-key {words.reference} {reference.row_id}")
            adapter.move_reference(reference, references.canonical_id)
        summary[f"{words.reference}_rows_rekeyed"] += len(references.to_move)
    summary[f"shadow_{words.parents}_deleted"] = len(plan.state_plans)
    summary["canonical_rows_created"] = len(plan.canonical_to_create())
    summary.update(adapter.extra_summary(kept))


_COUNTERS = {DROPPED: "historical_dropped", REPLACED: "replaced_inactive_canonical", MERGED: "merged_as_duplicate"}


def _removals(plan: Plan) -> Iterator[tuple[str, State]]:
    for one in plan.state_plans:
        yield from ((MERGED, state) for state in one.to_merge)
        yield from ((DROPPED, state) for state in one.to_drop)
        yield from ((REPLACED, state) for state in one.to_replace)


def _move_states(one: StatePlan, adapter: Adapter, announce: Announce) -> None:
    for state, updated_at in one.to_activate:
        announce(f"activate {adapter.words.state} {state.row_id}")
        adapter.activate_state(state, updated_at)
    for state in one.to_move:
        announce(f"re-key {adapter.words.state} {state.row_id}")
        adapter.move_state(state, one.canonical_id)


def _change_notes(plan: Plan, adapter: Adapter, summary: dict[str, int], announce: Announce) -> None:
    words = adapter.words
    for one in plan.note_plans:
        for note in one.to_move:
            announce(f"re-key {words.note} {note.row_id}")
            adapter.move_note(note, one.canonical_id)
        for note in one.to_supersede:
            announce(f"supersede {words.note} {note.row_id}")
            adapter.supersede_note(note, one.canonical_id)
        summary[f"{words.note}_rows_rekeyed"] += len(one.to_move)
        summary[f"{words.note}_rows_superseded"] += len(one.to_supersede)


def _check_nothing_is_lost(applied: Applied, words: Words) -> None:
    """Compare the rows there are with what was said to be done; a trigger or a cascade may have done more."""
    summary = applied.summary
    removed = sum(summary[f"{words.state}_rows_{counter}"] for counter in _COUNTERS.values())
    expected = dict(applied.rows_before)
    expected[words.state_table] -= removed
    expected[words.parent_table] += summary["canonical_rows_created"] - summary[f"shadow_{words.parents}_deleted"]
    if applied.rows_after != expected:
        raise MigrationFailed(
            "The rows that are left are not those that should be; everything was rolled back.",
            expected=expected,
            found=applied.rows_after,
        )


def archive_json(applied: Applied, as_json: Callable[[State], dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what a sidecar file keeps of rows that the store does not."""
    return [{"reason": reason, **as_json(state)} for reason, state in applied.archive]
