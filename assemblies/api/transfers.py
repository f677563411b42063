"""Assemblies by the number: import documents, export them, write what is pending to the domain databases."""

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.change import Event
from assemblies.actions.flush_domains import flush_domains
from assemblies.actions.import_documents import MAX_PER_MINUTE, import_documents
from assemblies.actions.permit import Permit, get_permit
from assemblies.actions.record_export import REVISION_HEADER, record_export
from assemblies.actions.repetition import was_made
from assemblies.api.description import GUID, IDEMPOTENCY_KEY, READING_ONE, REVISION
from assemblies.api.import_lines import corrections_of, documents_of, judge, preview_lines, result_lines
from assemblies.api.import_operations import MAX_WAITED_FOR, begin, current, find_begun
from assemblies.api.import_order import ImportOrder
from assemblies.api.parsing import ImportJSONParser
from assemblies.api.request_headers import event_of
from assemblies.api.resource import AssemblyResource
from assemblies.api.responses import as_attachment, written_item
from assemblies.api.shapes.copies import (
    ArchiveQuery,
    ExportQuery,
    ImportBody,
    ImportResults,
    ImportUpload,
    OperationStarted,
    OperationStatus,
    Preview,
)
from assemblies.api.shapes.items import WrittenItem
from assemblies.api.shapes.queue import WriteAnswer, WriteBody
from assemblies.audit_events import LibraryEvent
from assemblies.bundles.export import check_count, export_document, export_files, write_archive
from assemblies.bundles.written import ArchiveStyle
from assemblies.conf import payload_store
from assemblies.documents import Style
from assemblies.domains import Domain
from assemblies.errors import ImportNotFound, InvalidField
from assemblies.journal.append import journal_end
from assemblies.models import Assembly, ImportOperation
from assemblies.permissions import Place, Verb
from assemblies.web.actors import actor_of, is_administrator
from assemblies.web.item_facts import document_name
from assemblies.web.rendering import json_bytes
from devmode.api.endpoint import CountingThrottle
from devmode.api.schema import described


class ImportThrottle(CountingThrottle):
    scope = "import"
    limit = MAX_PER_MINUTE


