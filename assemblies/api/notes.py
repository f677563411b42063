"""What operators note about an assembly, newest first."""

from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.add_note import add_note
from assemblies.api.description import GUID, READING_ONE
from assemblies.api.resource import AssemblyResource
from assemblies.api.shapes.annotations import Note, NoteBody, NoteList
from assemblies.audit_events import LibraryEvent
from assemblies.models import AssemblyNote
from assemblies.web.paging import PageQuery, page_head, part_of
from devmode.api.schema import described


class NoteViewSet(AssemblyResource):
    """The notes about an assembly."""

    @described(
        "List notes",
        operation_id="list_notes",
        query=PageQuery,
        answers={200: NoteList},
        parameters=(GUID,),
        refusals=READING_ONE,
    )
    def list(self, request: Request, guid: str) -> Response:
        wanted, entry = self.query(), self.entry(guid)
        notes = AssemblyNote.objects.filter(assembly_guid=entry.guid)
        results = Note(part_of(notes, wanted), many=True).data
        return Response(page_head(request, wanted, notes.count()) | {"results": results})

    @described(
        "Add a note to an assembly",
        operation_id="add_note",
        body=NoteBody,
        answers={201: Note},
        parameters=(GUID,),
        refusals=(401, 403, 404, 413, 415, 503, 507),
    )
    def create(self, request: Request, guid: str) -> Response:
        change = self.authorize_change(guid, LibraryEvent.ADD_NOTE)
        sent = self.body()
        note = add_note(change.entry.guid, sent["content"], permit=change.permit, note_type=sent["note_type"])
        return Response(Note(note).data, status=201)
