"""A plain script as a document: its language by its ending or `#!` line, the rest by what it says of itself.

The bytes are the payload as they are. What a reader finds is guessed: it is cut to the limits of its field, and what a
field does not take is left out, so that words in a comment never cost anyone the script.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from assemblies.documents import (
    Document,
    check_script_size,
    decode_text,
    default_category,
    document_flags,
    get_assembly_type,
    normalise_name,
    normalise_summary,
    normalise_timeout,
    normalise_variables,
)
from assemblies.documents.fields import DEFAULT_TIMEOUT_SECONDS, MAX_NAME_LENGTH, MAX_SUMMARY_LENGTH
from assemblies.documents.run_fields import with_run_fields
from assemblies.documents.stand_ins import EMPTY_WORDS, check_script
from assemblies.domains import AssemblyType
from assemblies.errors import InvalidDocument, NotAnAssembly, Refusal
from assemblies.scripts.batch import read_batch
from assemblies.scripts.facts import ScriptFacts, once_each
from assemblies.scripts.playbook import is_playbook, read_playbook_file
from assemblies.scripts.powershell import read_powershell
from assemblies.scripts.python import read_python
from assemblies.scripts.shell import read_shell

HASHBANG = b"#!"
# Two people may each send an install.sh, or a scripts.zip with one: without a source, bytes alone tell.
UNNAMED_SOURCE = "upload"
# What a script says of itself stands near its beginning; the rest is not read for it.
MAX_READ_CHARACTERS = 256 * 1024
MAX_VARIABLES = 200
MAX_DESCRIPTION_LENGTH = 2000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_INTERPRETER = re.compile(
    rb"#![ \t]*(?:\S*/)?(?:env[ \t]+(?:-\S+[ \t]+)*)?(?:\S*/)?"
    rb"(python|pwsh|powershell|(?:ba|da|k|z|a)?sh)[\d.]*(?=[ \t\r\n]|\Z)"
)
_SUFFIX_TYPES = {
    "ps1": "powershell", "psm1": "powershell", "bat": "batch", "cmd": "batch", "sh": "bash", "bash": "bash",
    "py": "python", "yml": "ansible", "yaml": "ansible",
}  # fmt: skip
_READERS: dict[AssemblyType, Callable[[str], ScriptFacts]] = {
    AssemblyType.POWERSHELL: read_powershell,
    AssemblyType.BATCH: read_batch,
    AssemblyType.BASH: read_shell,
    AssemblyType.PYTHON: read_python,
    AssemblyType.ANSIBLE: read_playbook_file,
}
_FOLDER_SYSTEMS = {
    "windows": "windows", "win": "windows", "linux": "linux", "macos": "macos", "mac": "macos", "osx": "macos",
    "darwin": "macos",
}  # fmt: skip
_WORD = re.compile(r"[a-z]+")
_BETWEEN_WORDS = re.compile(r"[\s_]+|(?<=[a-z])-(?=[a-z])")


def has_script_suffix(name: str) -> bool:
    """Say whether a file's name ends as a script's or playbook's does."""
    return _suffix(name) in _SUFFIX_TYPES


def find_script_type(name: str, content: bytes) -> str | None:
    """The type word of a plain script, or None for a file that is none; the ending decides before the `#!` line."""
    if has_script_suffix(name):
        return _SUFFIX_TYPES[_suffix(name)]
    match = _INTERPRETER.match(content.removeprefix(_BYTE_ORDER_MARK)[:200])
    if match is None:
        return None
    return {b"python": "python", b"pwsh": "powershell", b"powershell": "powershell"}.get(match[1], "bash")


def read_plain_script(name: str, content: bytes, *, source: str, max_bytes: int) -> Document:
    """The document of a file called `name`, with `/` between folders, in `source`, if that is known; no GUID yet.

    Raises DocumentTooLarge, InvalidDocument, and NotAnAssembly for YAML without a play and files of no known language.
    """
    check_script_size(content, max_bytes)
    _check_content(name, content)
    type_name = find_script_type(name, content)
    text = decode_text(content)
    if type_name is None:
        raise NotAnAssembly("This names no interpreter that the library runs.", field="document")
    if type_name == "ansible" and not is_playbook((text or "")[:MAX_READ_CHARACTERS]):
        raise NotAnAssembly("This YAML holds no play with hosts, so it is no playbook.", field="document")
    if text is None:
        raise InvalidDocument("This is not UTF-8 text; save it as UTF-8.", field="document")
    assembly_type = get_assembly_type(type_name)
    facts = _READERS[assembly_type](text.removeprefix("\ufeff")[:MAX_READ_CHARACTERS])
    how_to_run = {
        "operating_systems": list(_systems_of(name, facts, assembly_type)),
        "minimum_version": facts.minimum_version,
    }
    document = Document(
        guid=None,
        display_name=_name(facts.name, name),
        type_name=type_name,
        payload=content,
        category=default_category(assembly_type.kind),
        summary=tried(normalise_summary, facts.summary[:MAX_SUMMARY_LENGTH], ""),
        timeout_seconds=tried(
            normalise_timeout, facts.timeout_seconds or DEFAULT_TIMEOUT_SECONDS, DEFAULT_TIMEOUT_SECONDS
        ),
        variables=usable_variables(facts.variables),
        extra=with_run_fields({}, how_to_run),
        aliases=(_alias(source, name, content),),
    )
    return replace(document, flags=document_flags(document))


def _alias(source: str, name: str, content: bytes) -> str:
    if source:
        return f"import:{source}:{name}"
    return f"import:{UNNAMED_SOURCE}:{hashlib.sha256(content).hexdigest()}"


def _check_content(name: str, content: bytes) -> None:
    """Refuse by its name what only stands for a script."""
    if not content.strip():
        raise InvalidDocument(f"This {EMPTY_WORDS}", field="document")
    check_script(content, "document")


def _suffix(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[2].lower() if "." in name.rpartition("/")[2][1:] else ""


def _name(told: str, path: str) -> str:
    base = path.rpartition("/")[2]
    stem = base.rpartition(".")[0] if has_script_suffix(base) else base
    guesses = [told[:MAX_NAME_LENGTH], _BETWEEN_WORDS.sub(" ", stem).strip()[:MAX_NAME_LENGTH], stem[:MAX_NAME_LENGTH]]
    return next((name for guess in guesses if (name := tried(normalise_name, guess, ""))), "Script")


def _systems_of(path: str, facts: ScriptFacts, assembly_type: AssemblyType) -> tuple[str, ...]:
    """The system that a folder is named after, else those the script speaks of, else the one whose language this is."""
    words = {word for folder in path.lower().split("/")[:-1] for word in _WORD.findall(folder)}
    named = tuple(dict.fromkeys(system for word, system in _FOLDER_SYSTEMS.items() if word in words))
    return named or facts.operating_systems or (("linux",) if assembly_type is AssemblyType.BASH else ())


def usable_variables(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the variables that the library can keep, cut to its limits, each name once."""
    cut = [one | _cut(one) for one in once_each(found)[:MAX_VARIABLES]]
    return [kept[0] for one in cut if (kept := tried(normalise_variables, [one], []))]


def _cut(one: dict[str, Any]) -> dict[str, Any]:
    limits = {"label": MAX_NAME_LENGTH, "description": MAX_DESCRIPTION_LENGTH}
    return {key: one[key][:limit] for key, limit in limits.items() if key in one}


def tried(normalise: Callable[[Any], Any], guess: Any, otherwise: Any) -> Any:
    """Return a guess as its field keeps it, or `otherwise` where the field refuses it."""
    try:
        return normalise(guess)
    except Refusal:
        return otherwise
