"""A plan as JSON, in the words of its profile and in the shape of the tool that the profile is named after.

Merged rows are among those to be re-keyed: either way the canonical parent ends with what they say.
"""

from typing import Any

from assemblies.rekeying.plan import NotePlan, Plan, ReferencePlan, StatePlan
from assemblies.rekeying.rows import Note, Reference, State
from assemblies.rekeying.words import Words

WILL_CREATE = "<will-create>"


def plan_json(plan: Plan, words: Words) -> dict[str, Any]:
    """Return the whole plan, every row with the values it has now."""
    return {
        "alias_map": plan.alias_map,
        "integrity_errors": list(plan.faults),
        "counts": counts(plan, words),
        "is_empty": plan.is_empty,
        "has_collisions": plan.has_collisions,
        f"shadow_{words.parents}": [_shadow(one, words) for one in plan.state_plans],
        f"{words.state}_plans": [_states(one, words) for one in plan.state_plans],
        f"{words.note}_plans": [_notes(one, words) for one in plan.note_plans],
        f"{words.reference}_plans": [_references(one, words) for one in plan.reference_plans],
    }


def counts(plan: Plan, words: Words) -> dict[str, int]:
    """Return how many rows of each kind the plan is about."""
    return {
        f"shadow_{words.parents}": len(plan.state_plans),
        f"{words.state}_rekey_rows": sum(len(_rekeyed(one)) for one in plan.state_plans),
        f"{words.state}_collisions": sum(len(one.collisions) for one in plan.state_plans),
        f"{words.state}_historical_drops": sum(len(one.to_drop) for one in plan.state_plans),
        f"{words.note}_rekey_rows": sum(len(one.to_move) for one in plan.note_plans),
        f"{words.note}_supersede_rows": sum(len(one.to_supersede) for one in plan.note_plans),
        f"{words.reference}_rekey_rows": sum(len(one.to_move) for one in plan.reference_plans),
    }


def _rekeyed(one: StatePlan) -> tuple[State, ...]:
    return (*one.to_move, *one.to_merge)


def _canonical_row_id(one: StatePlan) -> Any:
    return one.canonical.row_id if one.canonical else WILL_CREATE


def _shadow(one: StatePlan, words: Words) -> dict[str, Any]:
    facts = {
        "shadow_row_id": one.shadow.row_id,
        "alias": one.shadow.name,
        f"canonical_{words.parent}_id": one.canonical_id,
        "canonical_row_id": _canonical_row_id(one),
    }
    return facts | ({"domain": one.shadow.domain, "revision": one.shadow.revision} if one.shadow.domain else {})


def _states(one: StatePlan, words: Words) -> dict[str, Any]:
    return {
        "shadow_row_id": one.shadow.row_id,
        "shadow_name": one.shadow.name,
        "canonical_row_id": _canonical_row_id(one),
        f"canonical_{words.parent}_id": one.canonical_id,
        "rows_to_rekey": [state_json(state, words) for state in _rekeyed(one)],
        "collisions": [
            {"shadow": state_json(shadow, words), "canonical": state_json(other, words)}
            for shadow, other in one.collisions
        ],
        "historical_drops": [
            {"shadow": state_json(shadow, words), "canonical": state_json(kept, words)} for shadow, kept in one.drops
        ],
    }


def _notes(one: NotePlan, words: Words) -> dict[str, Any]:
    return {
        "alias": one.alias,
        f"canonical_{words.parent}_id": one.canonical_id,
        "rows_to_rekey": [_note(note, words) for note in one.to_move],
        "to_supersede": [_note(note, words) for note in one.to_supersede],
    }


def _references(one: ReferencePlan, words: Words) -> dict[str, Any]:
    return {
        "alias": one.alias,
        f"canonical_{words.parent}_id": one.canonical_id,
        "rows_to_rekey": [_reference(reference, words) for reference in one.to_move],
    }


def state_json(state: State, words: Words) -> dict[str, Any]:
    return {
        "id": state.row_id,
        words.state_parent: state.parent_id,
        "category": state.category,
        "key": state.key,
        "value": state.value,
        "status": state.status,
        "updated_at": state.updated_at,
    }


def _note(note: Note, words: Words) -> dict[str, Any]:
    return {
        "id": note.row_id,
        words.note_type: note.note_type,
        "content": note.content,
        words.note_name: note.name,
        "status": note.status,
        "updated_at": note.updated_at,
    }


def _reference(reference: Reference, words: Words) -> dict[str, Any]:
    place = {"place": reference.place} if words.tells_place else {}
    return {"id": reference.row_id, words.reference_name: reference.name, **place}
