"""What a Python file says of itself: its docstring, and the arguments it plainly gives to `argparse`.

Tokens, not Python's own parser: that one may be brought down by hostile nesting, and warns about foreign code.
"""

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

_COMMENT = re.compile(r"#")
_DOCSTRING = re.compile(r'(?:\s|#[^\n]*\n)*+[rRuU]?("""|\'\'\')(.{0,20000}?)\1', re.S)
# A text that is never closed reaches to the end, so that no text is looked at twice.
_TOKENS = re.compile(
    r"(?P<comment>#[^\n]*+)|\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|.",
    re.S,
)
_ARGUMENT = re.compile(r"\.add_argument\(")
_DESCRIPTION = re.compile(r"ArgumentParser\(\s*(?:description\s*=\s*)?(\"[^\"\\\n]{1,500}\"|'[^'\\\n]{1,500}')")
_KEYWORD = re.compile(r"(\w+)\s*=\s*(.*)", re.S)
_TEXT = re.compile(r"[rRuU]?(\"|')(.*)\1", re.S)
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
# Inline metadata of scripts: `# requires-python = ">=3.11"` within a comment.
_REQUIRED_VERSION = re.compile(r"^# requires-python = \">=\s{0,4}(\d{1,2}(?:\.\d{1,3}){0,2})[\",]", re.M)
_WINDOWS = re.compile(r"^\s{0,20}(?:import|from) (?:winreg|win32\w*|wmi|_winapi|msvcrt)\b|ctypes\.windll", re.M)
_TYPES = {"int": "number", "float": "number", "bool": "boolean"}
MAX_ARGUMENTS = 200


def read_python(text: str) -> ScriptFacts:
    """The facts of a Python file."""
    docstring = _DOCSTRING.match(text)
    words = docstring[2].strip() if docstring else ""
    lines = leading_comments(text, _COMMENT)
    lines = lines[1:] if text.startswith("#!") else lines
    described = _DESCRIPTION.search(text)
    summary = comment_summary(words.splitlines()) or comment_summary(lines)
    return ScriptFacts(
        summary=summary or (described[1][1:-1] if described else ""),
        variables=once_each([one for call in _calls(text) if (one := _argument(call))]),
        timeout_seconds=find_timeout(words) or find_timeout("\n".join(lines)),
        operating_systems=("windows",) if _WINDOWS.search(text) else (),
        minimum_version=version[1] if (version := _REQUIRED_VERSION.search(text)) else "",
    )


def _calls(text: str) -> list[list[str]]:
    calls: list[list[str]] = []
    end = 0
    for match in _ARGUMENT.finditer(text):
        if len(calls) == MAX_ARGUMENTS:
            break
        if match.start() >= end:
            parts = split_list(text, match.end(), _TOKENS)
            if parts is None:
                break
            calls.append(parts)
            end = match.end() + sum(map(len, calls[-1]))
    return calls


def _argument(parts: list[str]) -> dict[str, Any] | None:
    """The variable of one call of `add_argument`, or None where its name is computed."""
    flags = [flag for part in parts if (flag := _text(part)) is not None]
    keywords = {match[1]: match[2].strip() for part in parts if (match := _KEYWORD.fullmatch(part))}
    long = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else "")
    name = _text(keywords.get("dest", "")) or long.lstrip("-").replace("-", "_")
    if not name or keywords.get("action") in ('"version"', '"help"', "'version'", "'help'"):
        return None
    is_switch = "store_" in keywords.get("action", "")
    positional = not long.startswith("-") and keywords.get("nargs", "")[1:2] not in ("?", "*")
    options = _options(keywords.get("choices", ""))
    return variable(
        name,
        "boolean" if is_switch else "select" if options else _TYPES.get(keywords.get("type", ""), "string"),
        default=_value(keywords.get("default", "")),
        required=keywords.get("required") == "True" or positional,
        label=long if long.startswith("-") else "",
        description=_text(keywords.get("help", "")) or "",
        options=options,
    )


def _options(words: str) -> list[str]:
    if words[:1] not in ("[", "("):
        return []
    parts = split_list(words, 1, _TOKENS) or []
    found = [text for part in parts if (text := _text(part)) is not None]
    return found if len(found) == len(parts) else []


def _text(words: str) -> str | None:
    match = _TEXT.fullmatch(words.strip())
    return match[2] if match and match[1] not in match[2] else None


def _value(words: str) -> Any:
    if words in ("True", "False"):
        return words == "True"
    return _number(words) if _NUMBER.fullmatch(words) else _text(words)


def _number(words: str) -> float | int:
    return float(words) if "." in words else int(words)
