"""Notes under one canonical name: duplicates give way to the newest, all others are re-keyed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from assemblies.rekeying.rows import Note, instant


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
