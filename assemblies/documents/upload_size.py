"""How large a body says it is, asked before anything of it is read."""

from collections.abc import Mapping
from typing import Any

from assemblies.errors import DocumentTooLarge

# What a form says around its files.
SLACK_BYTES = 64 * 1024
_LONGEST_LENGTH = 18


def announced_bytes(meta: Mapping[str, Any]) -> int:
    """Return the announced size of a request's body by its environment, 0 where none is announced."""
    announced = str(meta.get("CONTENT_LENGTH") or "0")
    return int(announced) if announced.isdecimal() and len(announced) <= _LONGEST_LENGTH else 0


def check_announced_size(meta: Mapping[str, Any], *, max_bytes: int) -> None:
    """Raise DocumentTooLarge when the announced body is larger than uploads of `max_bytes` are."""
    if announced_bytes(meta) > max_bytes + SLACK_BYTES:
        raise DocumentTooLarge(limit_bytes=max_bytes + SLACK_BYTES)
