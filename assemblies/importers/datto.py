"""Datto RMM: a component, which is a folder (or a `.cpt`, a zip of one) with `resource.xml`, its command and files."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from xml.etree import ElementTree

from assemblies.documents import Attachment, Document
from assemblies.errors import InvalidDocument
from assemblies.importers.described import described, language_of, script_of, words
from assemblies.importers.place import Place, Taken
from assemblies.scripts.facts import variable

TOOL = "datto"
FACTS = "resource.xml"
_PICTURES = ("icon.png", "icon.jpg", "icon.gif")
_LANGUAGES = {"osx": "bash", "macosx": "bash", "javascript": "javascript", "vbscript": "vbscript"}
_SYSTEMS = {"powershell": ["windows"], "batch": ["windows"]}
_TYPES = {"boolean": "boolean", "selection": "select", "password": "credential", "mask": "credential"}
# What the tool itself takes these codes of an installation for.
_EXIT_CODES = {"1641": "reboot", "3010": "reboot"}
_STREAM = "application/octet-stream"


def find(place: Place) -> Iterator[Taken]:
    """Yield a component for each `resource.xml` that describes one."""
    for name in place.find((FACTS,), b"<component"):
        folder = name[: -len(FACTS)]
        names = [one for one in place.names if one.startswith(folder) and "/" not in one[len(folder) :]]
        if name.rpartition("/")[2] == FACTS:
            yield Taken(folder.rstrip("/") or name, partial(_read, place, name, names), frozenset(names))


def _read(place: Place, name: str, names: list[str]) -> Document:
    facts = _parsed(place.text_of(name))
    general = facts.find("general")
    said = {one.tag: (one.text or "").strip() for one in general} if general is not None else {}
    folder = name[: -len(FACTS)]
    command = next((one for one in names if one[len(folder) :].lower().startswith("command.")), None)
    if command is None:
        raise InvalidDocument("The component has no command file.", field="command")
    word = said.get("installType", "").lower()
    type_name = language_of(_LANGUAGES.get(word, word))
    own = {name, command, *(f"{folder}{picture}" for picture in _PICTURES)}
    uid = said.get("uid", "")
    return described(
        script_of(place, command, place.read(command), type_name),
        aliases=[f"import:{place.source or TOOL}:{uid or command}", *([f"{TOOL}:{uid}"] if uid else [])],
        name=said.get("name") or folder.rstrip("/").rpartition("/")[2],
        summary=said.get("description"),
        category=said.get("category"),
        timeout=said.get("timeout"),
        variables=[_variable(one) for one in facts.iter("variable") if one.findtext("name")],
        files=[_attachment(place, one, one[len(folder) :]) for one in names if one not in own],
        how_to_run={
            "operating_systems": ["macos"] if word in ("osx", "macosx") else _SYSTEMS.get(type_name, []),
            "run_as": "system",
            "exit_codes": _EXIT_CODES if said.get("category") == "applications" else {},
        },
        metadata={TOOL: {key: said[key] for key in ("uid", "version", "installType") if said.get(key)}},
    )


def _parsed(text: bytes) -> ElementTree.Element:
    """The component's element. Entities are refused before anything expands them."""
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise InvalidDocument("A component declares no entities.", field=FACTS)
    try:
        return ElementTree.fromstring(text)  # noqa: S314  # no entity can be declared
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise InvalidDocument(f"This is no XML: {error}.", field=FACTS) from error


def _variable(one: ElementTree.Element) -> dict[str, Any]:
    kind = _TYPES.get((one.findtext("type") or "").strip().lower(), "string")
    default = (one.findtext("defaultVal") or "").strip()
    options = [words(value.text or value.get("name")) for value in one.iter("value")]
    value = default.lower() == "true" if kind == "boolean" else default or None
    return variable(
        words(one.findtext("name")),
        kind,
        default=None if kind == "credential" else value,
        required=None,
        description=words(one.findtext("description")),
        options=[option for option in options if option],
    )


def _attachment(place: Place, path: str, label: str) -> Attachment:
    return Attachment(file_name=label, mime_type=_STREAM, data=place.read(path))
