"""How large a body says it is, asked before anything of it is read."""

import sys
from collections.abc import Mapping
from typing import Any, TypeVar

from assemblies.errors import DocumentTooLarge

# What a form says around its files.
SLACK_BYTES = 64 * 1024
_LONGEST_LENGTH = 18
_MARK = "bounds_itself"
AnyView = TypeVar("AnyView")


def announced_bytes(meta: Mapping[str, Any]) -> int:
    """Return the announced size of a request's body by its environment, 0 where none is announced."""
    announced = str(meta.get("CONTENT_LENGTH") or "0").lstrip("0")
    if not announced.isdecimal():
        return 0
    # What is longer than any length is as large as can be, and no number that takes long to read.
    return int(announced) if len(announced) <= _LONGEST_LENGTH else sys.maxsize


def check_announced_size(meta: Mapping[str, Any], *, max_bytes: int) -> None:
    """Raise DocumentTooLarge when the announced body is larger than uploads of `max_bytes` are."""
    if announced_bytes(meta) > max_bytes + SLACK_BYTES:
        raise DocumentTooLarge(limit_bytes=max_bytes + SLACK_BYTES)


def bounding_itself(view: AnyView) -> AnyView:
    """Mark a view, by function or by class, that asks for the size of a form before anything reads it."""
    setattr(view, _MARK, True)
    return view


def bounds_itself(view: object) -> bool:
    return getattr(getattr(view, "cls", view), _MARK, False)
