"""Bodies in: strictly decoded JSON, bounded uploads, and streams that nobody holds whole."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from assemblies import documents
from assemblies.documents import SLACK_BYTES
from assemblies.documents.decoding import MAX_DEPTH, MAX_WRAPPINGS
from assemblies.errors import AttachmentTooLarge, InvalidDocument
from assemblies.web.uploads import announced_bytes, max_item_bytes
from devmode.api.bodies import CompressedBody

GZIP = b"\x1f\x8b"
CHUNK_BYTES = 256 * 1024


class StrictJSONParser(BaseParser):
    """A JSON body of at most one script's size, by the library's one decoder."""

    media_type = "application/json"
    max_depth = MAX_DEPTH

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        max_bytes = self.max_bytes()
        raw: bytes = stream.read(max_bytes + 1)
        if raw.startswith(GZIP):
            raise CompressedBody
        return documents.parse_json(raw, max_bytes=max_bytes, max_depth=self.max_depth)

    def max_bytes(self) -> int:
        return settings.MAX_DOCUMENT_BYTES + SLACK_BYTES


class ItemJSONParser(StrictJSONParser):
    """A body that is an assembly; its parts are bounded by what they are, not by how JSON spells them."""

    def max_bytes(self) -> int:
        return max_item_bytes()


class ImportJSONParser(ItemJSONParser):
    """A body around a document, which is one level of its own."""

    max_depth = MAX_WRAPPINGS + 1


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
