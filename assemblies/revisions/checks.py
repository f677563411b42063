"""What checks say of a revision: kept, or computed where nobody has looked yet; and what people have accepted."""

import json
from dataclasses import dataclass
from datetime import datetime

from assemblies.checking import Report, Subject, check
from assemblies.domains import AssemblyType
from assemblies.models import AssemblySetting, CheckResult, Content, SettingCategory, Status
from assemblies.payloads import PayloadStore


def subject_of(content: Content, store: PayloadStore) -> Subject | None:
    """Return what there is to check of a revision; None for a graph and for bytes that are no text.

    Raises PayloadMissing, PayloadCorrupt, StorageUnavailable.
    """
    assembly_type = AssemblyType(content.assembly_type)
    if assembly_type is AssemblyType.WORKFLOW or content.payload_is_binary:
        return None
    payload = store.read(content.references[0])
    return Subject.of(assembly_type, payload, content.variables, has_files=bool(content.files))


def get_report(content: Content, store: PayloadStore) -> Report:
    """Return what is kept, else check now, which may take seconds for a script that is made to.

    Raises PayloadMissing, PayloadCorrupt, StorageUnavailable.
    """
    kept = CheckResult.objects.find_report(content.content_hash)
    return check(subject_of(content, store)) if kept is None else kept


@dataclass(frozen=True)
class Suppression:
    """A rule that somebody has accepted for one assembly, and why."""

    rule: str
    reason: str
    updated_by: str
    updated_at: datetime

    @classmethod
    def of(cls, row: AssemblySetting) -> "Suppression":
        return cls(row.key, json.loads(row.value)["reason"], row.updated_by, row.updated_at)


def suppressions_of(guid: str) -> list[Suppression]:
    """Return what is suppressed for an assembly, by the names of the rules; one query."""
    rows = AssemblySetting.objects.filter(
        assembly_id=guid, category=SettingCategory.SUPPRESSED_CHECK, status=Status.ACTIVE
    ).order_by("key")
    return [Suppression.of(row) for row in rows]
