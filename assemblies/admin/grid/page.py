"""The page of the list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assemblies.admin.grid.asked import Asked
from assemblies.admin.grid.columns import headings, page_links, size_links
from assemblies.admin.grid.filters import chips_of, groups_of
from assemblies.admin.grid.found import Found, find
from assemblies.admin.grid.rows import rows_of
from assemblies.admin.page import render_page
from assemblies.models import SavedView
from assemblies.models.saved_view import VIEW_NAME_LENGTH
from assemblies.web.actors import actor_of, writable_domains

CATEGORIES_OFFERED = 200


@require_safe
def grid(request: HttpRequest) -> HttpResponse:
    """Show a page of the library, as it is now."""
    user: Any = request.user
    found = find(Asked.of(request.GET), user)
    return render_page(
        request,
        "library/grid/page.html",
        title=_("Library"),
        writable=writable_domains(actor_of(request)),
        views=_views_of(user, found.asked),
        **_context(found),
    )


def _context(found: Found) -> dict[str, Any]:
    asked, count = found.asked, found.page.count
    first = (found.number - 1) * asked.size
    return {
        "asked": asked,
        "rows": list(rows_of(found)),
        "count": count,
        "total": sum(entry.deleted_at is None for entry in found.snapshot.entries.values()),
        "first": first + 1,
        "last": first + len(found.page.entries),
        "headings": list(headings(asked)),
        "pages": page_links(asked, number=found.number, count=count),
        "sizes": size_links(asked),
        "groups": groups_of(asked, found.facets),
        "chips": list(chips_of(asked)),
        "categories": sorted(found.facets["category"], key=str.casefold)[:CATEGORIES_OFFERED],
        "queue": found.snapshot.queue,
        "longest_view_name": VIEW_NAME_LENGTH,
    }


def _views_of(user: Any, asked: Asked) -> list[dict[str, Any]]:
    """Return somebody's saved views, each with whether it is the one that is open."""
    saved = SavedView.objects.filter(owner_id=user.pk).values_list("name", "query")
    return [{"name": name, "address": query, "is_open": query == asked.address()} for name, query in saved]
