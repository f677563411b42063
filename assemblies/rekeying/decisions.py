"""What becomes of the rows that meet below one canonical parent: states at one category and key, and notes.

An active row stands before an inactive one, the canonical row before a shadow's, a newer shadow row before an older.
Two active rows that say different things are a collision, which only a person can resolve. Of notes that say the same
the newest stays, all others are re-keyed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assemblies.rekeying.rows import Note, State, instant


@dataclass
class StateDecisions:
    """The fate of each row. `collisions` pairs a shadow's row with the one it contradicts, `to_drop` with the one that
    stays; `to_replace` and `to_activate` are rows of the canonical parent, or shadow rows that are moved as well.
    """

    to_move: list[State] = field(default_factory=list)
    to_merge: list[State] = field(default_factory=list)
    to_drop: list[tuple[State, State]] = field(default_factory=list)
    to_replace: list[State] = field(default_factory=list)
    to_activate: list[tuple[State, str]] = field(default_factory=list)
    collisions: list[tuple[State, State]] = field(default_factory=list)


def decide_states(canonical: State | None, shadows: Sequence[State]) -> StateDecisions:
    """Decide about one category and key; `shadows` come in plan order."""
    decisions = StateDecisions()
    rows = [row for row in (canonical, *sorted(shadows, key=lambda row: instant(row.updated_at), reverse=True)) if row]
    active = [row for row in rows if row.is_active]
    if active:
        decisions.collisions = [(row, active[0]) for row in active[1:] if row.meaning != active[0].meaning]
    if decisions.collisions:
        return decisions
    winner = _winner(canonical, active or rows)
    for row in rows:
        if row is winner:
            _keep(row, canonical, active, decisions)
        elif row.meaning == winner.meaning:
            decisions.to_merge.append(row)
        elif row is canonical:
            decisions.to_replace.append(row)
        else:
            decisions.to_drop.append((row, winner))
    return decisions


def _winner(canonical: State | None, first: Sequence[State]) -> State:
    """Return the canonical row when it says what the first row says, for what is canonical is never rewritten."""
    return canonical if canonical is not None and canonical.meaning == first[0].meaning else first[0]


def _keep(row: State, canonical: State | None, active: Sequence[State], decisions: StateDecisions) -> None:
    if row is not canonical:
        decisions.to_move.append(row)
    elif active and not row.is_active:
        decisions.to_activate.append((row, max((row, *active), key=lambda one: instant(one.updated_at)).updated_at))


@dataclass
class NoteDecisions:
    """The fate of each note that is not left alone. With one to be superseded stands the alias that it is due to."""

    to_move: list[Note] = field(default_factory=list)
    to_supersede: list[tuple[str, Note]] = field(default_factory=list)


def decide_notes(canonical_id: str, notes: Iterable[Note]) -> NoteDecisions:
    """Decide about the notes of one canonical id under all its names. Of notes that say the same in the same status the
    newest stands; a tie goes to the canonical one.
    """
    decisions = NoteDecisions()
    same: dict[tuple[str, str, str], list[Note]] = defaultdict(list)
    for note in notes:
        same[note.note_type, note.content, note.status].append(note)
    for alike in same.values():
        _decide(canonical_id, alike, decisions)
    return decisions


def _decide(canonical_id: str, alike: list[Note], decisions: NoteDecisions) -> None:
    if all(note.name == canonical_id for note in alike):
        return
    newest = max(alike, key=lambda note: (instant(note.updated_at), note.name == canonical_id))
    for note in alike:
        if note is newest:
            decisions.to_move += [note] if note.name != canonical_id else []
        elif note.name != canonical_id:
            decisions.to_supersede.append((str(note.name), note))
        elif newest.name != canonical_id:
            decisions.to_supersede.append((str(newest.name), note))
