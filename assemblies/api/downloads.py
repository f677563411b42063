"""Bytes out: as an attachment, never rendered, every one verified before it leaves."""

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from assemblies.api.conditions import not_modified, tagged
from assemblies.payloads import PayloadReference, PayloadStore


def download(request: Request, reference: PayloadReference, file_name: str, store: PayloadStore) -> HttpResponseBase:
    """Answer with a payload; its SHA-256 is the entity tag. Raises PayloadMissing, PayloadCorrupt."""
    etag = f'"{reference.sha256}"'
    if unchanged := not_modified(request, etag):
        return unchanged
    answer = as_attachment(StreamingHttpResponse(store.stream(reference)), file_name)
    answer["Content-Length"] = str(reference.size_bytes)
    return tagged(answer, etag)


def as_attachment(
    answer: HttpResponse | StreamingHttpResponse, file_name: str, content_type: str = "application/octet-stream"
) -> HttpResponseBase:
    """Let a browser save the answer under a label, whatever characters that has."""
    answer["Content-Type"] = content_type
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
