"""The identity of an assembly: 32 or 40 hexadecimal digits, or a UUID with hyphens, in lower case."""

import re

from assemblies.errors import InvalidGuid

_GUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


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
