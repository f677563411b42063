"""Messages between a worker and its supervisor: a kind, fields as JSON and raw bytes, each with its length in front.

A party that is killed while it writes leaves a frame without its end; the other one reads that as the end of the first.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from .errors import BrokenFrame

_LENGTHS = struct.Struct(">II")
_MAX_FIELDS_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Frame:
    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


def write_frame(stream: BinaryIO, frame: Frame) -> None:
    """Raises OSError where the other party no longer reads."""
    fields = json.dumps({"kind": frame.kind, **frame.fields}).encode()
    stream.write(_LENGTHS.pack(len(fields), len(frame.body)) + fields + frame.body)
    stream.flush()


def read_frame(stream: BinaryIO) -> Frame | None:
    """The next frame, or None after the last one. Raises BrokenFrame."""
    start = stream.read(_LENGTHS.size)
    if not start:
        return None
    if len(start) < _LENGTHS.size:
        raise BrokenFrame
    fields_bytes, body_bytes = _LENGTHS.unpack(start)
    if fields_bytes > _MAX_FIELDS_BYTES:
        raise BrokenFrame
    fields = _fields(_exactly(stream, fields_bytes))
    return Frame(str(fields.pop("kind", "")), fields, _exactly(stream, body_bytes))


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise BrokenFrame
    return content


def _fields(text: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise BrokenFrame from error
    if not isinstance(fields, dict):
        raise BrokenFrame
    return fields
