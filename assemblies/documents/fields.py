"""The rules of single fields: bounds, defaults, and what is refused.

Each function returns the value as it is kept and raises InvalidField naming the field. They serve documents and
request bodies alike, so they check text and numbers as strictly as the decoder does.
"""

import re
import unicodedata
from typing import Any

from assemblies.documents.decoding import check_value, step
from assemblies.documents.hidden_characters import HIDDEN
from assemblies.documents.shapes import SOURCE_KEYS
from assemblies.domains import Kind
from assemblies.errors import InvalidField, InvalidGuid

MAX_NAME_LENGTH = 255
MAX_SUMMARY_LENGTH = 10_000
MAX_CATEGORY_LENGTH = 64
MAX_VERSION_LENGTH = 64
MAX_TAG_LENGTH = 64
MAX_TAGS = 100
MAX_TIMEOUT_SECONDS = 2**31 - 1
DEFAULT_TIMEOUT_SECONDS = 3600
DEFAULT_VERSION = 1
# The identity of an assembly: 32 or 40 hexadecimal digits, or a UUID with hyphens, in lower case.
_GUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LINE_BREAKING = {"Cc", "Zl", "Zp"}


def default_category(kind: Kind) -> str:
    """The category of a document that names none: what the legacy shape calls it."""
    return "workflow" if kind is Kind.WORKFLOW else "script"


def default_sites() -> dict[str, Any]:
    return {"mode": "all", "values": []}


def text(value: object, field: str, limit: int) -> str:
    """Text of at most `limit` characters."""
    if value is None:
        raise InvalidField("This is missing; it must be text.", field=field)
    if not isinstance(value, str):
        raise InvalidField("This must be text.", field=field)
    check_value(value, field)
    if len(value) > limit:
        raise InvalidField(f"This is longer than {limit} characters.", field=field)
    return value


def line(value: object, field: str, limit: int) -> str:
    """Text that stays on one line and of which something can be seen."""
    checked = text(value, field, limit)
    if not HIDDEN.sub("", checked).strip():
        raise InvalidField("This must not be blank.", field=field)
    if has_control_characters(checked):
        raise InvalidField("This must not contain control characters or line breaks.", field=field)
    return checked


def has_control_characters(value: str) -> bool:
    # What is printable has none; most text is, and that is one call.
    return not value.isprintable() and any(unicodedata.category(character) in _LINE_BREAKING for character in value)


def normalise_name(value: object, field: str = "name") -> str:
    """One line without blanks around it, which nobody sees and no search expects."""
    return line(value, field, MAX_NAME_LENGTH).strip()


def normalise_summary(value: object, field: str = "summary") -> str:
    return "" if value is None else text(value, field, MAX_SUMMARY_LENGTH)


def normalise_category(value: object, field: str = "category", *, kind: Kind) -> str:
    if value is None:
        return default_category(kind)
    return line(value, field, MAX_CATEGORY_LENGTH) if value != "" else ""


def normalise_version(value: object, field: str = "version") -> int | float | str:
    """A number or a short text, as written; 1 where there is none."""
    if value is None:
        return DEFAULT_VERSION
    if isinstance(value, str):
        return line(value, field, MAX_VERSION_LENGTH)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidField("This must be a number or a short text.", field=field)
    check_value(value, field)
    return value


def normalise_timeout(value: object, field: str = "timeout_seconds") -> int:
    if value is None:
        return DEFAULT_TIMEOUT_SECONDS
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_TIMEOUT_SECONDS:
        raise InvalidField(f"This must be a whole number from 0 to {MAX_TIMEOUT_SECONDS}.", field=field)
    return value


def normalise_sites(value: object, field: str = "sites") -> dict[str, Any]:
    """Where an assembly may be used: `all`, or `specific` sites by name. Sites named without a mode are meant."""
    if value is None or value == {}:
        return default_sites()
    if not isinstance(value, dict):
        raise InvalidField('This must be an object such as {"mode": "all", "values": []}.', field=field)
    sites = _object(value, field)
    unsaid = "specific" if sites.get("values") else "all"
    mode = unsaid if sites.get("mode") is None else sites["mode"]
    if mode not in ("all", "specific"):
        raise InvalidField('This must be "all" or "specific".', field=step(field, "mode"))
    values = [] if sites.get("values") is None else sites["values"]
    if not isinstance(values, list):
        raise InvalidField("This must be a list.", field=step(field, "values"))
    for index, site in enumerate(values):
        text(site, step(step(field, "values"), index), MAX_NAME_LENGTH)
    return sites | {"mode": mode, "values": values}


def normalise_tags(value: object, field: str = "tags") -> list[Any] | dict[str, Any]:
    """A list of short texts, or an object as older documents have it; empty is the empty list."""
    if value is None or value == {} or value == []:
        return []
    if isinstance(value, dict):
        return _object(value, field)
    if not isinstance(value, list):
        raise InvalidField('This must be a list such as ["linux", "disk"], or an object.', field=field)
    if len(value) > MAX_TAGS:
        raise InvalidField(f"There are more than {MAX_TAGS} tags.", field=field)
    return [line(tag, step(field, index), MAX_TAG_LENGTH) for index, tag in enumerate(value)]


def normalise_metadata(value: object, field: str = "metadata") -> dict[str, Any]:
    if value is None:
        return {}
    metadata = _object(value, field)
    for key in SOURCE_KEYS:
        if metadata.get(key) is not None:
            text(metadata[key], step(field, key), MAX_SUMMARY_LENGTH)
    return metadata


def _object(value: object, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidField("This must be an object.", field=field)
    check_value(value, field)
    return value


def normalise_guid(text: object) -> str:
    """The GUID in lower case without the space around it. 32 digits with and without hyphens are two GUIDs.

    Raises InvalidGuid.
    """
    if not isinstance(text, str):
        raise InvalidGuid(field="assembly_guid")
    guid = text.strip(" \t\r\n").lower()
    # `lower()` folds a few characters of other scripts into ASCII letters (the Kelvin sign is one).
    if not text.isascii() or not _GUID.fullmatch(guid):
        raise InvalidGuid(field="assembly_guid")
    return guid
