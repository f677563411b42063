"""Every live assembly counted once, by all that the front page asks of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from assemblies.catalogue import Snapshot
from assemblies.domains import AssemblyType, Domain, Kind, UpstreamState

Facts = tuple[str, str, UpstreamState | None, bool | None]


@dataclass(frozen=True)
class Tally:
    """How many assemblies have the same domain, type, upstream state, and original that changed."""

    counts: "Counter[Facts]"

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Tally":
        live = (entry for entry in snapshot.entries.values() if entry.deleted_at is None)
        return cls(
            Counter((one.domain, one.content.assembly_type, one.upstream_state, one.origin_changed) for one in live)
        )

    @property
    def live(self) -> int:
        return self.counts.total()

    def by_kind_and_domain(self) -> dict[Kind, list[int]]:
        """Return for each kind how many there are in each domain, in the domains' order."""
        found: Counter[tuple[Kind, str]] = Counter()
        for (domain, type_name, _state, _changed), count in self.counts.items():
            found[AssemblyType(type_name).kind, domain] += count
        return {kind: [found[kind, domain] for domain in Domain] for kind in Kind}

    def in_state(self, state: UpstreamState) -> int:
        return self._count(lambda facts: facts[2] == state)

    def of_changed_originals(self) -> int:
        return self._count(lambda facts: bool(facts[3]))

    def _count(self, test: Callable[[Facts], bool]) -> int:
        return sum(count for facts, count in self.counts.items() if test(facts))
