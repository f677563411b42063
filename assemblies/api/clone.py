"""Copy an assembly into a domain."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from assemblies import documents
from assemblies.actions.clone import clone
from assemblies.actions.permit import get_permit
from assemblies.api import schema
from assemblies.api.actors import actor_of
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.idempotency import event_guid
from assemblies.api.reading import read_domain, read_object
from assemblies.api.representing import written_item
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue.find import find_entry


class CloneView(AssemblyEndpoint):
    """Copy an assembly, knowing what it was copied from."""

    @schema.clone_item
    def post(self, request: Request, guid: str) -> HttpResponse:
        actor, entry = actor_of(request), find_entry(guid)
        wanted = read_wanted(request.data)
        permit = get_permit(actor, LibraryEvent.CLONE, wanted["domain"], guid=entry.guid)
        receipt = clone(entry.guid, permit=permit, event_guid=event_guid(request, actor), **wanted)
        return written_item(request, receipt, status=201)


def read_wanted(body: Any) -> dict[str, Any]:
    """Return where the copy is to go and what it is to be called. Raises InvalidDocument and its kinds, InvalidGuid."""
    sent = read_object(body, ("target_domain", "new_assembly_guid", "display_name"))
    guid, name = sent.get("new_assembly_guid"), sent.get("display_name")
    return {
        "domain": read_domain(sent.get("target_domain"), "target_domain"),
        "new_guid": None if guid is None else documents.normalise_guid(guid),
        "display_name": None if name is None else documents.normalise_name(name, "display_name"),
    }
