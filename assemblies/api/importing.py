"""Import documents: one or an archive of them, in one transaction; with `dry_run` only what would come of it."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.change import Receipt
from assemblies.actions.import_documents import MOST_PER_MINUTE, OnConflict, Preview, import_documents, preview
from assemblies.actions.permit import Permit, get_permit
from assemblies.api import schema
from assemblies.api.actors import actor_of
from assemblies.api.idempotency import event_guid
from assemblies.api.import_order import ImportOrder, read_order
from assemblies.api.parsing import ImportJSONParser, check_upload_size
from assemblies.api.representing import written_item
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.documents import Document
from assemblies.documents.upload_size import bounding_itself
from assemblies.permissions import Verb, find_refusal
from assemblies.web.errors import error_body
from devmode.actor import Actor
from devmode.api.endpoint import PrivateEndpoint
from devmode.api.throttling import CountingThrottle


class ImportThrottle(CountingThrottle):
    scope = "import"
    limit = MOST_PER_MINUTE


@bounding_itself
class ImportView(PrivateEndpoint):
    """Bring documents of any shape into the library."""

    parser_classes = [ImportJSONParser, MultiPartParser]
    throttle_classes = [ImportThrottle]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before authentication: Django's CSRF check reads a form's whole body.
        check_upload_size(request)
        super().initial(request, *args, **kwargs)

    @schema.import_items
    def post(self, request: Request) -> HttpResponse | Response:
        actor, order = actor_of(request), read_order(request.data)
        if order.dry_run:
            return Response({"preview": previewed(order, actor)})
        permit = get_permit(actor, LibraryEvent.IMPORT, order.domain)
        documents = order.read_documents()
        receipts = _imported(request, permit, order, documents)
        return _answer(request, order, documents, receipts)


def previewed(order: ImportOrder, actor: Actor) -> list[dict[str, Any]]:
    """Return what an import would do with each document, and why not."""
    found = preview(order.read_documents(), domain=order.domain, on_conflict=order.on_conflict)
    return [_preview_of(one, actor, order) for one in found]


def _preview_of(one: Preview, actor: Actor, order: ImportOrder) -> dict[str, Any]:
    refusal = find_refusal(actor, Verb.CHANGE, order.domain) or one.refusal
    return {
        "assembly_guid": one.guid,
        "display_name": one.display_name,
        "standing": one.standing,
        "same_name_guids": one.same_name_guids,
        "flags": one.flags,
        "refusal": error_body(refusal.code, refusal.message, refusal.detail) if refusal else None,
    }


def _imported(request: Request, permit: Permit, order: ImportOrder, documents: Sequence[Document]) -> list[Receipt]:
    return import_documents(
        documents,
        domain=order.domain,
        on_conflict=order.on_conflict,
        permit=permit,
        store=payload_store(),
        event_guid=event_guid(request, permit.actor),
    )


def _answer(
    request: Request, order: ImportOrder, documents: Sequence[Document], receipts: Sequence[Receipt]
) -> HttpResponse | Response:
    if not order.is_archive:
        status = 201 if receipts[0].created else 200
        return written_item(request, receipts[0], status=status, flags=documents[0].flags)
    pairs = zip(receipts, documents, strict=True)
    return Response({"results": [_result(receipt, document, order) for receipt, document in pairs]})


def _result(receipt: Receipt, document: Document, order: ImportOrder) -> dict[str, Any]:
    if receipt.changed:
        status = "created" if receipt.created else "updated"
    else:
        status = "skipped" if order.on_conflict == OnConflict.SKIP else "unchanged"
    return {
        "guid": receipt.guid,
        "display_name": document.display_name,
        "status": status,
        "revision": receipt.revision,
        "flags": document.flags,
    }
