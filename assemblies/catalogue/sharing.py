"""Texts that many assemblies have in common, kept once: the catalogue's contents take half the memory."""

from sys import intern
from typing import Any

from assemblies.models import Content

MAX_SHARED_CHARACTERS = 100
SINGLE = ("assembly_type", "category", "created_at", "created_by", "updated_at", "updated_by", "type_name")
NESTED = ("metadata", "sites", "extra", "envelope_extra", "variables", "tags")


def shared(content: Content) -> Content:
    """Return a content that was read just now, its values replaced by equal ones: no dataclass is made again."""
    values = vars(content)
    for name in SINGLE:
        values[name] = intern(values[name])
    for name in NESTED:
        if value := values[name]:
            values[name] = _shared(value)
    return content


def _shared(value: Any) -> Any:
    if isinstance(value, str):
        return intern(value) if len(value) <= MAX_SHARED_CHARACTERS else value
    if isinstance(value, dict):
        return {intern(name): _shared(one) for name, one in value.items()}
    return [_shared(one) for one in value] if isinstance(value, list) else value
