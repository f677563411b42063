"""JSON out."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


def json_bytes(value: Any) -> bytes:
    """Return a value as JSON; times as ISO 8601, and what JSON does not know (translated texts) as text."""
    return orjson.dumps(value, default=str)


def joined(item: bytes, extras: Mapping[str, Any]) -> bytes:
    """Return a JSON object, ready-made and not empty, with more fields at its end."""
    return b"%b,%b" % (item[:-1], json_bytes(extras)[1:]) if extras else item


def joined_list(head: bytes, rows: Iterable[bytes], tail: bytes) -> bytes:
    """Return ready-made items between the beginning and the end of an answer, copied once: they may be megabytes."""
    pieces = list(rows) or [b""]
    pieces[0] = head + pieces[0]
    pieces[-1] += tail
    return b",".join(pieces)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else json_bytes(data)
