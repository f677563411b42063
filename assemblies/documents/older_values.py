"""Values as older programs wrote them, brought to the values they stand for before any rule is applied.

A number or a truth written as text, a mode in capitals and an empty text or object where a list belongs have one
meaning each. What could mean two things is left as it is, for the rules to refuse. Request bodies do not come here.
"""

import re
from typing import Any

_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
_TRUTHS = {"true": True, "false": False}
_EMPTY_IS_ABSENT = frozenset(
    {"type", "assembly_type", "assembly_subtype", "assembly_kind", "kind", "timeout_seconds", "timeout"}
    | {"variables", "files", "sites", "tags", "metadata", "version"}
)


def with_todays_values(document: dict[str, Any]) -> dict[str, Any]:
    """A copy of a document, or of an envelope, in which older spellings of values are gone."""
    current = dict(document)
    for key in _EMPTY_IS_ABSENT & document.keys():
        if document[key] in ("", {}):
            current[key] = None
    for key in {"timeout_seconds", "timeout"} & document.keys():
        current[key] = _whole_number(current[key])
    for key, correct in (("variables", _variable), ("files", _file)):
        if isinstance(current.get(key), list):
            current[key] = [correct(entry) if isinstance(entry, dict) else entry for entry in current[key]]
    if isinstance(current.get("sites"), dict) and isinstance(current["sites"].get("mode"), str):
        current["sites"] = current["sites"] | {"mode": current["sites"]["mode"].strip().lower() or None}
    return current


def _variable(entry: dict[str, Any]) -> dict[str, Any]:
    current = dict(entry)
    if "order" in entry:
        current["order"] = _whole_number(entry["order"])
    if "required" in entry:
        current["required"] = _truth(entry["required"])
    return current


def _file(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"size": _whole_number(entry["size"])} if "size" in entry else entry


def _whole_number(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value.strip(" ")) else value


def _truth(value: Any) -> Any:
    if isinstance(value, str):
        return _TRUTHS.get(value.strip(" ").lower(), value)
    # Rows of databases without truth values have 0 and 1.
    return bool(value) if isinstance(value, int) and value in (0, 1) else value
