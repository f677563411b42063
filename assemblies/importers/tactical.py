"""Tactical RMM: the index of a catalogue next to its script files, and the script objects of its API."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from assemblies.documents import Document
from assemblies.errors import InvalidDocument
from assemblies.importers.described import described, language_of, script_of, systems_of, words
from assemblies.importers.place import Place, Taken

TOOL = "tactical"
SCRIPTS_FOLDER = "scripts/"
# `-Name value`, `-Name {{place.field}}` and `name=value`; anything else is an argument by its place.
_NAMED = re.compile(r"(?:--?([A-Za-z_]\w{0,63})(?:\s+|=)|([A-Za-z_]\w{0,63})=)(.*)", re.S)
_PLACEHOLDER = "{{"


def find(place: Place) -> Iterator[Taken]:
    """Yield the scripts of every index and of every file of script objects."""
    for name in place.find((".json",), b'"shell"'):
        value = place.value_of(name)
        entries = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
        if entries and all("shell" in one and ("filename" in one or "script_body" in one) for one in entries):
            for entry in entries:
                yield _of_file(place, name, entry) if "script_body" not in entry else _of_api(place, name, entry)


def _of_file(place: Place, index: str, entry: dict[str, Any]) -> Taken:
    file_name = words(entry["filename"])
    path = place.next_to(index, f"{SCRIPTS_FOLDER}{file_name}") or place.next_to(index, file_name)
    taken = frozenset({index, *([path] if path else [])})
    return Taken(path or f"{index} › {file_name}", partial(_read_file, place, path, entry), taken)


def _of_api(place: Place, name: str, entry: dict[str, Any]) -> Taken:
    return Taken(f"{name} › {words(entry.get('name'))}", partial(_read_body, place, entry), frozenset({name}))


def _read_file(place: Place, path: str | None, entry: dict[str, Any]) -> Document:
    if path is None:
        raise InvalidDocument("The script that the index names is not there.", field="filename")
    return _document(place, path, place.read(path), entry)


def _read_body(place: Place, entry: dict[str, Any]) -> Document:
    if not isinstance(entry["script_body"], str):
        raise InvalidDocument("The script must be text.", field="script_body")
    return _document(place, words(entry.get("name")) or "script", entry["script_body"].encode(), entry)


def _document(place: Place, path: str, content: bytes, entry: dict[str, Any]) -> Document:
    document = script_of(place, path, content, language_of(entry["shell"]))
    arguments, environment = _texts(entry.get("args")), _texts(entry.get("env") or entry.get("env_vars"))
    return described(
        document,
        aliases=_aliases(place, path, entry),
        name=entry.get("name"),
        summary=entry.get("description"),
        category=entry.get("category"),
        timeout=entry.get("default_timeout"),
        variables=_variables(document.variables, arguments, environment),
        how_to_run={
            "operating_systems": systems_of(entry.get("supported_platforms")),
            "run_as": "user" if entry.get("run_as_user") is True else "",
        },
        metadata={TOOL: _kept(entry, arguments, environment)},
    )


def _aliases(place: Place, path: str, entry: dict[str, Any]) -> list[str]:
    """The file's own name, and the tool's GUID as it is: malformed ones are names as good as others."""
    guid = words(entry.get("guid"))
    return [f"import:{place.source or TOOL}:{path}", *([f"{TOOL}:{guid}"] if guid else [])]


def _variables(known: list[dict[str, Any]], arguments: list[str], environment: list[str]) -> list[dict[str, Any]]:
    """The script's own variables with what the tool passes as their defaults, and those it sets in the environment."""
    found = {one["name"].lower(): dict(one) for one in known}
    for argument in arguments:
        if (match := _NAMED.fullmatch(argument.strip())) is not None:
            name = match[1] or match[2]
            _tell(found.setdefault(name.lower(), {"name": name, "type": "string"}), match[3].strip("\"' "))
    for pair in environment:
        name, _equals, value = pair.partition("=")
        _tell(found.setdefault(name.strip().lower(), {"name": name.strip(), "type": "string"}), value)
    return list(found.values())


def _tell(variable: dict[str, Any], value: str) -> None:
    """Give a variable its value as default, or say which of the tool's fields fills it in."""
    if _PLACEHOLDER in value:
        variable["description"] = f"{variable.get('description', '')} Tactical RMM: {value}".strip()
    elif value and variable["type"] == "string":
        variable["default"] = value


def _kept(entry: dict[str, Any], arguments: list[str], environment: list[str]) -> dict[str, Any]:
    facts = {"args": arguments, "env": environment, "syntax": entry.get("syntax"), "guid": entry.get("guid")}
    return {key: value for key, value in facts.items() if value}


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
