"""What operators note about an assembly, newest first."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.add_note import DEFAULT_TYPE, add_note
from assemblies.api import identity_schema as schema
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.paging import PAGE_NAMES, PageOf
from assemblies.api.reading import Query, read_object
from assemblies.api.writing import permitted
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue.find import find_entry
from assemblies.models import AssemblyNote

DEFAULT_LIMIT = 100


class NotesView(AssemblyEndpoint):
    """The notes about an assembly."""

    @schema.list_notes
    def get(self, request: Request, guid: str) -> Response:
        part, entry = PageOf.asked(Query(request, PAGE_NAMES), default=DEFAULT_LIMIT), find_entry(guid)
        notes = AssemblyNote.objects.filter(assembly_guid=entry.guid)
        results = [_represented(note) for note in notes[part.offset : part.offset + part.limit]]
        return Response(part.links(request, notes.count()) | {"results": results})

    @schema.add_note
    def post(self, request: Request, guid: str) -> Response:
        intent = permitted(request, guid, LibraryEvent.ADD_NOTE)
        sent = read_object(request.data, ("content", "note_type"))
        note_type = sent.get("note_type", DEFAULT_TYPE)
        note = add_note(intent.entry.guid, sent.get("content"), permit=intent.permit, note_type=note_type)
        return Response(_represented(note), status=201)


def _represented(note: AssemblyNote) -> dict[str, Any]:
    return {
        "id": note.pk,
        "note_type": note.note_type,
        "content": note.content,
        "status": note.status,
        "created_at": note.created_at,
        "created_by": note.created_by,
        "updated_at": note.updated_at,
    }
