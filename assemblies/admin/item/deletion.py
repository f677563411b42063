"""Deleting one assembly: asked first, with where it is used; its history stays and can bring it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assemblies.actions.delete import delete
from assemblies.actions.permit import get_permit
from assemblies.admin.links_and_badges import item_address, source_badge
from assemblies.admin.page import refusals_as_pages, render_page, sent_revision
from assemblies.admin.where_used import find_copies, find_replaced
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.documents.hidden_characters import undistorted
from assemblies.domains import Domain
from assemblies.errors import Failure, RevisionConflict
from assemblies.web.actors import actor_of
from assemblies.web.errors import status_of
from assemblies.web.lookups import get_entry


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def delete_item(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Show what would go and what points to it; then delete it, unless it has changed since it was shown."""
    entry, actor = get_entry(guid), actor_of(request)
    if request.method != "POST":
        get_permit(actor, LibraryEvent.DELETE, Domain(entry.domain), only_looking=True)
        return _asked(request, entry)
    permit = get_permit(actor, LibraryEvent.DELETE, Domain(entry.domain), guid=entry.guid)
    try:
        delete(entry.guid, permit=permit, expected_revision=sent_revision(request))
    except RevisionConflict:
        return _asked(request, get_entry(guid), _("It has changed since you were asked. Look again."), status=409)
    except Failure as failure:
        return _asked(request, entry, failure.message, status=status_of(failure))
    said = _("“%(name)s” was deleted. Its history is kept: open it there to bring it back.")
    messages.success(request, said % {"name": undistorted(entry.content.display_name)})
    return HttpResponseRedirect(item_address(entry.guid))


def _asked(request: HttpRequest, entry: CatalogueEntry, problem: str = "", *, status: int = 200) -> HttpResponseBase:
    snapshot = library_catalogue().current()
    return render_page(
        request,
        "library/item/delete.html",
        title=_("Delete this assembly?"),
        status=status,
        entry=entry,
        problem=problem,
        copies=[(one, source_badge(one.domain)) for one in find_copies(snapshot, [entry.guid]).get(entry.guid, [])],
        replaced=find_replaced(snapshot, [entry.guid]).get(entry.guid, []),
    )
