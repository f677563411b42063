"""What checks say of a revision: kept, or computed where nobody has looked yet; and what people have accepted."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from assemblies.checking import Report, Subject, check, check_many
from assemblies.domains import AssemblyType
from assemblies.errors import Failure
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


def find_report(content: Content, store: PayloadStore) -> Report | None:
    """Return what is kept, else check now; None of a long script, for which the background has the time.

    Raises PayloadMissing, PayloadCorrupt, StorageUnavailable.
    """
    kept = CheckResult.objects.find_report(content.content_hash)
    if kept is not None:
        return kept
    subject = subject_of(content, store)
    return check(subject) if subject is None or subject.is_short else None


def get_reports(contents: Iterable[Content], store: PayloadStore) -> Mapping[str, Report]:
    """Return by content hash what is kept, else what a check says now; nothing of payloads that cannot be read.

    One query, however many there are.
    """
    by_hash = {content.content_hash: content for content in contents}
    found = dict(CheckResult.objects.find_reports(list(by_hash)))
    subjects: dict[str, Subject | None] = {}
    for key, content in by_hash.items():
        if key not in found:
            with suppress(Failure):
                subjects[key] = subject_of(content, store)
    return found | dict(zip(subjects, check_many(list(subjects.values())), strict=True))


def get_new_report(before: Content | None, after: Content, store: PayloadStore) -> Report:
    """Return what the checks say of a revision and not of an earlier one; nothing where a payload cannot be read."""
    reports = get_reports([after] if before is None else [before, after], store)
    earlier = Report() if before is None else reports.get(before.content_hash)
    later = reports.get(after.content_hash)
    return Report() if earlier is None or later is None else later.new_since(earlier)


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
