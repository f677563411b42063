"""Keep what the official source withdrew."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from assemblies import documents
from assemblies.actions.permit import get_permit
from assemblies.api import schema
from assemblies.api.actors import actor_of
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.idempotency import event_guid
from assemblies.api.reading import read_object
from assemblies.api.representing import written_item
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue.find import find_any_entry
from assemblies.domains import Domain
from assemblies.official.adopt import adopt


class AdoptView(AssemblyEndpoint):
    """Copy a withdrawn official assembly into User-Created."""

    @schema.adopt_item
    def post(self, request: Request, guid: str) -> HttpResponse:
        actor, entry = actor_of(request), find_any_entry(guid)
        permit = get_permit(actor, LibraryEvent.ADOPT_WITHDRAWN, Domain.USER, guid=entry.guid)
        wanted = read_wanted(request.data)
        receipt = adopt(entry.guid, permit=permit, event_guid=event_guid(request, actor), **wanted)
        return written_item(request, receipt, status=201)


def read_wanted(body: Any) -> dict[str, Any]:
    """Return what the copy is to be called. Raises InvalidDocument and its kinds, InvalidGuid."""
    sent = read_object(body, ("new_assembly_guid", "display_name"))
    guid, name = sent.get("new_assembly_guid"), sent.get("display_name")
    return {
        "new_guid": None if guid is None else documents.normalise_guid(guid),
        "display_name": None if name is None else documents.normalise_name(name, "display_name"),
    }
