"""What a reader of one language finds out about a script, and what the readers share."""

import re
from dataclasses import dataclass, field
from typing import Any

_TIMEOUT = re.compile(r"\btime-?out(?:[ _]?\(?seconds\)?)?\s*[:=]\s*(\d{1,6})\s*(m(?:in(?:utes?)?)?\b)?", re.I)
_RULE = re.compile(r"[\s#=*_~+-]*")
# Lines that name an editor's mode, a linter or a licence tell nobody what a script does.
_ASIDE = re.compile(r"-\*-|vim?:|coding[:=]|shellcheck|pylint|noqa|spdx-|copyright|licen[cs]e", re.I)


@dataclass(frozen=True)
class ScriptFacts:
    """What a script says of itself; empty or None where it says nothing."""

    name: str = ""
    summary: str = ""
    variables: list[dict[str, Any]] = field(default_factory=list)
    timeout_seconds: int | None = None
    operating_systems: tuple[str, ...] = ()
    minimum_version: str = ""


def variable(
    name: str,
    type_name: str = "string",
    *,
    default: Any = None,
    required: bool | None = False,
    label: str = "",
    description: str = "",
    options: list[str] | None = None,
) -> dict[str, Any]:
    """One variable of a document, without what the script does not say of it: whether it is required, if None."""
    told = {"label": label, "description": description, "options": options}
    given = {"required": required, "default": default}
    return (
        {"name": name, "type": type_name}
        | {key: value for key, value in given.items() if value is not None}
        | {key: value for key, value in told.items() if value}
    )


def once_each(variables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The variables without those whose name came before."""
    found: dict[str, dict[str, Any]] = {}
    for one in variables:
        found.setdefault(one["name"], one)
    return list(found.values())


def find_timeout(words: str) -> int | None:
    """The seconds of a line such as `Timeout: 10 min`, or None."""
    match = _TIMEOUT.search(words)
    if match is None:
        return None
    return int(match[1]) * (60 if match[2] else 1)


def comment_summary(lines: list[str]) -> str:
    """The first paragraph of a leading comment, without rules and asides."""
    paragraph: list[str] = []
    for line in lines:
        words = "" if _RULE.fullmatch(line) else line.strip(" \t#*=-")
        if words and not _ASIDE.search(words):
            paragraph.append(words)
        elif paragraph:
            break
    return " ".join(paragraph)


def leading_comments(text: str, mark: re.Pattern[str]) -> list[str]:
    """The lines of the comment a text begins with, without what `mark` matches at their start."""
    lines: list[str] = []
    for line in text.splitlines():
        match = mark.match(line)
        if match is not None:
            lines.append(line[match.end() :].strip())
        elif line.strip():
            break
        else:
            lines.append("")
    return lines
