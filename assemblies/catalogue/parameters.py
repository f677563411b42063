"""What a list asks for, in the same words for API and pages."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from assemblies.catalogue.entry import CatalogueEntry, facet_key
from assemblies.catalogue.search import Search
from assemblies.domains import Domain

# Best matches first, among equally good ones what changed last.
RELEVANCE = "relevance"
Test = Callable[[CatalogueEntry], bool]


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The filters whose answers depend on the assemblies alone, and are therefore kept from snapshot to snapshot."""

    domain: Domain | None = None
    kind: str | None = None
    type: str | None = None
    category: str | None = None
    folder: str | None = None
    operating_system: str | None = None
    tag: str | None = None
    dirty: bool | None = None
    upstream_state: str | None = None
    origin_changed: bool | None = None
    deleted: bool = False

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        return tuple(self._tests())

    def accept(self, entry: CatalogueEntry) -> bool:
        return all(test(entry) for test in self.tests)

    def _tests(self) -> Iterator[Test]:
        yield lambda entry: (entry.deleted_at is not None) == self.deleted
        if self.domain is not None:
            yield lambda entry: entry.domain == self.domain
        if self.kind is not None:
            yield lambda entry: entry.content.kind == self.kind
        if self.type is not None:
            yield lambda entry: entry.content.assembly_type == self.type
        if self.category is not None:
            yield lambda entry: entry.content.category == self.category
        for name in ("folder", "operating_system", "tag"):
            if (value := getattr(self, name)) is not None:
                yield _has(facet_key(name, value))
        if self.dirty is not None:
            yield lambda entry: entry.is_dirty == self.dirty
        if self.upstream_state is not None:
            yield lambda entry: entry.upstream_state == self.upstream_state
        if self.origin_changed is not None:
            yield lambda entry: entry.origin_changed == self.origin_changed


def _has(key: str) -> Test:
    return lambda entry: key in entry.facet_keys


@dataclass(frozen=True, kw_only=True)
class ListParameters(Filters):
    """Which assemblies to list, in which order, and which part of that.

    `ordering` is a key of ORDERINGS, with `-` in front for descending, or RELEVANCE. `q` are words, `content` is one
    text that scripts contain. `among` narrows to sets of GUIDs that are known elsewhere, each under a name: one's
    favourites, what is flagged.
    """

    changed_since: datetime | None = None
    among: Mapping[str, Collection[str]] = field(default_factory=dict)
    q: str = ""
    content: str = ""
    ordering: str = "display_name"
    limit: int = 100
    offset: int = 0

    @cached_property
    def search(self) -> Search:
        return Search.of(self.q)

    @cached_property
    def filters(self) -> Filters:
        return Filters(**{one.name: getattr(self, one.name) for one in fields(Filters)})

    def names(self) -> list[str]:
        """Return the names of the filters that are set, but for `deleted`."""
        plain = [one.name for one in fields(Filters) if one.name != "deleted" and getattr(self, one.name) is not None]
        return [*plain, *(["changed_since"] if self.changed_since else []), *self.among]

    def without(self, name: str) -> "ListParameters":
        """Return the same question without one filter."""
        if name in self.among:
            return replace(self, among={other: guids for other, guids in self.among.items() if other != name})
        nothing: dict[str, Any] = {name: None}
        return replace(self, **nothing)
