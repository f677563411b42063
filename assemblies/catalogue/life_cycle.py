"""How far an assembly is in its life, by the settings that people gave it: what is neither approved nor past it is a
draft. What replaced or deprecates an assembly outweighs that it was approved once.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

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


def find_deprecation(guid: str) -> Deprecation | None:
    """Return why an assembly should not be run any more; None of one that may be. One query."""
    rows = AssemblySetting.objects.filter(
        assembly_id=guid,
        status=Status.ACTIVE,
        category__in=[SettingCategory.DEPRECATED, SettingCategory.REPLACED_BY],
    )
    said = {row.category: json.loads(row.value) for row in rows}
    if not said:
        return None
    return Deprecation(_text(said.get(SettingCategory.DEPRECATED)), _text(said.get(SettingCategory.REPLACED_BY)))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
