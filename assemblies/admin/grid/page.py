"""The page of the list, with its headings and the numbers of its pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assemblies.admin.grid.address import FOLDERS, SIZES, ListAddress
from assemblies.admin.grid.filters import chips_of, groups_of
from assemblies.admin.grid.folders import tree_of
from assemblies.admin.grid.results import FoundList, find
from assemblies.admin.grid.rows import rows_of
from assemblies.admin.page import render_page
from assemblies.catalogue import RELEVANCE
from assemblies.catalogue.listing import count_live
from assemblies.models import SavedView
from assemblies.models.saved_view import VIEW_NAME_LENGTH
from assemblies.web.actors import actor_of, writable_domains

# Headings by name, with the order each stands for, if any; times begin with the newest.
HEADINGS = [
    ("name", gettext_lazy("Name"), "display_name"),
    ("state", gettext_lazy("State"), ""),
    ("type", gettext_lazy("Type"), "assembly_type"),
    ("systems", gettext_lazy("OS"), ""),
    ("source", gettext_lazy("Source"), "source"),
    ("category", gettext_lazy("Category and path"), "category"),
    ("tags", gettext_lazy("Tags"), ""),
    ("changed", gettext_lazy("Changed"), "-updated_at"),
    ("by", gettext_lazy("By"), ""),
]
NEIGHBOURS = 2


@dataclass(frozen=True)
class Heading:
    """A column; `sorted` is the value of `aria-sort`, empty where the list is sorted by another one.

    Without an address the list cannot be sorted by it.
    """

    name: str
    title: Any
    address: str
    sorted: str


@dataclass(frozen=True)
class PageLink:
    """A page by its number; without a number it stands for those left out."""

    number: int | None
    address: str = ""
    is_current: bool = False


def headings(address: ListAddress) -> Iterator[Heading]:
    for name, title, order in HEADINGS:
        field = order.removeprefix("-")
        if not order:
            yield Heading(name, title, "", "")
        elif address.order.removeprefix("-") != field:
            yield Heading(name, title, address.query(order=order), "")
        else:
            down = address.order.startswith("-")
            turned = field if down else f"-{field}"
            yield Heading(name, title, address.query(order=turned), "descending" if down else "ascending")


def page_links(address: ListAddress, *, number: int, count: int) -> list[PageLink]:
    """Return the first, the last, and those around the current one."""
    last = -(-count // address.size)
    shown = [n for n in range(1, last + 1) if n in (1, last) or abs(n - number) <= NEIGHBOURS] if last > 1 else []
    links: list[PageLink] = []
    for n in shown:
        if links and links[-1].number is not None and n > links[-1].number + 1:
            links.append(PageLink(None))
        links.append(PageLink(n, address.query(page=n), n == number))
    return links


def size_links(address: ListAddress) -> list[PageLink]:
    return [PageLink(size, address.query(size=size), size == address.size) for size in SIZES]


CATEGORIES_OFFERED = 200


@require_safe
def grid(request: HttpRequest) -> HttpResponse:
    """Show a page of the library, as it is now."""
    user: Any = request.user
    found = find(ListAddress.of(request.GET), user)
    return render_page(
        request,
        "library/grid/page.html",
        title=_("Library"),
        writable=writable_domains(actor_of(request)),
        views=_views_of(user, found.address),
        **_context(found),
    )


def _context(found: FoundList) -> dict[str, Any]:
    address, count = found.address, found.result.count
    first = (found.number - 1) * address.size
    return {
        "address": address,
        "rows": list(rows_of(found)),
        "count": count,
        "total": count_live(found.result.snapshot),
        "first": first + 1,
        "last": first + len(found.result.entries),
        "by_relevance": address.query(order=RELEVANCE),
        "headings": list(headings(address)),
        "pages": page_links(address, number=found.number, count=count),
        "sizes": size_links(address),
        "folders": tree_of(address, found.facets["folder"]) if address.view == FOLDERS else None,
        "groups": groups_of(address, found.facets),
        "chips": list(chips_of(address)),
        "categories": sorted(found.facets["category"], key=str.casefold)[:CATEGORIES_OFFERED],
        "queue": found.result.snapshot.queue,
        "max_view_name_length": VIEW_NAME_LENGTH,
    }


def _views_of(user: Any, address: ListAddress) -> list[dict[str, Any]]:
    """Return somebody's saved views, each with whether it is the one that is open."""
    saved = SavedView.objects.filter(owner_id=user.pk).values_list("name", "query")
    return [{"name": name, "address": query, "is_open": query == address.query()} for name, query in saved]
