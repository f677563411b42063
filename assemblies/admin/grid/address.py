"""The address of a list: its query string, read and written. An old bookmark shows a list, never an error.

Whatever is not understood is left out. An address holds only what differs from the default, in one order, so that
equal lists have equal addresses.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.urls import reverse

from assemblies.catalogue import ORDERINGS, RELEVANCE, ListParameters
from assemblies.catalogue.entry import YES
from assemblies.catalogue.facets import DAYS, Sets
from assemblies.catalogue.findings import VALUES
from assemblies.catalogue.search import MAX_SEARCH_LENGTH
from assemblies.domains import AssemblyType, Domain, Kind, LifeCycle, OperatingSystem, UpstreamState

SIZES = (25, 50, 100)
SIZE = 50
ORDER = "display_name"
# How the list is drawn: as it is, or with its folders next to it.
FOLDERS = "folders"
MAX_WORD_LENGTH = 255
MAX_PAGE_NUMBER = 1_000_000
MAX_QUERY_LENGTH = 4000


def _one_of(words: Collection[str]) -> Callable[[str], str]:
    return lambda word: word if word in words else ""


def _word(word: str) -> str:
    return word if len(word) <= MAX_WORD_LENGTH and "\0" not in word else ""


FILTERS: dict[str, Callable[[str], str]] = {
    "favourite": _one_of([YES]),
    "domain": _one_of(Domain.values),
    "kind": _one_of(Kind.values),
    "type": _one_of(AssemblyType.values),
    "operating_system": _one_of(OperatingSystem.values),
    "folder": _word,
    "category": _word,
    "tag": _word,
    "dirty": _one_of([YES]),
    "upstream_state": _one_of(UpstreamState.values),
    "origin_changed": _one_of([YES]),
    "changed_since": _one_of([str(days) for days in DAYS]),
    "flagged": _one_of([YES]),
    "findings": _one_of(VALUES),
    "life_cycle": _one_of(LifeCycle.values),
    "deleted": _one_of([YES]),
}


def default_order(q: str) -> str:
    return RELEVANCE if q else ORDER


@dataclass(frozen=True, kw_only=True)
class ListAddress:
    """A page of the list. `order` is what was chosen, or the default of the search; `view` is FOLDERS or ""."""

    q: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    order: str = ORDER
    size: int = SIZE
    page: int = 1
    view: str = ""

    @classmethod
    def of(cls, parameters: QueryDict) -> "ListAddress":
        found = {name: read(parameters.get(name, "")) for name, read in FILTERS.items()}
        q = " ".join(parameters.get("q", "").replace("\0", " ").split())[:MAX_SEARCH_LENGTH]
        order, size, page, view = (parameters.get(name, "") for name in ("order", "size", "page", "view"))
        return cls(
            q=q,
            filters={name: word for name, word in found.items() if word},
            order=order if order.removeprefix("-") in ORDERINGS else default_order(q),
            size=int(size) if size in map(str, SIZES) else SIZE,
            page=min(int(page), MAX_PAGE_NUMBER) if page.isascii() and page.isdecimal() and 0 < len(page) < 9 else 1,
            view=view if view == FOLDERS else "",
        )

    @classmethod
    def of_text(cls, query: str) -> "ListAddress":
        """Read a query string that was kept, or that a form sent."""
        return cls.of(QueryDict(query[:MAX_QUERY_LENGTH].encode("utf-8", "replace")))

    def query(self, **changes: Any) -> str:
        """Return the query string of this list with some values changed; "" removes one. Starts at page 1."""
        values = {"q": self.q, **self.filters, "order": self.order, "size": self.size, "view": self.view, **changes}
        if not values["q"] and values["order"] == RELEVANCE:
            values["order"] = ORDER
        defaults = {"order": default_order(values["q"]), "size": SIZE, "page": 1}
        return urlencode({name: word for name, word in values.items() if word != "" and defaults.get(name) != word})

    @property
    def here(self) -> str:
        return self.query(page=self.page)

    @property
    def as_list(self) -> str:
        return self.query(view="")

    @property
    def as_folders(self) -> str:
        return self.query(view=FOLDERS)

    @property
    def all_folders(self) -> str:
        return self.query(folder="")

    @property
    def has_default_order(self) -> bool:
        return self.order == default_order(self.q)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.filters)

    def parameters(self, *, sets: Sets, now: datetime) -> ListParameters:
        """Return what the catalogue is to find; `sets` are the GUIDs that are flagged, favourite, and by findings."""
        filters = self.filters
        days = filters.get("changed_since")
        return ListParameters(
            domain=Domain(filters["domain"]) if "domain" in filters else None,
            kind=filters.get("kind"),
            type=filters.get("type"),
            operating_system=filters.get("operating_system"),
            folder=filters.get("folder"),
            category=filters.get("category"),
            tag=filters.get("tag"),
            dirty=True if "dirty" in filters else None,
            upstream_state=filters.get("upstream_state"),
            origin_changed=True if "origin_changed" in filters else None,
            changed_since=now - timedelta(days=int(days)) if days else None,
            deleted="deleted" in filters,
            among={
                name: guids[filters[name]] if isinstance(guids, Mapping) else guids
                for name, guids in sets.items()
                if name in filters
            },
            q=self.q,
            ordering=self.order,
            limit=self.size,
            offset=(self.page - 1) * self.size,
        )


def address_of(address: ListAddress) -> str:
    """Return the address of the list that `address` describes, at its page."""
    return f"{reverse('admin:assemblies_assembly_changelist')}?{address.here}".removesuffix("?")


def back_to_list(request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(address_of(ListAddress.of_text(request.POST.get("query", ""))))
