"""What a batch file says of itself: the remarks it begins with, and what it lets people fill in."""

import re

from assemblies.scripts.facts import (
    ScriptFacts,
    comment_summary,
    find_timeout,
    leading_comments,
    once_each,
    variable,
)

_REMARK = re.compile(r"\s{0,20}(?:@?rem\b|::)", re.I)
_ECHO_OFF = re.compile(r"\A\s*@?echo off[^\n]*\n", re.I)
_PROMPT = re.compile(r"^[ \t(@]{0,40}set\s+/p\s+\"?([A-Za-z_]\w{0,63})\s*=\s*([^\"\n]{0,200})", re.I | re.M)
_FALLBACK = re.compile(
    r"^[ \t(@]{0,40}if\s+not\s+defined\s+([A-Za-z_]\w{0,63})(?:\s+set\s+\"?\1=([^\"\n]{0,200}))?", re.I | re.M
)
# A title with a variable in it names a window, not the script.
_TITLE = re.compile(r"^[ \t@]{0,40}title[ \t]+([^%\n]{1,200})$", re.I | re.M)


def read_batch(text: str) -> ScriptFacts:
    """The facts of a batch file."""
    text = text.replace("\r\n", "\n")
    lines = leading_comments(_ECHO_OFF.sub("", text), _REMARK)
    title = _TITLE.search(text)
    prompts = [variable(found[1], label=found[2].strip(" :?")) for found in _PROMPT.finditer(text)]
    fallbacks = [
        variable(found[1], default=found[2].strip() if found[2] else None, required=not found[2])
        for found in _FALLBACK.finditer(text)
    ]
    return ScriptFacts(
        name=title[1].strip() if title else "",
        summary=comment_summary(lines),
        variables=once_each([*prompts, *fallbacks]),
        timeout_seconds=find_timeout("\n".join(lines)),
        operating_systems=("windows",),
    )
