"""What the head of a page says: how an assembly stands, and what who reads it may do with it."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.domains import Domain, UpstreamState
from assemblies.errors import Refusal
from assemblies.models import AssemblySetting, SettingCategory, Status
from assemblies.permissions import Place, Verb, find_refusal, may
from assemblies.revisions.checks import Suppression
from assemblies.web.actors import actor_of, writable_domains
from devmode.actor import Actor

SHOWN = (
    SettingCategory.FAVOURITE,
    SettingCategory.APPROVED,
    SettingCategory.DEPRECATED,
    SettingCategory.REPLACED_BY,
    SettingCategory.SUPPRESSED_CHECK,
)


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

    @property
    def may_run(self) -> bool:
        """Say whether a run is offered; where it takes Dev Mode, the form says how to enter that."""
        return not self.is_deleted and may(self.actor, Verb.ADMINISTER, Place.LIBRARY)


def rights_in(request: HttpRequest, entry: CatalogueEntry) -> Rights:
    actor = actor_of(request)
    refusal = find_refusal(actor, Verb.CHANGE, Domain(entry.domain))
    return Rights(actor, refusal, entry.deleted_at is not None, writable_domains(actor))


@dataclass(frozen=True)
class Lifecycle:
    """What people said of an assembly: whether it is a favourite of who reads, approved, deprecated or replaced.

    `suppressed` are the rules of checks that somebody accepted.
    """

    is_favourite: bool = False
    approved: list[str] = field(default_factory=list)
    is_deprecated: bool = False
    replaced_by: CatalogueEntry | None = None
    suppressed: list[Suppression] = field(default_factory=list)


def lifecycle_of(entry: CatalogueEntry, reader: str) -> Lifecycle:
    """Return what the active settings say; one query."""
    rows = AssemblySetting.objects.filter(assembly_id=entry.guid, status=Status.ACTIVE, category__in=SHOWN)
    said: dict[str, dict[str, Any]] = {}
    for row in rows:
        said.setdefault(row.category, {})[row.key] = json.loads(row.value)
    successors = [guid for guid in said.get(SettingCategory.REPLACED_BY, {}).values() if isinstance(guid, str)]
    return Lifecycle(
        is_favourite=reader in said.get(SettingCategory.FAVOURITE, {}),
        approved=sorted(said.get(SettingCategory.APPROVED, {})),
        is_deprecated=SettingCategory.DEPRECATED in said,
        replaced_by=find_live(successors[0]) if successors else None,
        suppressed=[Suppression.of(row) for row in rows if row.category == SettingCategory.SUPPRESSED_CHECK],
    )


def find_live(guid: str) -> CatalogueEntry | None:
    """Return the entry of another assembly, unless it is gone."""
    entry = library_catalogue().current().entries.get(guid)
    return entry if entry is not None and entry.deleted_at is None else None


def origin_of(entry: CatalogueEntry) -> CatalogueEntry | None:
    """Return what an assembly was copied from, if that is still there."""
    lineage = entry.content.cloned_from
    return find_live(lineage.assembly_guid) if lineage else None


def is_withdrawn(entry: CatalogueEntry) -> bool:
    return entry.upstream_state == UpstreamState.REMOVED_UPSTREAM
