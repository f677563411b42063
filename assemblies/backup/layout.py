"""Where what lies in a mirror: the same places as in a runtime root, so that a mirror can be read as one."""

from pathlib import Path

from assemblies.databases import BY_ALIAS, DATABASES
from assemblies.payloads.reference import PAYLOAD_FILE_NAME, is_payload_guid, payload_name

MANIFEST = "manifest.json"
DATABASE_FILES = {database.alias: database.file for database in DATABASES}
PAYLOADS = "Assemblies/Payloads"


def payload_file(guid: str) -> str:
    """Return where a payload lies, relative to the mirror. Raises PayloadMissing for a GUID that was never minted."""
    return f"{PAYLOADS}/{payload_name(guid)}"


def find_payload_guid(name: str) -> str | None:
    """Return the GUID of the payload that the file `name` of a mirror holds, or None when it holds none."""
    guid = name.removeprefix(f"{PAYLOADS}/").removesuffix(f"/{PAYLOAD_FILE_NAME}")
    return guid if is_payload_guid(guid) and name == payload_file(guid) else None


def is_file_of_a_mirror(name: str) -> bool:
    return name in DATABASE_FILES.values() or find_payload_guid(name) is not None


def database_in(mirror: Path, alias: str) -> Path:
    return mirror / BY_ALIAS[alias].file
