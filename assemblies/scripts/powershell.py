"""What a PowerShell script says of itself: its comment-based help, its `param()` block and its `#Requires` lines."""

import re
from typing import Any

from assemblies.scripts.calls import split_list
from assemblies.scripts.facts import (
    ScriptFacts,
    comment_summary,
    find_timeout,
    leading_comments,
    once_each,
    variable,
)

# What is never closed reaches to the end, so that no text is looked at twice.
_TOKENS = re.compile(
    r"(?P<comment><#.*?(?:#>|\Z)|(?<![\w`$])#[^\n]*+)|@\"[ \t]*\n.*?(?:\n\"@|\Z)|@'[ \t]*\n.*?(?:\n'@|\Z)"
    r"|\"(?:[^\"`]|`.|\"\")*+(?:\"|\Z)|'(?:[^']|'')*+(?:'|\Z)|`.|(?P<param>\bparam\b[ \t\n]{0,20}\()|[\w$-]++|.",
    re.S | re.I,
)
_BLOCK = re.compile(r"<#(.*?)(?:#>|\Z)", re.S)
_LINE_COMMENT = re.compile(r"\s{0,20}#(?!>)")
_KEYWORD = re.compile(r"^[ \t#]*\.([A-Za-z]{3,40})(?:[ \t]+(\$?[\w-]+))?[ \t]*$", re.M)
_NAMED = re.compile(r"\$([A-Za-z_]\w{0,63})\s*(?:=\s*(.*))?", re.S)
_MANDATORY = re.compile(r"\bMandatory\b(?!\s*=\s*\$?false)", re.I)
_HELP_MESSAGE = re.compile(r"HelpMessage\s*=\s*(\"[^\"]{1,500}\"|'[^']{1,500}')", re.I)
_STRINGS = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w.-]+)")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_CORE = re.compile(r"^\s{0,20}#requires\b[^\n]*-PSEdition\s+Core", re.I | re.M)
_REQUIRED_VERSION = re.compile(
    r"^\s{0,20}#requires\b[^\n]{0,200}?-Version\s+(\d{1,3}(?:\.\d{1,5}){0,3})\b", re.I | re.M
)
_TYPES = {
    "switch": "boolean", "bool": "boolean", "boolean": "boolean", "int": "number", "int32": "number",
    "int64": "number", "long": "number", "double": "number", "decimal": "number", "uint32": "number",
    "securestring": "credential", "pscredential": "credential",
}  # fmt: skip
# How far a script is read before its own `param()` must have come.
MAX_READ_CHARACTERS = 128 * 1024


def read_powershell(text: str) -> ScriptFacts:
    """The facts of a PowerShell script."""
    text = text.replace("\r\n", "\n")
    told = _help(text)
    lines = leading_comments(text, _LINE_COMMENT)
    lines = [line for line in lines if not line.startswith("!") and not line.lower().startswith("requires")]
    summary = told.get("synopsis") or told.get("description") or comment_summary(_plain_block(text) or lines)
    return ScriptFacts(
        summary=summary,
        variables=once_each([one for part in _parameters(text) if (one := _parameter(part, told))]),
        timeout_seconds=find_timeout(told.get("notes", "") or "\n".join(lines)),
        operating_systems=() if _CORE.search(text) or text.startswith("#!") else ("windows",),
        minimum_version=version[1] if (version := _REQUIRED_VERSION.search(text)) else "",
    )


def _help(text: str) -> dict[str, str]:
    """The sections of the first help block by keyword in lower case; of parameters by `parameter <name>`."""
    blocks = [match[1] for match in _BLOCK.finditer(text)]
    lines = "\n".join(line for line in text.split("\n") if line.lstrip().startswith("#"))
    for block in (*blocks, lines):
        marks = list(_KEYWORD.finditer(block))
        if any(mark[1].lower() in ("synopsis", "description", "parameter") for mark in marks):
            return _sections(block, marks)
    return {}


def _sections(block: str, marks: list[re.Match[str]]) -> dict[str, str]:
    ends = [*(mark.start() for mark in marks[1:]), len(block)]
    sections: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=True):
        key = mark[1].lower() + (f" {mark[2].lstrip('$').lower()}" if mark[2] else "")
        lines = [line.strip(" \t#") for line in block[mark.end() : end].strip().split("\n")]
        sections.setdefault(key, "\n".join(lines).strip())
    return sections


def _plain_block(text: str) -> list[str]:
    """The lines of a block comment without keywords that the script begins with."""
    match = _BLOCK.match(text.lstrip("\ufeff \t\n"))
    return match[1].strip().split("\n") if match and not _KEYWORD.search(match[1]) else []


def _parameters(text: str) -> list[str]:
    """The parts of the script's own `param()`: the first one outside of every function and block."""
    depth = 0
    for token in _TOKENS.finditer(text, 0, MAX_READ_CHARACTERS):
        if token["param"] and depth == 0:
            return split_list(text, token.end(), _TOKENS) or []
        # A `param(` within a block opens one bracket of its own.
        depth += 1 if token["param"] else (token[0] in ("{", "(")) - (token[0] in ("}", ")"))
    return []


def _parameter(part: str, told: dict[str, str]) -> dict[str, Any] | None:
    attributes, rest = _attributes(part)
    match = _NAMED.fullmatch(rest)
    if match is None:
        return None
    options = _options(attributes)
    type_name = next((found for one in attributes if (found := _TYPES.get(_word(one)))), "string")
    message = next((told_here[1][1:-1] for one in attributes if (told_here := _HELP_MESSAGE.search(one))), "")
    return variable(
        match[1],
        "select" if options and type_name == "string" else type_name,
        default=_value((match[2] or "").strip()),
        required=any(_word(one) == "parameter" and _MANDATORY.search(one) is not None for one in attributes),
        description=told.get(f"parameter {match[1].lower()}", "") or message,
        options=options,
    )


def _attributes(part: str) -> tuple[list[str], str]:
    """The `[…]` in front of a parameter, and what follows them."""
    found: list[str] = []
    rest = part.strip()
    while rest.startswith("["):
        inner = split_list(rest, 1, _TOKENS)
        end = _end_of(rest)
        if inner is None or end is None:
            break
        found.append(rest[1 : end - 1].strip())
        rest = rest[end:].strip()
    return found, rest


def _end_of(text: str) -> int | None:
    depth = 0
    for token in _TOKENS.finditer(text):
        depth += (token[0] in ("[", "(", "{")) - (token[0] in ("]", ")", "}"))
        if depth == 0:
            return token.end()
    return None


def _word(attribute: str) -> str:
    """The name of an attribute or type, without its namespace and arguments."""
    return attribute.split("(")[0].strip().rsplit(".", 1)[-1].lower()


def _options(attributes: list[str]) -> list[str]:
    sets = [one for one in attributes if _word(one) == "validateset"]
    inner = sets[0].partition("(")[2].rpartition(")")[0] if sets else ""
    parts = split_list(f"{inner})", 0, _TOKENS) or []
    return [next(filter(None, found.groups()), "") for part in parts if (found := _STRINGS.fullmatch(part))]


def _value(words: str) -> Any:
    """A default that is written out; what is computed is left to the script."""
    if words.lower() in ("$true", "$false"):
        return words.lower() == "$true"
    if _NUMBER.fullmatch(words):
        return float(words) if "." in words else int(words)
    quote = words[:1]
    plain = len(words) > 1 and quote in ("'", '"') and words.endswith(quote) and quote not in words[1:-1]
    return words[1:-1] if plain and not (quote == '"' and ("$" in words or "`" in words)) else None
