"""The page of one assembly: GET reads it, POST saves what was typed."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from assemblies.admin.item.item_view import item_page
from assemblies.admin.item.save import save, save_raw
from assemblies.admin.page import refusals_as_pages
from assemblies.web.lookups import get_any_entry


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def item(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Show an assembly, a deleted one too; or save it, and stay."""
    entry = get_any_entry(guid)
    if request.method != "POST":
        return item_page(request, entry)
    return save_raw(request, entry) if "document" in request.POST else save(request, entry)
