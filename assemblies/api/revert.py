"""Bring an earlier revision back."""

from django.http import HttpResponse
from rest_framework.request import Request

from assemblies.actions.revert import revert
from assemblies.api import schema
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.reading import read_object, read_sequence
from assemblies.api.representing import written_item
from assemblies.api.writing import permitted
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store


class RevertView(AssemblyEndpoint):
    """Give an assembly the content of an earlier revision, as a new one; a deleted assembly comes back."""

    @schema.revert_item
    def post(self, request: Request, guid: str) -> HttpResponse:
        intent = permitted(request, guid, LibraryEvent.REVERT, deleted_too=True)
        sequence = read_sequence(read_object(request.data, ("sequence",)).get("sequence"), "sequence")
        live = intent.entry.deleted_at is None
        receipt = revert(
            intent.entry.guid,
            sequence=sequence,
            permit=intent.permit,
            store=payload_store(),
            expected_revision=intent.expected_revision if live else None,
        )
        return written_item(request, receipt)
