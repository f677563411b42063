"""What an Ansible playbook says of itself, read line by line: a YAML parser is slow on hostile text and may expand it.

Other YAML (variables, tasks of a role, settings of other programs) is told apart by having no play with `hosts`.
"""

import re
from collections.abc import Iterator
from typing import Any

from assemblies.scripts.facts import ScriptFacts, comment_summary, find_timeout, leading_comments, once_each, variable

_COMMENT = re.compile(r"\s{0,20}#|---\s*$")
_PLAY = re.compile(r"^(?:- {1,8}| {2,8})(?:hosts|(?:ansible\.builtin\.)?import_playbook)\s{0,8}:", re.M)
_LIST_ITEM = re.compile(r"^- ", re.M)
_NAME = re.compile(r"^(?:- {1,8}| {2,8})name\s{0,8}:[ \t]*(.{1,255})$", re.M)
_SECTION = re.compile(r"^(?:- {1,8}| {2,8})(\w+)\s{0,8}:\s*$")
_PAIR = re.compile(r"^( {2,40})(- )?([A-Za-z_]\w{0,63})\s{0,8}:(?: +(.{0,500}))?$")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_WINDOWS = re.compile(
    r"^\s{1,40}(?:- )?(?:win_\w{1,40}|(?:ansible|community)\.windows\.\w{1,40})\s{0,8}:|\bwinrm\b", re.M
)
# What manages switches and routers says how it reaches them.
_NETWORK = re.compile(r"^\s{1,40}(?:ansible_)?connection\s{0,8}:\s{0,8}\S{0,40}(?:network_cli|httpapi|netconf)", re.M)
_YES, _NO = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"})


def is_playbook(text: str) -> bool:
    """Say whether a YAML text is a list with a play in it."""
    return _LIST_ITEM.search(text) is not None and _PLAY.search(text) is not None


def read_playbook_file(text: str) -> ScriptFacts:
    """The facts of a playbook: the first play's name, its `vars` and every `vars_prompt`."""
    text = text.replace("\r\n", "\n")
    lines = leading_comments(text, _COMMENT)
    name = _NAME.search(text)
    sections = _sections(text)
    prompts = _prompted(sections.get("vars_prompt", []))
    return ScriptFacts(
        name=str(_scalar(name[1])) if name else "",
        summary=comment_summary(lines),
        variables=once_each([*prompts, *_declared(sections.get("vars", []))]),
        timeout_seconds=find_timeout("\n".join(lines)),
        operating_systems=_systems(text),
    )


def _systems(text: str) -> tuple[str, ...]:
    """The system whose modules a playbook calls; without any it is for what Ansible reaches by SSH."""
    if _NETWORK.search(text):
        return ()
    return ("windows",) if _WINDOWS.search(text) else ("linux",)


def _sections(text: str) -> dict[str, list[re.Match[str]]]:
    """The `key: value` lines below each bare key of a play, by that key."""
    found: dict[str, list[re.Match[str]]] = {}
    section = ""
    for line in text.split("\n"):
        head = _SECTION.match(line)
        if head is not None and _indent(line) <= 4 and (line.startswith("- ") or _indent(line) == 2):
            section = head[1]
        elif (pair := _PAIR.match(line)) is not None and (_indent(line) > 2 or pair[2]):
            found.setdefault(section, []).append(pair)
        elif line.strip() and _indent(line) <= 2:
            section = ""
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _declared(pairs: list[re.Match[str]]) -> Iterator[dict[str, Any]]:
    """What stands at the first depth of `vars`; what nests deeper is a value."""
    for pair in pairs:
        if pair[1] != pairs[0][1] or pair[2]:
            continue
        value = _scalar(pair[4] or "")
        yield variable(pair[3], _type_of(value), default=value if value != "" else None)


def _prompted(pairs: list[re.Match[str]]) -> list[dict[str, Any]]:
    prompts: list[dict[str, str]] = []
    for pair in pairs:
        if pair[2] or not prompts:
            prompts.append({})
        prompts[-1][pair[3]] = pair[4] or ""
    return [_prompt(one) for one in prompts if one.get("name")]


def _prompt(words: dict[str, str]) -> dict[str, Any]:
    # Ansible hides what is typed unless the playbook says otherwise.
    is_secret = _scalar(words.get("private", "yes")) is True
    default = str(_scalar(words.get("default", ""))) or None
    return variable(
        str(_scalar(words["name"])),
        "credential" if is_secret else "string",
        default=None if is_secret else default,
        required=default is None,
        label=str(_scalar(words.get("prompt", ""))),
    )


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "string"


def _scalar(words: str) -> Any:
    """The value of a plain or quoted scalar; a block, list, object, tag or reference is empty text."""
    words = words.strip()
    if words[:1] in ('"', "'"):
        end = words.find(words[0], 1)
        return words[1:end] if end > 0 else ""
    words = words.split(" #")[0].strip()
    if words[:1] in ("[", "{", "|", ">", "!", "&", "*", "#") or words in ("~", "null"):
        return ""
    if words.lower() in _YES | _NO:
        return words.lower() in _YES
    if _NUMBER.fullmatch(words):
        return float(words) if "." in words else int(words)
    return words
