"""Settings that name an assembly: by their whole value, or by `assembly_guid` in it."""

import json

from assemblies.documents import canonical_json
from assemblies.models import SettingCategory

GUID_KEY = "assembly_guid"


def find_named(category: str, value: str) -> str | None:
    """Return the GUID that a setting's value names, or None."""
    said = json.loads(value)
    if isinstance(said, dict):
        said = said.get(GUID_KEY)
    elif category != SettingCategory.REPLACED_BY:
        return None
    return said if isinstance(said, str) else None


def renamed(value: str, guid: str) -> str:
    """Return a value that names an assembly with another GUID in its place; all else keeps its text, as `value` is
    canonical JSON.
    """
    said = json.loads(value)
    return canonical_json({**said, GUID_KEY: guid} if isinstance(said, dict) else guid).decode()
