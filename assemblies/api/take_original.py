"""Bring a copy up to what its original says now."""

from django.http import HttpResponse
from rest_framework.request import Request

from assemblies.actions.take_original import take_original
from assemblies.api import schema
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.idempotency import event_guid
from assemblies.api.reading import read_object
from assemblies.api.representing import written_item
from assemblies.api.writing import permitted
from assemblies.audit_events import LibraryEvent


class TakeOriginalView(AssemblyEndpoint):
    """Give a copy the content of its original, as a new revision; its name stays."""

    @schema.take_original
    def post(self, request: Request, guid: str) -> HttpResponse:
        intent = permitted(request, guid, LibraryEvent.TAKE_ORIGINAL)
        read_object(request.data, ())
        receipt = take_original(
            intent.entry.guid,
            permit=intent.permit,
            expected_revision=intent.expected_revision,
            event_guid=event_guid(request, intent.permit.actor),
        )
        return written_item(request, receipt)
