"""The page of the list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assemblies.admin.grid.address import FOLDERS, ListAddress
from assemblies.admin.grid.columns import headings, page_links, size_links
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
