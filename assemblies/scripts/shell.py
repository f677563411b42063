"""What a shell script says of itself: its leading comment, variables with a fallback, and its `getopts` letters."""

import re
from typing import Any

from assemblies.scripts.facts import (
    ScriptFacts,
    comment_summary,
    find_timeout,
    leading_comments,
    once_each,
    variable,
)

_COMMENT = re.compile(r"\s{0,20}#")
# ${NAME:-default}, ${NAME:=default}, ${NAME:?message}: upper case is what people set from outside.
_EXPANSION = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,63})(:?[-=?])([^${}`\n]{0,200})\}")
_GETOPTS = re.compile(r"\bgetopts\s+[\"']?:?([A-Za-z0-9:]{1,64})[\"']?\s+\w+")
_LETTER = re.compile(r"([A-Za-z0-9])(:?)")
_FROM_OPTION = re.compile(
    r"^[ \t]{0,40}[\"']?([A-Za-z0-9])[\"']?\)\s{0,40}(?:export )?([A-Za-z_]\w{0,63})=[\"']?(?:\$\{?OPTARG|\w)", re.M
)
# Programs and places that only macOS has.
_MACOS = re.compile(
    r"(?<![\w/.-])(?:/usr/s?bin/)?"
    r"(?:sw_vers|osascript|launchctl|scutil|dscl|softwareupdate|defaults (?:read|write)|diskutil)\b"
    r"|/Library/|\bDarwin\b"
)
_LINUX = re.compile(
    r"\b(?:apt(?:-get)?|yum|dnf|zypper|pacman|systemctl|journalctl|update-grub)\b|/etc/(?:os-release|systemd)|/proc/"
)
# What every shell has, or sets itself.
_SHELLS_OWN = frozenset({"HOME", "PATH", "PWD", "USER", "SHELL", "TERM", "TMPDIR", "EUID", "UID", "HOSTNAME", "LANG"})


def read_shell(text: str) -> ScriptFacts:
    """The facts of a shell script."""
    lines = leading_comments(text, _COMMENT)
    lines = lines[1:] if text.startswith("#!") else lines
    return ScriptFacts(
        summary=comment_summary(lines),
        variables=once_each([*_options(text), *_expansions(text)]),
        timeout_seconds=find_timeout("\n".join(lines)),
        operating_systems=_systems(text),
    )


def _systems(text: str) -> tuple[str, ...]:
    """The systems whose own programs a script calls; none where it calls nobody's."""
    found = ("linux", _LINUX), ("macos", _MACOS)
    return tuple(name for name, words in found if words.search(text))


def _expansions(text: str) -> list[dict[str, Any]]:
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [_expanded(*found.groups()) for found in _EXPANSION.finditer(code) if found[1] not in _SHELLS_OWN]


def _expanded(name: str, operator: str, words: str) -> dict[str, Any]:
    if operator.endswith("?"):
        return variable(name, required=True, description=words.strip("\"' "))
    return variable(name, default=words.strip("\"'") or None)


def _options(text: str) -> list[dict[str, Any]]:
    """The letters of `getopts`, under the name of what each one sets where the script plainly sets something."""
    match = _GETOPTS.search(text)
    if match is None:
        return []
    names = dict(_FROM_OPTION.findall(text))
    return [
        variable(names.get(letter, letter), "string" if takes_value else "boolean", label=f"-{letter}")
        for letter, takes_value in _LETTER.findall(match[1])
        if letter != "h"
    ]
