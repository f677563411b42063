"""Which kind and language a document is of: its type decides, then what it says of its kind, then what it holds.

Folder names never decide.
"""

import re
from typing import Any

from assemblies.documents.decoding import step
from assemblies.documents.playbooks import PLAYBOOK_KEYS
from assemblies.documents.shapes import SCRIPT_KEYS, Shape
from assemblies.domains import AssemblyType, Kind
from assemblies.errors import InvalidDocument, InvalidField

_TYPES = {
    "powershell": AssemblyType.POWERSHELL,
    "pwsh": AssemblyType.POWERSHELL,
    "ps1": AssemblyType.POWERSHELL,
    "batch": AssemblyType.BATCH,
    "bat": AssemblyType.BATCH,
    "cmd": AssemblyType.BATCH,
    "bash": AssemblyType.BASH,
    "shell": AssemblyType.BASH,
    "sh": AssemblyType.BASH,
    "python": AssemblyType.PYTHON,
    "py": AssemblyType.PYTHON,
    "ansible": AssemblyType.ANSIBLE,
    "playbook": AssemblyType.ANSIBLE,
    "workflow": AssemblyType.WORKFLOW,
}
_KIND_WORDS = {
    "script": Kind.SCRIPT,
    "application": Kind.SCRIPT,
    "ansible": Kind.ANSIBLE,
    "playbook": Kind.ANSIBLE,
    "workflow": Kind.WORKFLOW,
}
_LANGUAGELESS = {"script", "application"}
_TYPE_KEYS = ("type", "assembly_subtype", "assembly_type")
_OUTER_TYPE_KEYS = ("assembly_subtype", "assembly_type", "type")
_SHEBANG = re.compile(rb"#!.*?(python|pwsh|sh\b)")


def find_assembly_type(word: str) -> AssemblyType | None:
    """The language a type word names, in any letter case; `shell` is bash."""
    return _TYPES.get(word.strip().lower()) if word.isascii() else None


def get_assembly_type(type_name: str) -> AssemblyType:
    """The language of a type word that has been read. Raises InvalidField."""
    return _TYPES[normalise_type(type_name).strip().lower()]


def normalise_type(value: object, field: str = "type") -> str:
    """The type word as written, once it is known to name a language."""
    if isinstance(value, str) and find_assembly_type(value):
        return value
    known = ", ".join(str(member.value) for member in AssemblyType)
    raise InvalidField(f"This type is not known; it must be one of: {known}.", field=field)


def find_type_name(shape: Shape) -> str | None:
    """The type word of a document as written, or None where only its content can tell. Raises InvalidField."""
    named = _kind_words(shape)
    for word, field in _type_words(shape):
        if word.strip().lower() in _LANGUAGELESS:
            named.append(Kind.SCRIPT)
        else:
            return normalise_type(word, field)
    kind = named[0] if named else _kind_of_content(shape)
    return None if kind is Kind.SCRIPT else str(kind.value)


def guess_script_type(script: bytes) -> str:
    """The language of a script that nobody named: its first line, or PowerShell, as the product always assumed."""
    line = script.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].split(b"\n")[0].lower()
    if match := _SHEBANG.match(line):
        return {b"python": "python", b"pwsh": "powershell"}.get(match[1], "bash")
    return "batch" if line.startswith((b"@echo", b"echo off", b"rem ")) else "powershell"


def _type_words(shape: Shape) -> list[tuple[str, str]]:
    words = [(shape.inner.get(key), step(shape.prefix, key)) for key in _TYPE_KEYS]
    words += [(shape.outer.get(key), key) for key in _OUTER_TYPE_KEYS]
    return [(_word(word, field), field) for word, field in words if word is not None]


def _kind_words(shape: Shape) -> list[Kind]:
    spots = [(shape.inner, shape.prefix), (shape.outer, "")]
    named = [(mapping.get(key), step(prefix, key)) for mapping, prefix in spots for key in ("assembly_kind", "kind")]
    return [_kind(value, field) for value, field in named if value is not None]


def _kind(value: Any, field: str) -> Kind:
    kind = _KIND_WORDS.get(_word(value, field).strip().lower())
    if kind is None:
        raise InvalidField("This kind is not known; it must be script, workflow or ansible.", field=field)
    return kind


def _word(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise InvalidField("This must be text.", field=field)
    return value


def _kind_of_content(shape: Shape) -> Kind:
    given = {key for key, value in shape.inner.items() if value is not None}
    if {"nodes", "edges"} <= given or "workflow" in given:
        return Kind.WORKFLOW
    if given.intersection(SCRIPT_KEYS):
        return Kind.SCRIPT
    if given.intersection(PLAYBOOK_KEYS):
        return Kind.ANSIBLE
    message = "The document holds no script, no workflow (nodes and edges) and no playbook."
    raise InvalidDocument(message, field=step(shape.prefix, "script"))