class Transfers(AssemblyResource):
    """What moves many assemblies at once."""

    @described(
        "Import documents",
        operation_id="import_assemblies",
        body={"application/json": ImportBody, "multipart/form-data": ImportUpload},
        answers={
            200: PolymorphicProxySerializer(
                "Imported", [WrittenItem, ImportResults, Preview], resource_type_field_name=None
            ),
            201: WrittenItem,
            202: OperationStarted,
        },
        parameters=(IDEMPOTENCY_KEY,),
        refusals=(401, 403, 409, 413, 415, 422, 429, 503, 507),
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        url_name="import",
        parser_classes=[ImportJSONParser, MultiPartParser],
        throttle_classes=[ImportThrottle],
        takes_uploads=True,
    )
    def import_all(self, request: Request) -> HttpResponse | Response:
        """Import one document, or an archive of them, in one transaction; with `dry_run`, tell what would come of it.

        Over 200 documents are imported after the answer: 202, with the address where their import can be followed.
        A file of an archive that cannot be imported has a line that says why, and stops no other.
        At most 600 imports a minute by each account and address; then 429, and `Retry-After` says how long to wait.
        """
        actor, order = actor_of(request), ImportOrder(**self.body())
        if order.dry_run:
            corrections_of(outcomes := order.read(), order.corrections)
            return Response({"preview": preview_lines(outcomes, order.domain, order.on_conflict, actor)})
        permit, event = get_permit(actor, LibraryEvent.IMPORT, order.domain), event_of(request, actor)
        if order.is_archive and (begun := self._begun(order, permit, event)):
            return begun
        outcomes = order.read()
        if order.has_many:
            outcomes = judge(outcomes, order.domain, order.on_conflict, event)
        documents = documents_of(outcomes)
        receipts = import_documents(
            documents,
            domain=order.domain,
            on_conflict=order.on_conflict,
            permit=permit,
            store=payload_store(),
            corrections=corrections_of(outcomes, order.corrections),
            event=event,
        )
        if order.has_many:
            return Response({"results": result_lines(outcomes, receipts)})
        status = 201 if receipts[0].created else 200
        return written_item(request, receipts[0], status=status, flags=documents[0].flags)

    def _begun(self, order: ImportOrder, permit: Permit, event: Event | None) -> Response | None:
        """Begin an import that no request should wait for, unless this request began it before."""
        operation = find_begun(event)
        if operation is None and order.has_more_than(MAX_WAITED_FOR) and not was_made(event):
            if order.corrections:
                words = f"Corrections are taken with up to {MAX_WAITED_FOR} documents at once."
                raise InvalidField(words, field="corrections")
            operation = begin(
                order.content,
                source=order.source,
                domain=order.domain,
                on_conflict=order.on_conflict,
                permit=permit,
                event=event,
            )
        if operation is None:
            return None
        address = reverse("api-assembly-import-operation", kwargs={"operation_id": operation.id})
        started = {"operation_id": operation.id, "status_url": address}
        return Response(started, status=202, headers={"Location": address})

    @described(
        "Follow an import",
        operation_id="read_import",
        answers={200: OperationStatus},
        refusals=(401, 404, 503),
    )
    @action(
        detail=False,
        url_path="import/<str:operation_id>",
        url_name="import-operation",
    )
    def import_operation(self, request: Request, operation_id: str) -> Response:
        """Tell how far an import of many documents is, to its sender and to administrators."""
        found = ImportOperation.objects.filter(pk=operation_id)
        operation = (found if is_administrator(request) else found.filter(actor=actor_of(request).name)).first()
        if operation is None:
            raise ImportNotFound()
        return Response(OperationStatus(current(operation)).data)

    @described(
        "Export an assembly",
        operation_id="export_assembly",
        query=ExportQuery,
        answers={200: OpenApiTypes.OBJECT, (200, "application/zip"): OpenApiTypes.BINARY},
        parameters=(GUID,),
        refusals=(*READING_ONE, 413),
    )
    @action(detail=True)
    def export(self, request: Request, guid: str) -> HttpResponseBase:
        """Give one assembly back as a document, or as a zip of readable files with `style=tree`.

        Files that are too large for a JSON document come in a zip only.
        """
        wanted, row = self.query(), self.row(guid)
        if wanted["style"] is ArchiveStyle.TREE:
            archive = write_archive(export_files([row], style=ArchiveStyle.TREE, store=payload_store()))
            return as_attachment(FileResponse(archive), f"{row.guid}.zip", "application/zip")
        document = export_document(
            row,
            style=Style(wanted["style"]),
            store=payload_store(),
            with_payload_guid=is_administrator(request),
            script_encoding=wanted["script_encoding"].value,
        )
        name = document_name(row.guid, row.read_content())
        return as_attachment(HttpResponse(json_bytes(document)), name, "application/json")

    @described(
        "Export a domain",
        operation_id="export_assemblies",
        query=ArchiveQuery,
        answers={(200, "application/zip"): OpenApiTypes.BINARY},
        parameters=(REVISION,),
        refusals=(401, 413, 503),
    )
    @action(detail=False, url_path="export", url_name="export-all")
    def export_all(self, request: Request) -> HttpResponseBase:
        """Give a domain, or the whole library, back as a zip of documents: at most 10,000 files and 512 MB.

        `X-Borealis-Revision` is the journal's revision that it has everything of. The export is audited.
        """
        domain, style = self.query().values()
        rows = Assembly.objects.live().without_texts()
        rows = rows.of_domain(domain) if domain else rows
        check_count(rows)
        revision, count = journal_end(), rows.count()
        # Written whole before the answer begins: a corrupt payload is an error, not an archive that breaks off.
        archive = write_archive(export_files(rows.iterator(), style=style, store=payload_store()))
        if request.method == "GET":
            record_export(actor_of(request), domain, style=style, revision=revision, count=count, left_out=0)
        answer = as_attachment(FileResponse(archive), f"{domain or 'assemblies'}.zip", "application/zip")
        answer[REVISION_HEADER] = str(revision)
        return answer

    @described(
        "Write pending changes now",
        operation_id="write_domains",
        body=WriteBody,
        answers={200: WriteAnswer},
        refusals=(401, 403, 413, 415, 503, 507),
        tag="dev mode",
    )
    @action(detail=False, methods=["post"], url_path="dev-mode/write", url_name="flush")
    def flush(self, request: Request) -> Response:
        """Write what is pending to one domain database or to all of them."""
        sent = self.body()
        domains = [sent["domain"]] if "domain" in sent else [*Domain]
        permit = get_permit(actor_of(request), LibraryEvent.FLUSH, Place.LIBRARY, verb=Verb.REPLICATE)
        done = flush_domains(domains, permit=permit)
        return Response({"status": "flushed", "flushed": done.flushed, "pending": done.pending})
