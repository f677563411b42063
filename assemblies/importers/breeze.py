"""Breeze: a bundle, one JSON object with a version and a list of scripts."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from assemblies.documents import Document
from assemblies.domains import ExitMeaning
from assemblies.errors import InvalidDocument
from assemblies.importers.described import described, language_of, script_of, systems_of, words
from assemblies.importers.place import Place, Taken
from assemblies.scripts.facts import variable

TOOL = "breeze"
BUNDLE_VERSION = 1
_TYPES = {"number": "number", "boolean": "boolean", "select": "select"}
_ACCOUNTS = {"user": "user", "system": "system", "elevated": "system"}
_MEANINGS = {"info": ExitMeaning.SUCCESS, "low": ExitMeaning.WARNING, "warning": ExitMeaning.WARNING}


def find(place: Place) -> Iterator[Taken]:
    """Yield the scripts of every bundle."""
    for name in place.find((".json",), b'"bundleVersion"'):
        value = place.value_of(name)
        if isinstance(value, dict) and isinstance(value.get("scripts"), list):
            for number, entry in enumerate(value["scripts"], start=1):
                script = entry if isinstance(entry, dict) else {}
                title = words(script.get("name")) or f"script {number}"
                read = partial(_read, place, value["bundleVersion"], script)
                yield Taken(f"{name} › {title}", read, frozenset({name}))


def _read(place: Place, version: object, entry: dict[str, Any]) -> Document:
    if version != BUNDLE_VERSION:
        raise InvalidDocument(f"Bundles of version {BUNDLE_VERSION} are read, and this is none.", field="bundleVersion")
    if not isinstance(entry.get("content"), str):
        raise InvalidDocument("The script must be text.", field="content")
    name = words(entry.get("name")) or "script"
    document = script_of(place, name, entry["content"].encode(), language_of(entry.get("language")))
    return described(
        document,
        # A bundle has no identifiers: a script is known by its name, as Breeze itself knows it.
        aliases=[f"import:{place.source or TOOL}:{name}"],
        name=name,
        summary=entry.get("description"),
        category=entry.get("category"),
        timeout=entry.get("timeoutSeconds"),
        tags=entry.get("tags"),
        variables=[one for given in _list(entry.get("parameters")) if (one := _variable(given))],
        how_to_run={
            "operating_systems": systems_of(entry.get("osTypes")),
            "run_as": _ACCOUNTS.get(words(entry.get("runAs")), ""),
            "exit_codes": _exit_codes(entry.get("exitCodeSeverityMapping")),
        },
    )


def _variable(given: Any) -> dict[str, Any] | None:
    """A parameter; a secret's value is a credential, and a choice has its words between commas."""
    if not isinstance(given, dict) or not words(given.get("name")):
        return None
    is_secret = given.get("source") == "tenantSecret"
    kind = "credential" if is_secret else _TYPES.get(words(given.get("type")), "string")
    options = [word.strip() for word in str(given.get("options") or "").split(",") if word.strip()]
    default = given.get("defaultValue")
    return variable(
        words(given["name"]),
        kind,
        default=None if is_secret or default == "" else default,
        required=given.get("required") is True,
        description=_filled_by(given),
        options=options if kind == "select" else [],
    )


def _filled_by(given: dict[str, Any]) -> str:
    key = next((words(given[name]) for name in ("variableKey", "fieldKey", "builtinKey") if given.get(name)), "")
    return f"Breeze: {words(given.get('source'))} {key}" if key else ""


def _exit_codes(mapping: Any) -> dict[str, str]:
    if not isinstance(mapping, dict):
        return {}
    return {
        str(code): str(_MEANINGS.get(words(severity), ExitMeaning.FAILURE) if severity else ExitMeaning.SUCCESS)
        for code, severity in mapping.items()
    }


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
