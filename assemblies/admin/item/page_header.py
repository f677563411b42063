"""What the head of a page says: how an assembly stands, and what who reads it may do with it."""

from dataclasses import dataclass, field
from functools import cached_property

from django.http import HttpRequest

from assemblies.admin.runs.targets import has_devices
from assemblies.catalogue import CatalogueEntry, Snapshot
from assemblies.domains import Domain, UpstreamState
from assemblies.errors import Refusal
from assemblies.permissions import Place, Verb, find_refusal, may
from assemblies.web.actors import actor_of, writable_domains
from devmode.actor import Actor


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
