"""The bytes of an assembly's script or graph."""

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from assemblies import documents
from assemblies.api import schema
from assemblies.api.downloads import download
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.catalogue import CatalogueEntry
from assemblies.catalogue.find import find_entry
from assemblies.conf import payload_store
from assemblies.domains import AssemblyType
from assemblies.revisions.document import NO_PAYLOAD, outline_of


class PayloadView(AssemblyEndpoint):
    """The exact bytes of the script or graph."""

    @schema.read_payload
    def get(self, request: Request, guid: str) -> HttpResponseBase:
        entry = find_entry(guid)
        return download(request, entry.content.payload, payload_name(entry), payload_store())


def payload_name(entry: CatalogueEntry) -> str:
    """Return the file name to save a payload under."""
    stem = documents.safe_stem(outline_of(entry.guid, entry.content, NO_PAYLOAD))
    assembly_type = AssemblyType(entry.content.assembly_type)
    return f"{stem}.json" if assembly_type is AssemblyType.WORKFLOW else documents.script_name(stem, assembly_type)
