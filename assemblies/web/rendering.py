"""JSON out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer


def json_bytes(value: Any) -> bytes:
    """Return a value as JSON; times as ISO 8601, and what JSON does not know (translated texts) as text."""
    return orjson.dumps(value, default=str)


def joined(item: bytes, extras: Mapping[str, Any]) -> bytes:
    """Return a JSON object, ready-made and not empty, with more fields at its end."""
    return b"%b,%b" % (item[:-1], json_bytes(extras)[1:]) if extras else item


class PiecedResponse(HttpResponse):
    """An answer whose body stays in the pieces it was made of: it may be megabytes, and others may have the same."""

    def __init__(self, pieces: Sequence[bytes], **named: Any) -> None:
        super().__init__(**named)
        self.pieces = pieces
        self.headers.setdefault("Content-Length", str(sum(map(len, pieces))))

    @property
    def content(self) -> bytes:
        return b"".join(self.pieces)

    @content.setter
    def content(self, value: Any) -> None:
        self.pieces = [self.make_bytes(value)]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.pieces)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else json_bytes(data)
