"""Values of documents as a form shows them, and what somebody typed as values again.

What was not touched keeps its value exactly, even where a form cannot show all of it: a number's type, a line end.
"""

import json
import re
from typing import Any

from assemblies.documents import parse_json
from assemblies.documents.payload_text import with_ends_of, with_line_feeds
from assemblies.errors import InvalidDocument, InvalidField

_LINE_BREAKS = re.compile(r"[\r\n]")
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def same_line(typed: str, shown: str) -> bool:
    """Compare as browsers do: a field of one line keeps no line break."""
    return _LINE_BREAKS.sub("", typed) == _LINE_BREAKS.sub("", shown)


def same_text(typed: str, shown: str) -> bool:
    return with_line_feeds(typed) == with_line_feeds(shown)


def shown_lines(values: Any) -> str:
    return "\n".join(map(str, values))


def read_lines(typed: str) -> list[str]:
    return [line.strip() for line in with_line_feeds(typed).split("\n") if line.strip()]


def read_text(typed: str, before: Any) -> str:
    """Return text of several lines, ended as its lines were before."""
    return with_ends_of(before if isinstance(before, str) else "", typed)


def read_version(typed: str, before: Any) -> int | float | str:
    """Return a number where there was one, if it is one; otherwise a text."""
    typed = typed.strip()
    if isinstance(before, str):
        return typed
    if _WHOLE.fullmatch(typed):
        return int(typed)
    try:
        number = float(typed)
    except ValueError:
        return typed
    return number if repr(number) == typed else typed


def read_whole_number(typed: str) -> int | str:
    """Return the number, or for the field's own rule to refuse what is none."""
    typed = typed.strip()
    return int(typed) if _WHOLE.fullmatch(typed) else typed


def shown_codes(codes: dict[str, str]) -> str:
    return "\n".join(f"{code} {meaning}" for code, meaning in codes.items())


def read_codes(typed: str) -> dict[str, str]:
    """Return lines of a code and a word as an object; what is no such line is for the field's own rule to refuse."""
    parts = (line.replace("=", " ").replace(":", " ").split(None, 1) for line in read_lines(typed))
    return {part[0]: part[1].strip().lower() if len(part) > 1 else "" for part in parts}


def shown_value(value: Any) -> str:
    """Return any JSON value as text: texts as they are, absence as nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_value(typed: str, before: Any, field: str, *, is_truth: bool) -> Any:
    """Return a default: a truth for variables that are one, JSON where there was some, otherwise text."""
    if is_truth:
        return _read_truth(typed, field)
    if before is None or isinstance(before, str):
        return read_text(typed, before)
    try:
        value = parse_json(typed, max_bytes=len(typed.encode()))
    except InvalidDocument:
        return with_line_feeds(typed)
    return with_line_feeds(typed) if isinstance(value, str) else value


def _read_truth(typed: str, field: str) -> bool | str:
    word = typed.strip().lower()
    if not word:
        return ""
    if word not in TRUTHS:
        raise InvalidField("Write true or false.", field=field)
    return TRUTHS[word]
