"""How far an assembly is in its life, by the settings that people gave it: what is neither approved nor past it is a
draft. What replaced or deprecates an assembly outweighs that it was approved once.
"""

import json
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max

from assemblies.catalogue.snapshot import Snapshot
from assemblies.domains import LifeCycle
from assemblies.models import AssemblySetting, SettingCategory, Status

# The last one that is set says it.
STATES = {
    SettingCategory.APPROVED: LifeCycle.APPROVED,
    SettingCategory.DEPRECATED: LifeCycle.DEPRECATED,
    SettingCategory.REPLACED_BY: LifeCycle.REPLACED,
}


@dataclass(frozen=True)
class Deprecation:
    """That an assembly should not be run any more: why, as people wrote it, and the GUID of what to run instead."""

    reason: str
    successor: str


def assemblies_by_life_cycle(snapshot: Snapshot, settings: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    """Return the GUIDs in each state; `settings` are the category and GUID of active settings."""
    told: dict[str, set[str]] = {category: set() for category in STATES}
    for category, guid in settings:
        if category in told:
            told[category].add(guid)
    found: dict[str, frozenset[str]] = {}
    later: frozenset[str] = frozenset()
    for category, state in reversed(STATES.items()):
        found[state] = frozenset(told[category]) - later
        later |= found[state]
    return found | {LifeCycle.DRAFT: frozenset(snapshot.entries) - later}


def life_cycle_stamp() -> Hashable:
    """Return what differs once somebody says another state of an assembly; one small query."""
    said = _settings().aggregate(count=Count("pk"), newest=Max("updated_at"))
    return (said["count"], str(said["newest"]))


def kept_by_life_cycle(snapshot: Snapshot, stamp: Hashable) -> Mapping[str, frozenset[str]]:
    """Return the GUIDs in each state, kept with the snapshot; `stamp` is what `life_cycle_stamp` said before."""

    def made() -> Mapping[str, frozenset[str]]:
        return assemblies_by_life_cycle(snapshot, _settings().values_list("category", "assembly_id"))

    return snapshot.lists.get(("life_cycle", stamp), made)


def find_deprecations(guids: Collection[str]) -> Mapping[str, Deprecation]:
    """Return why those of some assemblies should not be run any more that should not. One query."""
    categories = [SettingCategory.DEPRECATED, SettingCategory.REPLACED_BY]
    rows = AssemblySetting.objects.filter(assembly_id__in=guids, status=Status.ACTIVE, category__in=categories)
    said: dict[str, dict[str, Any]] = {}
    for row in rows:
        said.setdefault(row.assembly_id, {})[row.category] = json.loads(row.value)
    return {
        guid: Deprecation(_text(one.get(SettingCategory.DEPRECATED)), _text(one.get(SettingCategory.REPLACED_BY)))
        for guid, one in said.items()
    }


def _settings() -> Any:
    return AssemblySetting.objects.filter(category__in=list(STATES), status=Status.ACTIVE).order_by()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
