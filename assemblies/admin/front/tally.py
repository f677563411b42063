"""How many live assemblies there are of what the front page asks for, from counts that the catalogue keeps."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from assemblies.catalogue import Snapshot
from assemblies.catalogue.entry import YES, facet_key
from assemblies.catalogue.parameters import Filters
from assemblies.catalogue.selection import count_facet_keys
from assemblies.domains import Domain, Kind, UpstreamState


@dataclass(frozen=True)
class Tally:
    """For each domain, how many of its assemblies have each value of each filter."""

    counts: Mapping[Domain, "Counter[str]"]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Tally":
        return cls({domain: count_facet_keys(snapshot, Filters(domain=domain)) for domain in Domain})

    @property
    def live(self) -> int:
        return sum(map(sum, self.by_kind_and_domain().values()))

    def by_kind_and_domain(self) -> dict[Kind, list[int]]:
        """Return for each kind how many there are in each domain, in the domains' order."""
        return {kind: [self.counts[domain][facet_key("kind", kind)] for domain in Domain] for kind in Kind}

    def in_state(self, state: UpstreamState) -> int:
        return self._count(facet_key("upstream_state", state))

    def of_changed_originals(self) -> int:
        return self._count(facet_key("origin_changed", YES))

    def _count(self, key: str) -> int:
        return sum(counts[key] for counts in self.counts.values())
