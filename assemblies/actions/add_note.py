"""Add a note to an assembly. Notes are never changed; who knows better adds another."""

from assemblies.actions.annotate import annotate, note_digest
from assemblies.actions.permit import Permit
from assemblies.documents.fields import line, text
from assemblies.errors import InvalidField
from assemblies.models import AssemblyNote

MAX_NOTE_LENGTH = 10_000
MAX_TYPE_LENGTH = 32
DEFAULT_TYPE = "note"


def add_note(guid: str, content: object, *, permit: Permit, note_type: object = DEFAULT_TYPE) -> AssemblyNote:
    """Return the new note. Raises AssemblyNotFound, InvalidField, Forbidden, DevModeRequired, or a Failure."""
    words = text(content, "content", MAX_NOTE_LENGTH)
    if not words.strip():
        raise InvalidField("This must not be blank.", field="content")
    kind = line(note_type, "note_type", MAX_TYPE_LENGTH)
    with annotate(guid, permit=permit) as transaction:
        note = AssemblyNote.objects.create(
            assembly_guid=guid,
            note_type=kind,
            content=words,
            created_at=transaction.now,
            created_by=permit.actor.name,
            updated_at=transaction.now,
        )
        transaction.record(note=note.pk, note_type=kind, digest=note_digest(note))
    return note
