"""The strict decoder: the one way JSON enters the library, whatever the door.

Size is bounded before anything is parsed and depth before anything recurses, so a refusal is fast. What comes out
holds only objects, lists, text, booleans, null, integers of at most 64 bits and finite floats; its text has no NUL and
no lone surrogate, its objects no repeated key. Every refusal names the field as a path such as `variables[2].name`.
"""

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from typing import Any, TypeAlias

from assemblies.errors import DocumentTooLarge, InvalidDocument, InvalidField

MAX_DEPTH = 64
# A style may wrap a document that is itself MAX_DEPTH deep: an envelope around it, a key that carries its extras.
MAX_WRAPPINGS = MAX_DEPTH + 2
_MAX_INTEGER_DIGITS = 20
_BEYOND_64_BITS = 1 << 64
_BYTE_ORDER_MARK = "\ufeff"
_CONTAINERS = (dict, list)
_PLAIN = (bool, dict, list, type(None))
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_LEVELS = {"[": 1, "{": 1, "]": -1, "}": -1}

_Trail: TypeAlias = "tuple[_Trail, str | int] | None"


class _RepeatedKey(dict[str, Any]):
    """An object that named a key twice; the walk refuses it, because only the walk knows where it stands."""

    key: str


def parse_json(raw: bytes | str, *, max_bytes: int, field: str = "", max_depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text; `field` is the path the text stands at, for messages.

    Raises DocumentTooLarge, InvalidDocument and InvalidField.
    """
    text = _bounded_text(raw, max_bytes, field)
    _refuse_deep(text, field, max_depth)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_constant=float)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise InvalidDocument(f"This is not valid JSON: {error.msg} at {where}.", field=field or "document") from None
    check_value(value, field, max_depth)
    return value


def check_value(value: object, field: str = "", max_depth: int = MAX_WRAPPINGS) -> None:
    """Refuse a decoded value that the strict decoder would not have let through."""
    fault = _scalar_fault(value)
    if fault:
        raise InvalidField(fault, field=field or "document")
    if not isinstance(value, _CONTAINERS):
        return
    pending: list[tuple[Any, _Trail, int]] = [(value, None, 1)]
    while pending:
        container, trail, depth = pending.pop()
        if not isinstance(container, _CONTAINERS):
            continue
        if depth > max_depth:
            raise _too_deep(_path(field, trail))
        for key, item in _entries(container, field, trail):
            if isinstance(item, _CONTAINERS):
                if item or depth == max_depth:
                    pending.append((item, (trail, key), depth + 1))
            elif fault := _scalar_fault(item):
                raise InvalidField(fault, field=_path(field, (trail, key)))


def check_size(value: object, max_bytes: int) -> None:
    """Refuse a decoded value whose compact JSON is larger than the limit."""
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))
    if size > max_bytes:
        raise DocumentTooLarge(limit_bytes=max_bytes, size_bytes=size)


def decode_base64(text: object, field: str) -> bytes:
    """The bytes of canonical base64: one spelling per content, no line breaks, no stray bits."""
    if isinstance(text, str):
        try:
            decoded = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            decoded = None
        if decoded is not None and encode_base64(decoded) == text:
            return decoded
    raise InvalidField("This must be canonical base64: padded, in one line.", field=field)


def encode_base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def step(field: str, key: str | int) -> str:
    """The path one level down; a hostile key is cut and its unprintable characters are spelt out."""
    if isinstance(key, int):
        return f"{field}[{key}]"
    shown = key[:64]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown)
    return f"{field}.{shown}" if field else shown


def _bounded_text(raw: bytes | str, max_bytes: int, field: str) -> str:
    size = len(raw) if isinstance(raw, bytes) else len(raw.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        raise DocumentTooLarge(limit_bytes=max_bytes, size_bytes=size)
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        message = f"This is not valid UTF-8 (byte {error.start}); save it as UTF-8."
        raise InvalidDocument(message, field=field or "document") from None
    if text.startswith(_BYTE_ORDER_MARK):
        raise InvalidDocument(
            "JSON must not begin with a byte order mark; save it as UTF-8 without one.", field=field or "document"
        )
    return text


def _refuse_deep(text: str, field: str, max_depth: int) -> None:
    if text.count("[") + text.count("{") <= max_depth:
        return
    brackets = _NO_BRACKETS.sub("", _STRING.sub("", text))
    if max(accumulate(map(_LEVELS.__getitem__, brackets)), default=0) > max_depth:
        raise _too_deep(field)


def _too_deep(field: str) -> InvalidDocument:
    return InvalidDocument(f"This is nested deeper than {MAX_DEPTH} levels.", field=field or "document")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    counts = Counter(key for key, _ in pairs)
    repeated = _RepeatedKey(value)
    repeated.key = counts.most_common(1)[0][0]
    return repeated


def _integer(digits: str) -> int:
    # Python would spend seconds on a million digits, or refuse without saying where.
    return int(digits) if len(digits) <= _MAX_INTEGER_DIGITS else _BEYOND_64_BITS


def _entries(container: Any, field: str, trail: _Trail) -> Iterable[tuple[str | int, Any]]:
    if isinstance(container, list):
        return enumerate(container)
    if isinstance(container, _RepeatedKey):
        raise InvalidField("This key appears twice.", field=_path(field, (trail, container.key)))
    for key in container:
        if not isinstance(key, str):
            raise InvalidField("Object keys must be text.", field=_path(field, trail))
        if fault := _text_fault(key):
            raise InvalidField(fault, field=_path(field, (trail, key)))
    return container.items()  # type: ignore[no-any-return]


def _scalar_fault(value: object) -> str | None:
    if isinstance(value, str):
        return _text_fault(value)
    if isinstance(value, _PLAIN):
        return None
    if isinstance(value, int):
        in_range = -(1 << 63) <= value < _BEYOND_64_BITS
        return None if in_range else "This integer does not fit in 64 bits."
    if isinstance(value, float):
        return None if math.isfinite(value) else "This number is not finite."
    return "This is not a JSON value."


def _text_fault(text: str) -> str | None:
    if "\0" in text:
        return "Text must not contain NUL."
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return "Text must not contain half of a surrogate pair."
    return None


def _path(field: str, trail: _Trail) -> str:
    steps: list[str | int] = []
    while trail is not None:
        trail, key = trail
        steps.append(key)
    for key in reversed(steps):
        field = step(field, key)
    return field or "document"
