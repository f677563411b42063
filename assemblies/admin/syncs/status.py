"""How the official catalogue compares with its source, counted from a snapshot: no query; and what a sync counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assemblies.admin.links_and_badges import grid_address
from assemblies.catalogue import CatalogueEntry, Snapshot
from assemblies.domains import Domain, UpstreamState

MAX_LISTED = 20
# What somebody should look at, in this order, and what may be done about it.
ADVICE: dict[UpstreamState, Any] = {
    UpstreamState.DIVERGED: _(
        "Changed here and by the source. The next sync overwrites what was changed here, unless local edits are kept."
    ),
    UpstreamState.LOCALLY_MODIFIED: _(
        "Changed here only. The next sync brings back what is published, unless local edits are kept."
    ),
    UpstreamState.REMOVED_UPSTREAM: _(
        "No longer published. Who still needs it adopts it as a user-created assembly from its page."
    ),
}


# As sync records name them, in the order people ask.
WORDS: dict[str, Any] = {
    "added": _("added"),
    "changed": _("changed"),
    "moved": _("moved"),
    "removed": _("removed"),
    "restored": _("restored"),
    "left": _("left as they are"),
    "claimed": _("claimed from other domains"),
    "local_edits": _("with local edits"),
    "skipped": _("skipped"),
    "unchanged": _("unchanged"),
}


@dataclass(frozen=True)
class StateCount:
    """How many live official assemblies stand so, and where they are listed."""

    state: UpstreamState
    count: int

    @property
    def address(self) -> str:
        return grid_address(self.state)


@dataclass(frozen=True)
class Attention:
    """Assemblies that somebody should look at, for one reason; the first of them, by name."""

    state: UpstreamState
    entries: list[CatalogueEntry]
    count: int

    @property
    def advice(self) -> Any:
        return ADVICE[self.state]

    @property
    def address(self) -> str:
        return grid_address(self.state)

    @property
    def more(self) -> int:
        return self.count - len(self.entries)


@dataclass(frozen=True)
class CatalogueStatus:
    """The official catalogue in numbers, and what needs attention; `edits` are those a sync may overwrite."""

    live: int
    counts: list[StateCount] = field(default_factory=list)
    attention: list[Attention] = field(default_factory=list)
    edits: int = 0


def catalogue_status(snapshot: Snapshot) -> CatalogueStatus:
    official = [entry for entry in snapshot.entries.values() if entry.domain == Domain.OFFICIAL]
    live = [entry for entry in official if entry.deleted_at is None]
    counted = Counter(entry.upstream_state for entry in live)
    by_state: dict[UpstreamState, list[CatalogueEntry]] = {state: [] for state in ADVICE}
    for entry in official:
        if entry.upstream_state in by_state:
            by_state[entry.upstream_state].append(entry)
    return CatalogueStatus(
        len(live),
        [StateCount(state, counted[state]) for state in UpstreamState if counted[state]],
        [_attention(state, found) for state, found in by_state.items() if found],
        len(by_state[UpstreamState.DIVERGED]) + len(by_state[UpstreamState.LOCALLY_MODIFIED]),
    )


def _attention(state: UpstreamState, found: Iterable[CatalogueEntry]) -> Attention:
    by_name = sorted(found, key=lambda entry: (entry.deleted_at is not None, entry.name_key, entry.guid))
    return Attention(state, by_name[:MAX_LISTED], len(by_name))


def counts_in_words(counts: Mapping[str, Any]) -> str:
    """Return what was counted but for zeros, such as "3 added, 29 unchanged"."""
    said = [f"{counts[name]} {word}" for name, word in WORDS.items() if counts.get(name)]
    return ", ".join(said) or gettext("nothing")
