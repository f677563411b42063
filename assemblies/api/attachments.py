"""The files of an assembly, one at a time: bytes out, bytes in as they arrive, and off again."""

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from assemblies import documents
from assemblies.actions.attach import attach, detach, get_attachment
from assemblies.api.description import BYTES, GUID, IF_MATCH, IF_NONE_MATCH, NAME, READING_ONE
from assemblies.api.parsing import body_chunks
from assemblies.api.resource import AssemblyResource
from assemblies.api.responses import download, written_item
from assemblies.api.shapes.items import WrittenItem
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.payloads import PayloadReference
from devmode.api.schema import described


class AttachmentViewSet(AssemblyResource):
    """One attached file, by its name."""

    lookup_field = "name"

    @described(
        "Download an attachment",
        operation_id="read_attachment",
        answers=BYTES,
        parameters=(GUID, NAME, IF_NONE_MATCH),
        refusals=READING_ONE,
    )
    def retrieve(self, request: Request, guid: str, name: str) -> HttpResponseBase:
        facts = get_attachment(self.entry(guid).content, name)
        reference = PayloadReference(facts.payload_guid, facts.sha256, facts.size_bytes)
        return download(request, reference, facts.file_name, payload_store())

    @described(
        "Put an attachment on an assembly",
        operation_id="write_attachment",
        body={"application/octet-stream": OpenApiTypes.BINARY},
        answers={200: WrittenItem},
        parameters=(GUID, NAME, IF_MATCH),
        refusals=(401, 403, 404, 412, 413, 503, 507),
    )
    def update(self, request: Request, guid: str, name: str) -> HttpResponse:
        change = self.authorize_change(guid, LibraryEvent.ATTACH)
        receipt = attach(
            change.entry.guid,
            name,
            body_chunks(request, max_bytes=settings.MAX_ATTACHMENT_BYTES),
            mime_type=documents.normalise_mime_type(request.content_type, "Content-Type"),
            max_bytes=settings.MAX_ATTACHMENT_BYTES,
            permit=change.permit,
            store=payload_store(),
            expected_revision=change.expected_revision,
        )
        return written_item(request, receipt)

    @described(
        "Take an attachment off",
        operation_id="delete_attachment",
        answers={200: WrittenItem},
        parameters=(GUID, NAME, IF_MATCH),
        refusals=(401, 403, 404, 412, 503, 507),
    )
    def destroy(self, request: Request, guid: str, name: str) -> HttpResponse:
        change = self.authorize_change(guid, LibraryEvent.DETACH)
        receipt = detach(change.entry.guid, name, permit=change.permit, expected_revision=change.expected_revision)
        return written_item(request, receipt)
