"""What an address of the list asks for. Whatever is not understood is left out: an old bookmark shows a list, no error.

An address holds only what differs from the usual, in one order, so that equal questions are equal texts.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from assemblies.catalogue import ORDERINGS, ListQuery
from assemblies.catalogue.facets import DAYS, YES
from assemblies.catalogue.searching import LONGEST_SEARCH
from assemblies.domains import AssemblyType, Domain, Kind, UpstreamState

SIZES = (25, 50, 100)
SIZE = 50
ORDER = "display_name"
LONGEST_WORD = 255
LARGEST_PAGE = 1_000_000
# Filters by sets of GUIDs, which somebody else finds.
SETS = ("flagged", "favourite")


def _one_of(words: Collection[str]) -> Callable[[str], str]:
    return lambda word: word if word in words else ""


def _word(word: str) -> str:
    return word if len(word) <= LONGEST_WORD and "\0" not in word else ""


FILTERS: dict[str, Callable[[str], str]] = {
    "favourite": _one_of([YES]),
    "domain": _one_of(Domain.values),
    "kind": _one_of(Kind.values),
    "type": _one_of(AssemblyType.values),
    "category": _word,
    "tag": _word,
    "dirty": _one_of([YES]),
    "upstream_state": _one_of(UpstreamState.values),
    "origin_changed": _one_of([YES]),
    "changed_since": _one_of([str(days) for days in DAYS]),
    "flagged": _one_of([YES]),
    "deleted": _one_of([YES]),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A page of the list."""

    q: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    order: str = ORDER
    size: int = SIZE
    page: int = 1

    @classmethod
    def of(cls, parameters: QueryDict) -> "Asked":
        found = {name: read(parameters.get(name, "")) for name, read in FILTERS.items()}
        order, size, page = (parameters.get(name, "") for name in ("order", "size", "page"))
        return cls(
            q=" ".join(parameters.get("q", "").replace("\0", " ").split())[:LONGEST_SEARCH],
            filters={name: word for name, word in found.items() if word},
            order=order if order.removeprefix("-") in ORDERINGS else ORDER,
            size=int(size) if size in map(str, SIZES) else SIZE,
            page=min(int(page), LARGEST_PAGE) if page.isascii() and page.isdecimal() and 0 < len(page) < 9 else 1,
        )

    @classmethod
    def of_text(cls, query: str) -> "Asked":
        """Read a query string that was kept, or that a form sent."""
        return cls.of(QueryDict(query[:4000].encode("utf-8", "replace")))

    def address(self, **changes: Any) -> str:
        """Return the query string of this question with some answers changed; "" takes one out. Starts at page 1."""
        values = {"q": self.q, **self.filters, "order": self.order, "size": self.size, **changes}
        usual = {"order": ORDER, "size": SIZE, "page": 1}
        return urlencode({name: word for name, word in values.items() if word != "" and usual.get(name) != word})

    @property
    def here(self) -> str:
        return self.address(page=self.page)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.filters)

    def list_query(self, *, sets: Mapping[str, Collection[str]], now: datetime, **more: Any) -> ListQuery:
        """Return the question as the catalogue takes it; `sets` are the GUIDs that are flagged, favourite, found."""
        asked = self.filters
        days = asked.get("changed_since")
        return ListQuery(
            domain=Domain(asked["domain"]) if "domain" in asked else None,
            kind=asked.get("kind"),
            type=asked.get("type"),
            category=asked.get("category"),
            tag=asked.get("tag"),
            dirty=True if "dirty" in asked else None,
            upstream_state=asked.get("upstream_state"),
            origin_changed=True if "origin_changed" in asked else None,
            changed_since=now - timedelta(days=int(days)) if days else None,
            deleted="deleted" in asked,
            among={name: guids for name, guids in sets.items() if name in asked or name not in SETS},
            ordering=self.order,
            **more,
        )
