"""The files of an assembly, one at a time: bytes out, bytes in as they arrive, and off again."""

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from assemblies import documents
from assemblies.actions.attach import attach, detach, get_attachment
from assemblies.api import schema
from assemblies.api.downloads import download
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.parsing import body_chunks
from assemblies.api.representing import written_item
from assemblies.api.writing import permitted
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue.find import find_entry
from assemblies.conf import payload_store
from assemblies.payloads import PayloadReference


class AttachmentView(AssemblyEndpoint):
    """One attached file, by its name."""

    @schema.read_attachment
    def get(self, request: Request, guid: str, name: str) -> HttpResponseBase:
        facts = get_attachment(find_entry(guid).content, name)
        reference = PayloadReference(facts.payload_guid, facts.sha256, facts.size_bytes)
        return download(request, reference, facts.file_name, payload_store())

    @schema.write_attachment
    def put(self, request: Request, guid: str, name: str) -> HttpResponse:
        intent = permitted(request, guid, LibraryEvent.ATTACH)
        receipt = attach(
            intent.entry.guid,
            name,
            body_chunks(request, max_bytes=settings.MAX_ATTACHMENT_BYTES),
            mime_type=documents.normalise_mime_type(request.content_type, "Content-Type"),
            max_bytes=settings.MAX_ATTACHMENT_BYTES,
            permit=intent.permit,
            store=payload_store(),
            expected_revision=intent.expected_revision,
        )
        return written_item(request, receipt)

    @schema.delete_attachment
    def delete(self, request: Request, guid: str, name: str) -> HttpResponse:
        intent = permitted(request, guid, LibraryEvent.DETACH)
        receipt = detach(intent.entry.guid, name, permit=intent.permit, expected_revision=intent.expected_revision)
        return written_item(request, receipt)
