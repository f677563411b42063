"""One spelling per JSON value: sorted keys, no spaces, UTF-8."""

import json
from typing import Any

import orjson

# Kept, for making an encoder takes about as long as encoding a small value with it.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical_json(value: object) -> bytes:
    """The canonical text of a value; equal bytes mean the same JSON value, and true is not 1."""
    return _encode(value).encode("utf-8")


def readable_json(value: object) -> bytes:
    """The value as people read it in a file."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def fitting_json(value: object, largest_bytes: int) -> bytes | None:
    """The value as people read it, in one line where that would be too large, or None where even that is."""
    # Lists in lists grow sixtyfold when each stands in a line of its own: how much is told quickly.
    if len(orjson.dumps(value, option=orjson.OPT_INDENT_2)) < largest_bytes:
        readable = readable_json(value)
        if len(readable) <= largest_bytes:
            return readable
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")
    return compact if len(compact) <= largest_bytes else None


def same_value(one: object, other: object) -> bool:
    return canonical_json(one) == canonical_json(other)


def with_plain_numbers(value: Any) -> Any:
    """The value with every integral float as an integer.

    PostgreSQL's jsonb hands `1e22` back as an integer; a hash must not notice.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: with_plain_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_plain_numbers(item) for item in value]
    return value
