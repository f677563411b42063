"""Bodies in: strictly decoded JSON, bounded uploads, and streams that nobody holds whole."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from assemblies import documents
from assemblies.documents.decoding import MAX_DEPTH, MAX_WRAPPINGS
from assemblies.errors import AttachmentTooLarge, InvalidDocument
from assemblies.web.uploads import SLACK_BYTES, announced_bytes
from devmode.api.bodies import CompressedBody

GZIP = b"\x1f\x8b"
CHUNK_BYTES = 256 * 1024


class StrictJSONParser(BaseParser):
    """A JSON body of at most one document's size, by the library's one decoder."""

    media_type = "application/json"
    max_depth = MAX_DEPTH
    documents_per_body = 1

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        max_bytes = self.documents_per_body * settings.MAX_DOCUMENT_BYTES + SLACK_BYTES
        raw: bytes = stream.read(max_bytes + 1)
        if raw.startswith(GZIP):
            raise CompressedBody
        return documents.parse_json(raw, max_bytes=max_bytes, max_depth=self.max_depth)


class ImportJSONParser(StrictJSONParser):
    """A body around a document, which may be text: that can double its size, and the body is one level of its own."""

    max_depth = MAX_WRAPPINGS + 1
    documents_per_body = 2


def body_chunks(request: Request, *, max_bytes: int) -> Iterator[bytes]:
    """Yield the raw body as it arrives.

    Raises AttachmentTooLarge at once for an announced size above `max_bytes`, and InvalidDocument when the connection
    ends before all that was announced has come.
    """
    if announced_bytes(request) > max_bytes:
        raise AttachmentTooLarge(max_bytes=max_bytes)
    return _counted(request._request, announced_bytes(request))


def _counted(stream: HttpRequest, announced: int) -> Iterator[bytes]:
    received = 0
    while chunk := stream.read(CHUNK_BYTES):
        received += len(chunk)
        yield chunk
    if received < announced:
        raise InvalidDocument("The connection ended before the whole body had come.", field="body")
