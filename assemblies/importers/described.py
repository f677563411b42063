"""A script with what its tool says of it: what the tool says is believed, the rest is read from the script.

Texts are cut to the limits of their fields and what no field takes is left out, as with everything that is guessed:
the words of another tool never cost anyone the script.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from assemblies.documents import RUN_FIELDS, Attachment, Document, document_flags
from assemblies.documents.fields import (
    MAX_CATEGORY_LENGTH,
    MAX_NAME_LENGTH,
    MAX_SUMMARY_LENGTH,
    normalise_category,
    normalise_metadata,
    normalise_name,
    normalise_summary,
    normalise_tags,
    normalise_timeout,
)
from assemblies.documents.run_fields import with_run_fields
from assemblies.errors import InvalidDocument
from assemblies.importers.place import Place
from assemblies.scripts import find_script_type, read_plain_script, tried, usable_variables

ENDINGS = {"powershell": ".ps1", "batch": ".bat", "bash": ".sh", "python": ".py", "ansible": ".yml"}
LANGUAGES = {
    "powershell": "powershell", "pwsh": "powershell", "ps1": "powershell", "cmd": "batch", "batch": "batch",
    "bat": "batch", "shell": "bash", "bash": "bash", "sh": "bash", "unix": "bash", "python": "python", "py": "python",
    "python3": "python",
}  # fmt: skip
SYSTEMS = {"windows": "windows", "linux": "linux", "darwin": "macos", "macos": "macos"}


def language_of(word: object) -> str:
    """The type word for another tool's name of a language. Raises InvalidDocument for one that is not run here."""
    language = LANGUAGES.get(str(word).strip().lower())
    if language is None:
        raise InvalidDocument(f"The library runs no {str(word)[:40] or 'script without a language'}.", field="type")
    return language


def script_of(place: Place, path: str, content: bytes, type_name: str) -> Document:
    """The document that a script is by itself, in the language that its tool names. Raises as a plain script does."""
    name = path if find_script_type(path, content) == type_name else f"{path}{ENDINGS[type_name]}"
    return read_plain_script(name, content, source=place.source, max_bytes=place.max_bytes)


def described(
    document: Document,
    *,
    aliases: Iterable[str],
    name: object = "",
    summary: object = "",
    category: object = "",
    timeout: object = None,
    variables: list[dict[str, Any]] | None = None,
    tags: object = None,
    how_to_run: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    files: list[Attachment] | None = None,
) -> Document:
    """The document with what a tool says of it; None and empty are what the tool does not say."""
    said = replace(
        document,
        display_name=tried(normalise_name, words(name)[:MAX_NAME_LENGTH], document.display_name),
        summary=tried(normalise_summary, str(summary or "")[:MAX_SUMMARY_LENGTH], "") or document.summary,
        category=tried(
            lambda word: normalise_category(word, kind=document.kind),
            words(category)[:MAX_CATEGORY_LENGTH] or None,
            document.category,
        ),
        timeout_seconds=tried(normalise_timeout, seconds(timeout), 0) or document.timeout_seconds,
        variables=usable_variables(variables) if variables else document.variables,
        tags=tried(normalise_tags, tags, []),
        extra=with_run_fields(document.extra, _understood(how_to_run or {})),
        metadata=tried(normalise_metadata, {key: value for key, value in (metadata or {}).items() if value}, {}),
        files=files or [],
        aliases=tuple(aliases),
        is_described=True,
    )
    return replace(said, flags=document_flags(said))


def words(value: object) -> str:
    """Text on one line."""
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def seconds(value: object) -> int | None:
    """Whole seconds, also of digits in text."""
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value.strip()[:12])
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def systems_of(value: object) -> list[str]:
    """The operating systems of a list of another tool's words."""
    found = {SYSTEMS.get(str(word).lower(), "") for word in value} if isinstance(value, list) else set()
    return sorted(found - {""})


def _understood(fields: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: tried(partial(RUN_FIELDS[name], field=name), value, None) for name, value in fields.items()}
    return {name: value for name, value in kept.items() if value}
