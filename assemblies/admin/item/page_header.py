"""What the head of a page says: how an assembly stands, what its reader may do with it, what people said of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from assemblies.admin.runs.targets import has_devices
from assemblies.catalogue import CatalogueEntry, Snapshot
from assemblies.domains import Domain, UpstreamState
from assemblies.errors import Refusal
from assemblies.models import AssemblyNote, AssemblySetting, SettingCategory, Status
from assemblies.permissions import Place, Verb, find_refusal, may
from assemblies.revisions.checks import Suppression
from assemblies.web.actors import actor_of, writable_domains
from devmode.actor import Actor

NOTES_SHOWN = 5
# A favourite has its star, and a check is accepted where it is listed: neither is said or added among the settings.
SAID_ELSEWHERE = {SettingCategory.FAVOURITE, SettingCategory.SUPPRESSED_CHECK}


@dataclass(frozen=True)
class Rights:
    """What somebody may do with one assembly now. `refusal` is why they may not change it."""

    actor: Actor
    refusal: Refusal | None
    is_deleted: bool
    domains: list[Domain] = field(default_factory=list)

    @property
    def may_write(self) -> bool:
        return self.refusal is None and not self.is_deleted

    @property
    def may_copy(self) -> bool:
        return Domain.USER in self.domains and not self.is_deleted

    @cached_property
    def may_run(self) -> bool:
        """Say whether a run is offered; where it takes Dev Mode, the form says how to enter that."""
        if self.is_deleted or may(self.actor, Verb.ADMINISTER, Place.LIBRARY):
            return not self.is_deleted
        return may(self.actor, Verb.RUN, Place.DEVICES) and has_devices()


def rights_in(request: HttpRequest, entry: CatalogueEntry) -> Rights:
    actor = actor_of(request)
    refusal = find_refusal(actor, Verb.CHANGE, Domain(entry.domain))
    return Rights(actor, refusal, entry.deleted_at is not None, writable_domains(actor))


def origin_of(entry: CatalogueEntry, snapshot: Snapshot) -> CatalogueEntry | None:
    """Return what an assembly was copied from, if that is still there."""
    lineage = entry.content.cloned_from
    return snapshot.find_live(lineage.assembly_guid) if lineage else None


def is_withdrawn(entry: CatalogueEntry) -> bool:
    return entry.upstream_state == UpstreamState.REMOVED_UPSTREAM


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
