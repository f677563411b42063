"""The panel of filters: each value with how many it would leave, as a link; and what is set, to be taken out again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assemblies.admin.grid.address import FILTERS, ListAddress
from assemblies.catalogue.entry import YES
from assemblies.catalogue.facets import DAYS, Facets
from assemblies.catalogue.folders import NO_FOLDER
from assemblies.documents import folded
from assemblies.domains import AssemblyType, Domain, Kind, LifeCycle, OperatingSystem, UpstreamState

MAX_VALUES = 200
TITLES = {
    "domain": gettext_lazy("Source"),
    "kind": gettext_lazy("Kind"),
    "type": gettext_lazy("Type"),
    "operating_system": gettext_lazy("Operating system"),
    "life_cycle": gettext_lazy("Life cycle"),
    "state": gettext_lazy("State"),
    "upstream_state": gettext_lazy("Upstream"),
    "findings": gettext_lazy("Checks"),
    "changed_since": gettext_lazy("Changed"),
    "folder": gettext_lazy("Folder"),
    "category": gettext_lazy("Category"),
    "tag": gettext_lazy("Tag"),
}
# What is either so or not is one group of links.
STATES = {
    "favourite": gettext_lazy("My favourites"),
    "dirty": gettext_lazy("Queued to Write to DB"),
    "origin_changed": gettext_lazy("The original changed"),
    "flagged": gettext_lazy("Hidden characters"),
    "deleted": gettext_lazy("Deleted"),
}
CHOICES: dict[str, Mapping[str, Any]] = {
    "domain": dict(Domain.choices),
    "kind": dict(Kind.choices),
    "type": dict(AssemblyType.choices),
    "operating_system": dict(OperatingSystem.choices),
    "upstream_state": dict(UpstreamState.choices),
    "life_cycle": dict(LifeCycle.choices),
    "findings": {
        "error": gettext_lazy("With errors"),
        "warning": gettext_lazy("With warnings"),
        "none": gettext_lazy("Without either"),
    },
}


@dataclass(frozen=True)
class Option:
    """A value of a filter. The link of one that is set takes it out."""

    label: str
    count: int
    address: str
    is_set: bool


@dataclass(frozen=True)
class Group:
    """The values of one filter."""

    name: str
    title: Any
    options: list[Option]

    @property
    def is_set(self) -> bool:
        return any(option.is_set for option in self.options)


@dataclass(frozen=True)
class Chip:
    """A filter that is set, and the address without it."""

    title: Any
    label: str
    address: str


def groups_of(address: ListAddress, facets: Facets) -> list[Group]:
    """Return the groups that have something to choose."""
    groups = [_group(name, title, address, facets) for name, title in TITLES.items()]
    return [group for group in groups if group.options]


def chips_of(address: ListAddress) -> Iterator[Chip]:
    """Yield what narrows the list, search included."""
    if address.q:
        yield Chip(_("Search"), address.q, address.query(q=""))
    for name in FILTERS:
        if name in address.filters:
            title = "" if name in STATES else TITLES[name]
            yield Chip(title, _label(name, address.filters[name]), address.query(**{name: ""}))


def _group(name: str, title: Any, address: ListAddress, facets: Facets) -> Group:
    if name == "state":
        return Group(name, title, [one for state in STATES for one in _options(state, [YES], address, facets)])
    return Group(name, title, list(_options(name, _values(name, address, facets), address, facets)))


def _values(name: str, address: ListAddress, facets: Facets) -> list[str]:
    """Return the values in the order people look for them: known words in their own, others by how many there are."""
    if name in CHOICES:
        return list(CHOICES[name])
    if name == "changed_since":
        return [str(days) for days in DAYS]
    counts = facets[name]
    order: Callable[[str], Any] = lambda word: (-counts[word], word.casefold())  # noqa: E731  # a key has one use
    chosen = _key(name, address.filters[name]) if name in address.filters else None
    values = sorted(counts, key=order)[:MAX_VALUES]
    return values if chosen is None or chosen in values else [*values, chosen]


def _options(name: str, values: list[str], address: ListAddress, facets: Facets) -> Iterator[Option]:
    chosen = address.filters.get(name)
    for value in values:
        count, is_set = facets[name][value], chosen is not None and _key(name, chosen) == value
        if count or is_set:
            yield Option(_label(name, value), count, address.query(**{name: "" if is_set else value}), is_set)


def _key(name: str, value: str) -> str:
    return folded(value) if name == "tag" else value


def _label(name: str, value: str) -> str:
    if name in STATES:
        return str(STATES[name])
    if name == "changed_since":
        days = int(value)
        return (
            _("In the last 24 hours")
            if days == 1
            else ngettext("In the last %d day", "In the last %d days", days) % days
        )
    if name == "folder" and value == NO_FOLDER:
        return _("Without a folder")
    return str(CHOICES[name][value]) if name in CHOICES else value
