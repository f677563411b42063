"""What tells an assembly from JSON of other programs, which often lies next to documents and is nobody's fault."""

import json
import re
from collections.abc import Mapping
from typing import Any

from assemblies.documents.kinds import find_assembly_type
from assemblies.documents.playbooks import PLAYBOOK_KEYS
from assemblies.documents.shapes import SCRIPT_KEYS

_MARKS = (
    *SCRIPT_KEYS, "script_encoding", "workflow", "assembly_guid", "assembly_type", "assembly_subtype", "assembly_kind",
    "display_name", "timeout_seconds",
)  # fmt: skip
_MARK = re.compile(rb'"(?:' + "|".join((*_MARKS, "payload", "nodes")).encode() + rb')"\s*:')
# A text without an end reaches to the end, so that no text is looked at twice.
_TEXT = r'("(?:[^"\\]++|\\.)*+"?)'
_COMMENT = re.compile(_TEXT + r"|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?", re.DOTALL)
_TRAILING_COMMA = re.compile(_TEXT + r"|,(?=\s*+[}\]])", re.DOTALL)


def is_assembly(value: Any) -> bool:
    """Say whether a decoded JSON value means to be an assembly: it has something that other JSON files have not."""
    if isinstance(value, list):
        return any(is_assembly(item) for item in value)
    if not isinstance(value, Mapping):
        return False
    word = value.get("type")
    return (
        any(value.get(key) is not None for key in _MARKS)
        or {"nodes", "edges"} <= value.keys()
        or (isinstance(word, str) and find_assembly_type(word) is not None)
        or is_assembly(value.get("payload"))
        or _is_playbook(value)
    )


def _is_playbook(value: Mapping[str, Any]) -> bool:
    has_plays = any(isinstance(value.get(key), list | str) for key in PLAYBOOK_KEYS)
    return has_plays and bool({"name", "hosts"} & value.keys())


def names_assembly_keys(content: bytes) -> bool:
    """Say whether a text that is too large to be decoded has one of the keys that an assembly has."""
    return _MARK.search(content) is not None


def is_other_json(content: bytes) -> bool:
    """Say whether a text is JSON of another program: it may have comments and final commas, as settings often do."""
    try:
        text = content.decode("utf-8-sig")
        bare = _COMMENT.sub(lambda found: found[1] or " ", text)
        return not is_assembly(json.loads(_TRAILING_COMMA.sub(lambda found: found[1] or "", bare)))
    except (ValueError, RecursionError):
        return False
