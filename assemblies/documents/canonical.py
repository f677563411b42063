"""One spelling per JSON value: sorted keys, no spaces, UTF-8."""

import json
from typing import Any


def canonical_json(value: object) -> bytes:
    """The canonical text of a value; equal bytes mean the same JSON value, and true is not 1."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def readable_json(value: object) -> bytes:
    """The value as people read it in a file."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


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
