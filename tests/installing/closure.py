"""Whether a lock is complete: everything that is wanted, and everything that requires in turn, is pinned and hashed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.installing.distribution_metadata import Metadata
from tests.installing.lock import Pin
from tests.installing.targets import Target

parsed = cache(Requirement)


class Closure:
    """What an installation from one lock consists of on one target, and what it lacks."""

    def __init__(
        self, wanted: Iterable[Requirement], pins: Sequence[Pin], known: Mapping[str, Metadata], target: Target
    ):
        self.target = target
        self.markers = target.markers
        self.pins: dict[str, list[Pin]] = {}
        for pin in pins:
            if pin.applies(self.markers):
                self.pins.setdefault(pin.name, []).append(pin)
        self.known = known
        self.reached: dict[str, set[str]] = {}
        self.faults = list(self._walk(wanted))

    def _walk(self, wanted: Iterable[Requirement]) -> Iterator[str]:
        to_do = [(requirement, "the project", {""}) for requirement in wanted]
        while to_do:
            requirement, requirer, extras = to_do.pop()
            if not self._applies(requirement, extras):
                continue
            name = canonicalize_name(requirement.name)
            fault = self._fault_of(name, requirement)
            if fault:
                yield f"{self.target}: {requirer} requires {requirement}, {fault}"
                continue
            # An extra adds to what a distribution requires without it.
            new = {"", *requirement.extras} - self.reached.setdefault(name, set())
            self.reached[name] |= new
            to_do += [(parsed(text), name, new) for text in self.known[name].requires if new]

    def _applies(self, requirement: Requirement, extras: Iterable[str]) -> bool:
        marker = requirement.marker
        return marker is None or any(marker.evaluate(self.markers | {"extra": extra}) for extra in extras)

    def _fault_of(self, name: str, requirement: Requirement) -> str | None:
        found = self.pins.get(name, [])
        if len(found) != 1:
            return f"which is pinned {len(found)} times"
        (pin,) = found
        metadata = self.known.get(name)
        if metadata is None or metadata.version != pin.version:
            return f"of whose {pin.version} the metadata is not kept (`make lock` writes it)"
        if requirement.url or not requirement.specifier.contains(pin.version, prereleases=True):
            return f"which {pin.version} is not"
        if not SpecifierSet(metadata.requires_python).contains(self.markers["python_full_version"]):
            return f"whose {pin.version} wants Python {metadata.requires_python}"
        if not pin.hashes or not all(value.startswith("sha256:") for value in pin.hashes):
            return f"whose {pin.version} has no hash"
        return None
