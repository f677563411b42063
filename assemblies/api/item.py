"""One assembly: read, replace, change, delete."""

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.api import schema
from assemblies.api.actors import is_administrator
from assemblies.api.conditions import not_modified, tagged
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.item_body import read_changes
from assemblies.api.rendering import joined
from assemblies.api.representing import detail_of, flags_of, json_answer, read_payload, written_item
from assemblies.api.writing import permitted
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.catalogue.find import find_entry
from assemblies.conf import payload_store


class ItemView(AssemblyEndpoint):
    """One assembly, with its payload."""

    @schema.read_item
    def get(self, request: Request, guid: str) -> HttpResponse:
        entry, administrator = find_entry(guid), is_administrator(request)
        etag = entry.etag(administrator)
        return not_modified(request, etag) or tagged(_shown(entry, administrator), etag)

    @schema.replace_item
    def put(self, request: Request, guid: str) -> HttpResponse:
        return _updated(request, guid, whole=True)

    @schema.change_item
    def patch(self, request: Request, guid: str) -> HttpResponse:
        return _updated(request, guid, whole=False)

    @schema.delete_item
    def delete(self, request: Request, guid: str) -> Response:
        intent = permitted(request, guid, LibraryEvent.DELETE)
        delete(intent.entry.guid, permit=intent.permit, expected_revision=intent.expected_revision)
        return Response({"status": "queued"}, status=202)


def _shown(entry: CatalogueEntry, administrator: bool) -> HttpResponse:
    payload = read_payload(entry.content, payload_store())
    return json_answer(joined(entry.json(administrator), detail_of(entry.content, payload)))


def _updated(request: Request, guid: str, *, whole: bool) -> HttpResponse:
    intent = permitted(request, guid, LibraryEvent.UPDATE)
    fields, payload = read_changes(request.data, intent.entry, whole=whole, administrator=is_administrator(request))
    receipt = update(
        intent.entry.guid,
        fields,
        payload=payload,
        permit=intent.permit,
        store=payload_store(),
        expected_revision=intent.expected_revision,
    )
    flags = flags_of(receipt.content, payload) if receipt.content else []
    return written_item(request, receipt, flags=flags)
