"""What people said of an assembly: settings that hold, and the newest notes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from assemblies.catalogue import CatalogueEntry, Snapshot
from assemblies.models import AssemblyNote, AssemblySetting, SettingCategory, Status
from assemblies.revisions.checks import Suppression

NOTES_SHOWN = 5
# What the star of the page says, and its checks.
SAID_ELSEWHERE = {SettingCategory.FAVOURITE, SettingCategory.SUPPRESSED_CHECK}


@dataclass(frozen=True)
class Setting:
    """One setting; `value` as people read it, empty where that it is set says all."""

    category: SettingCategory
    key: str
    value: str
    updated_by: str

    @property
    def label(self) -> Any:
        return self.category.label


@dataclass(frozen=True)
class Said:
    """Whether it is a favourite of who reads, approved, deprecated or replaced; and all of it, as it was set.

    `suppressed` are the rules of checks that somebody accepted.
    """

    is_favourite: bool = False
    approved: list[str] = field(default_factory=list)
    is_deprecated: bool = False
    replaced_by: CatalogueEntry | None = None
    settings: list[Setting] = field(default_factory=list)
    suppressed: list[Suppression] = field(default_factory=list)


def said_of(entry: CatalogueEntry, reader: str, snapshot: Snapshot) -> Said:
    """Return what the active settings say; one query."""
    rows = list(AssemblySetting.objects.filter(assembly_id=entry.guid, status=Status.ACTIVE))
    said: dict[str, dict[str, Any]] = {}
    for row in rows:
        said.setdefault(row.category, {})[row.key] = json.loads(row.value)
    successors = [guid for guid in said.get(SettingCategory.REPLACED_BY, {}).values() if isinstance(guid, str)]
    return Said(
        is_favourite=reader in said.get(SettingCategory.FAVOURITE, {}),
        approved=sorted(said.get(SettingCategory.APPROVED, {})),
        is_deprecated=SettingCategory.DEPRECATED in said,
        replaced_by=snapshot.find_live(successors[0]) if successors else None,
        settings=list(_settings(rows, snapshot)),
        suppressed=[Suppression.of(row) for row in rows if row.category == SettingCategory.SUPPRESSED_CHECK],
    )


def _settings(rows: Iterable[AssemblySetting], snapshot: Snapshot) -> Iterable[Setting]:
    for row in rows:
        category = SettingCategory(row.category)
        if category not in SAID_ELSEWHERE:
            yield Setting(category, row.key, _value(json.loads(row.value), snapshot), row.updated_by)


def _value(value: Any, snapshot: Snapshot) -> str:
    if value is True or value in ({}, None):
        return ""
    if isinstance(value, str):
        other = snapshot.find_live(value)
        return other.content.display_name if other else value
    return json.dumps(value, ensure_ascii=False)


def notes_on(entry: CatalogueEntry) -> list[AssemblyNote]:
    """Return the newest notes and one more, where there are more than are shown; one query."""
    notes = AssemblyNote.objects.filter(assembly_guid=entry.guid, status=Status.ACTIVE)
    return list(notes[: NOTES_SHOWN + 1])
