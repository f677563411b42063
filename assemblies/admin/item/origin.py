"""What ties an assembly to another: a copy takes its original's newest content; a withdrawn one is adopted."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assemblies.actions import take_original as taking
from assemblies.actions.change import Receipt
from assemblies.actions.permit import get_permit
from assemblies.admin.addresses import item_address
from assemblies.admin.page import refusals_as_pages, sent_revision
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.domains import Domain
from assemblies.errors import Failure, NoOriginal, NotWithdrawn, RevisionConflict
from assemblies.official import adopt as adoption
from assemblies.web.actors import actor_of
from assemblies.web.lookups import get_any_entry


@require_POST
@refusals_as_pages
def take_original_item(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Give a copy the content of its original, under its own name."""
    entry, actor = get_any_entry(guid), actor_of(request)
    permit = get_permit(actor, LibraryEvent.TAKE_ORIGINAL, Domain(entry.domain), guid=entry.guid)
    seen = sent_revision(request)
    return _done(
        request,
        entry,
        lambda: taking.take_original(entry.guid, permit=permit, expected_revision=seen),
        _("Now it says what its original says. What it said before is in its history."),
    )


@require_POST
@refusals_as_pages
def adopt_item(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Keep what the official source withdrew, as an assembly of one's own."""
    entry, actor = get_any_entry(guid), actor_of(request)
    permit = get_permit(actor, LibraryEvent.ADOPT_WITHDRAWN, Domain.USER, guid=entry.guid)
    return _done(
        request,
        entry,
        lambda: adoption.adopt(entry.guid, permit=permit),
        _("This is your own now; the official source no longer decides about it."),
    )


def _done(request: HttpRequest, entry: CatalogueEntry, act: Callable[[], Receipt], said: str) -> HttpResponseBase:
    guid = entry.guid
    try:
        guid = act().guid
    except RevisionConflict:
        messages.error(request, _("It has changed since you looked. Nothing was done; look again."))
    except (NoOriginal, NotWithdrawn, Failure) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return HttpResponseRedirect(item_address(guid))
