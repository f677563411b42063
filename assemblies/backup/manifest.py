"""What is in a mirror: where each file is, its SHA-256, and where journal and audit ended when it was made."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from assemblies.databases import BY_ALIAS, DATABASES
from assemblies.documents import parse_json, readable_json
from assemblies.durable_files import sha256_of
from assemblies.errors import Refusal, RestoreRefused
from assemblies.inspection.verify import Finding
from assemblies.payloads import PayloadReference
from assemblies.payloads.reference import PAYLOAD_FILE_NAME, is_payload_guid, payload_name
from assemblies.progress import Track, untracked

FORMAT = 1
MAX_BYTES = 1024**3
HEAD_QUERY = (
    "SELECT head.journal_id, head.sequence, head.hash, COALESCE(audit.sequence, 0), COALESCE(audit.hash, '') "
    "FROM assemblies_journalhead AS head LEFT JOIN devmode_audithead AS audit ON audit.id = 1 WHERE head.id = 1"
)
# A mirror has the places of a runtime root, so that it can be read as one.
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


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    sha256: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class LibraryHead:
    """Where a library stands: two that stand at the same place hold the same."""

    journal_id: str
    sequence: int
    hash: str
    audit_sequence: int
    audit_hash: str

    @classmethod
    def of_row(cls, row: tuple[str, int, str, int, str]) -> Self:
        """Build it from the one row of HEAD_QUERY."""
        return cls(journal_id=row[0], sequence=row[1], hash=row[2], audit_sequence=row[3], audit_hash=row[4])


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`files` maps paths relative to the mirror; `faults` are what was found wrong with the copy."""

    made_at: str
    tool_version: str
    head: LibraryHead
    files: Mapping[str, FileFacts]
    faults: list[dict[str, str]]

    @property
    def has_databases(self) -> bool:
        """False for a mirror of the payloads alone."""
        return any(name in self.files for name in DATABASE_FILES.values())

    @property
    def aliases(self) -> list[str]:
        """The databases that were mirrored."""
        return [alias for alias, name in DATABASE_FILES.items() if name in self.files]

    @property
    def payloads(self) -> list[PayloadReference]:
        named = ((find_payload_guid(name), facts) for name, facts in self.files.items())
        return [PayloadReference(guid, facts.sha256, facts.size_bytes) for guid, facts in named if guid]

    def to_json(self) -> bytes:
        return readable_json({"format": FORMAT, **asdict(self)})


def read_manifest(mirror: Path) -> Manifest:
    """Read a mirror's manifest. Raises RestoreRefused when there is none that this version understands."""
    try:
        facts = parse_json((mirror / MANIFEST).read_bytes(), max_bytes=MAX_BYTES)
        version = facts["format"]
        if version == FORMAT:
            return _manifest(facts)
    except (OSError, Refusal, AttributeError, KeyError, TypeError, ValueError) as error:
        raise RestoreRefused(f"The mirror's {MANIFEST} is missing or cannot be read; nothing was changed.") from error
    raise RestoreRefused(
        f"The mirror has format {json.dumps(version)}, and this version reads format {FORMAT}. Restore it with the "
        "version that made it; nothing was changed."
    )


def _manifest(facts: dict[str, Any]) -> Manifest:
    return Manifest(
        made_at=str(facts["made_at"]),
        tool_version=str(facts["tool_version"]),
        head=LibraryHead(**facts["head"]),
        files={name: FileFacts(**file) for name, file in facts["files"].items()},
        faults=list(facts["faults"]),
    )


def find_differences(mirror: Path, manifest: Manifest, track: Track = untracked) -> Iterator[Finding]:
    """Yield each file that is missing, is not what the manifest says, or has no place in a mirror."""
    if manifest.has_databases:
        for database in DATABASES:
            if database.is_in_every_mirror and database.file not in manifest.files:
                yield Finding("unlisted", database.file, "the manifest does not name it")
    for name, facts in track(manifest.files.items(), "Verifying the mirror", len(manifest.files)):
        if not is_file_of_a_mirror(name):
            yield Finding("unknown", name, "it has no place in a mirror")
        elif not (mirror / name).is_file():
            yield Finding("missing", name, "it is not there")
        elif (mirror / name).stat().st_size != facts.size_bytes or sha256_of(mirror / name) != facts.sha256:
            yield Finding("altered", name, "its content is not what was mirrored")
