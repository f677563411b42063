"""Ask the catalogue: which assemblies a question is about, and how many each filter would leave."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from assemblies.admin.favourites import favourites_of
from assemblies.admin.grid.asked import Asked
from assemblies.catalogue import ListQuery, Page, Snapshot, find_page, library_catalogue
from assemblies.catalogue.facets import Facets, find_facets
from assemblies.catalogue.searching import Line, Search
from assemblies.models import Assembly


@dataclass(frozen=True)
class Found:
    """The answers to one question, all from one snapshot."""

    asked: Asked
    snapshot: Snapshot
    search: Search
    sets: Mapping[str, Collection[str]]
    query: ListQuery
    now: datetime

    @cached_property
    def page(self) -> Page:
        """The page that was asked for, or the last one where there are fewer."""
        page = find_page(self.snapshot, self.query)
        if page.entries or not page.count:
            return page
        last = (page.count - 1) // self.query.limit * self.query.limit
        return find_page(self.snapshot, replace(self.query, offset=last))

    @cached_property
    def number(self) -> int:
        """The number of the page shown."""
        return min(self.asked.page, max(1, -(-self.page.count // self.asked.size)))

    @cached_property
    def facets(self) -> Facets:
        sets = {name: guids for name, guids in self.sets.items() if name != "search"}
        return find_facets(self.snapshot, self.query, now=self.now, sets=sets)

    def lines(self) -> Mapping[str, list[Line]]:
        return self.search.lines([entry.guid for entry in self.page.entries])

    def every_guid(self) -> list[str]:
        """Return the GUIDs of everything that matches, whatever page it is on."""
        return [entry.guid for entry in find_page(self.snapshot, replace(self.query, limit=10_000, offset=0)).entries]


def find(asked: Asked, user: AbstractBaseUser | Any) -> Found:
    """Answer `asked` for somebody; their favourites are their own."""
    snapshot, search, now = library_catalogue().current(), Search.of(asked.q), timezone.now()
    sets: dict[str, Collection[str]] = {
        "flagged": frozenset(Assembly.objects.flagged().values_list("guid", flat=True)),
        "favourite": favourites_of(user.get_username()),
    }
    if search:
        sets["search"] = search.guids(snapshot)
    query = asked.list_query(sets=sets, now=now, limit=asked.size, offset=(asked.page - 1) * asked.size)
    return Found(asked, snapshot, search, sets, query, now)
