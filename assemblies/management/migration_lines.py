"""The alias migration as people read it before and after an apply: what meets what, with values and times."""

from collections.abc import Iterator, Mapping
from typing import Any

from assemblies.management.tables import table_lines
from assemblies.rekeying.plan import Plan
from assemblies.rekeying.plan_json import counts
from assemblies.rekeying.rows import State
from assemblies.rekeying.words import Words

MAX_ROWS_SHOWN = 50
_LABELS = {"collisions": "collisions (block)", "historical_drops": "historical drops"}
COLLISION_COLUMNS = ("Category", "Key", "Row", "Value", "Status", "Updated at")
DROP_COLUMNS = ("Category", "Key", "Under", "Value", "Status", "Updated at", "Why")


def plan_lines(plan: Plan, words: Words, *, archived_in: str, terminal: bool) -> Iterator[str]:
    """Yield the plan: names and counts, then errors, collisions, drops, and the rows to be re-keyed."""

    def table(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Iterator[str]:
        if rows:
            yield from table_lines(title, columns, rows[:MAX_ROWS_SHOWN], terminal=terminal)
            if len(rows) > MAX_ROWS_SHOWN:
                yield f"… and {len(rows) - MAX_ROWS_SHOWN} more; --json and the report list them all."

    yield from _names(plan)
    yield from (f"{_LABELS.get(name, name.replace('_', ' '))}: {n}" for name, n in _labelled_counts(plan, words))
    yield from (f"  {_told(shadow, 'shadow')} → {_told(kept, 'canonical')}" for shadow, kept in _all_drops(plan))
    yield from table("Integrity errors, which forbid an apply", ("Error",), [(fault,) for fault in plan.faults])
    yield from table("Collisions, which forbid an apply", COLLISION_COLUMNS, list(_collisions(plan)))
    yield from table(f"Rows that give way; archived in {archived_in}", DROP_COLUMNS, list(_drops(plan)))
    yield from table(
        f"Shadow {words.parents}", ("Row", "Becomes", "Re-keyed", "Merged", "Canonical row"), list(_shadows(plan))
    )
    yield from table(f"{words.note} rows".capitalize(), ("Under", "Becomes", "Re-keyed", "Superseded"), _notes(plan))
    yield from table(f"{words.reference} rows".capitalize(), ("By", "Becomes", "Re-keyed"), _references(plan))
    yield f"Plan {plan.sha256}"


def next_lines(plan: Plan, report: Mapping[str, Any]) -> Iterator[str]:
    """Yield what to do next, and where what was written is."""
    if report["mode"] == "apply":
        yield from (f"{count:>6} {name.replace('_', ' ')}" for name, count in report["apply_summary"].items())
        yield "Done. To undo it, put the backup back in place." if report["backup_path"] else "Done."
    elif plan.faults or plan.has_collisions:
        yield "Nothing was changed. Settle the errors and collisions above, then rehearse again."
    elif plan.is_empty:
        yield "Nothing was changed, and nothing is to be re-keyed."
    else:
        yield f"Nothing was changed. To do this and nothing else: --apply --expect-plan {plan.sha256}"
    for name in ("report_path", "backup_path", "archive_path"):
        if report[name]:
            yield f"{name.removesuffix('_path').capitalize()}: {report[name]}"


def _names(plan: Plan) -> Iterator[str]:
    """Yield each canonical id with its aliases."""
    if not plan.alias_map:
        yield "No registered aliases"
    aliases: dict[str, list[str]] = {}
    for alias, canonical_id in plan.alias_map.items():
        aliases.setdefault(canonical_id, []).append(alias)
    yield from (_cell(f"{canonical_id}: {', '.join(found)}") for canonical_id, found in sorted(aliases.items()))


def _labelled_counts(plan: Plan, words: Words) -> Iterator[tuple[str, int]]:
    for name, count in counts(plan, words).items():
        yield name.removeprefix(f"{words.state}_") if name.endswith(tuple(_LABELS)) else name, count


def _all_drops(plan: Plan) -> Iterator[tuple[State, State]]:
    return (pair for one in plan.state_plans for pair in one.drops)


def _told(state: State, side: str) -> str:
    return _cell(f"{side}({state.status})={state.value}")


def _cell(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _collisions(plan: Plan) -> Iterator[tuple[Any, ...]]:
    for one in plan.state_plans:
        for shadow, other in one.collisions:
            yield shadow.category, shadow.key, f"{one.shadow.name} ({shadow.row_id})", *_said(shadow)
            yield "", "", f"against {_name(plan, other)} ({other.row_id})", *_said(other)


def _drops(plan: Plan) -> Iterator[tuple[Any, ...]]:
    for one in plan.state_plans:
        for state in one.to_drop:
            yield state.category, state.key, one.shadow.name, *_said(state), "inactive, and something else is said"
        for state in one.to_replace:
            why = f"inactive, and {one.shadow.name} says something else"
            yield state.category, state.key, one.canonical_id, *_said(state), why


def _shadows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    for one in plan.state_plans:
        fate = "to be made" if one.canonical is None or not one.canonical.live else "already there"
        yield one.shadow.name, one.canonical_id, len(one.to_move), len(one.to_merge), fate


def _notes(plan: Plan) -> list[tuple[Any, ...]]:
    return [(one.alias, one.canonical_id, len(one.to_move), len(one.to_supersede)) for one in plan.note_plans]


def _references(plan: Plan) -> list[tuple[Any, ...]]:
    return [(one.alias, one.canonical_id, len(one.to_move)) for one in plan.reference_plans]


def _said(state: State) -> tuple[Any, ...]:
    return state.value, state.status, state.updated_at


def _name(plan: Plan, state: State) -> str:
    for one in plan.state_plans:
        if state.parent_id == one.shadow.row_id:
            return one.shadow.name
        if one.canonical and state.parent_id == one.canonical.row_id:
            return one.canonical_id
    return str(state.parent_id)
