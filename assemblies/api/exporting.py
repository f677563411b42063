"""Export: one assembly as a document, or a domain as an archive of them."""

from enum import StrEnum

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from assemblies import documents
from assemblies.api import schema
from assemblies.api.actors import is_administrator
from assemblies.api.downloads import as_attachment
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.finding import find_row
from assemblies.api.reading import Query
from assemblies.api.rendering import json_bytes
from assemblies.bundles.export import ArchiveStyle, export_document, export_files, write_archive
from assemblies.conf import payload_store
from assemblies.documents import Style
from assemblies.models import Assembly
from assemblies.revisions.document import NO_PAYLOAD, outline_of
from devmode.api.endpoint import PrivateEndpoint


class Encoding(StrEnum):
    """How a script stands in an exported document."""

    BASE64 = "base64"
    TEXT = "text"


class ExportView(AssemblyEndpoint):
    """One assembly as a document."""

    @schema.export_item
    def get(self, request: Request, guid: str) -> HttpResponseBase:
        query = Query(request, ("style", "script_encoding"))
        style = query.choice("style", Style) or Style.AUTHORING
        encoding = query.choice("script_encoding", Encoding) or Encoding.BASE64
        row = find_row(guid)
        document = export_document(
            row,
            style=style,
            store=payload_store(),
            with_payload_guid=is_administrator(request),
            script_encoding=encoding.value,
        )
        return as_attachment(HttpResponse(json_bytes(document)), export_name(row), "application/json")


class ExportAllView(PrivateEndpoint):
    """A domain, or the whole library, as a zip of documents."""

    @schema.export_items
    def get(self, request: Request) -> HttpResponseBase:
        query = Query(request, ("domain", "style"))
        domain, style = query.domain(), query.choice("style", ArchiveStyle) or ArchiveStyle.AUTHORING
        rows = Assembly.objects.live().without_texts()
        rows = rows.of_domain(domain) if domain else rows
        # Written whole before the answer begins: a corrupt payload is an error, not an archive that breaks off.
        archive = write_archive(export_files(rows.iterator(), style=style.value, store=payload_store()))
        return as_attachment(FileResponse(archive), f"{domain or 'assemblies'}.zip", "application/zip")


def export_name(row: Assembly) -> str:
    return f"{documents.safe_stem(outline_of(row.guid, row.read_content(), NO_PAYLOAD))}.json"
