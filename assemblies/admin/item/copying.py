"""What ties an assembly to another: a copy of one's own, which may take its original's newest content; adoption."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assemblies import documents
from assemblies.actions import take_original as taking
from assemblies.actions.change import Receipt
from assemblies.actions.clone import clone, clone_edited
from assemblies.actions.permit import get_permit
from assemblies.admin.item.item_view import Refused, item_page
from assemblies.admin.item.save import SAVED, sent_editing
from assemblies.admin.links_and_badges import item_address
from assemblies.admin.page import refusals_as_pages, render_page, sent_revision
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import Failure, Forbidden, InvalidField, LibraryError, NoOriginal, NotWithdrawn, RevisionConflict
from assemblies.official import adopt as adoption
from assemblies.web.actors import actor_of, chosen_domain, writable_domains
from assemblies.web.errors import form_status_of
from assemblies.web.lookups import get_any_entry, get_entry


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def copy_item(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Ask for a name, and in Dev Mode where the copy is to go; then copy. What stands in a form is copied at once."""
    entry, actor = get_entry(guid), actor_of(request)
    if "_from_form" in request.POST:
        return _copy_form(request, entry)
    name = request.POST.get("display_name", proposed_name(entry)).strip()
    if request.method != "POST":
        if not writable_domains(actor):
            raise Forbidden()
        return _asked(request, entry, name)
    domain = chosen_domain(request)
    permit = get_permit(actor, LibraryEvent.CLONE, domain, guid=entry.guid)
    try:
        wanted = documents.normalise_name(name, "display_name")
        receipt = clone(entry.guid, domain=domain, permit=permit, display_name=wanted)
    except (InvalidField, Failure) as error:
        return _asked(request, entry, name, error.message, status=form_status_of(error))
    return _copied(request, receipt)


def _copy_form(request: HttpRequest, entry: CatalogueEntry) -> HttpResponseBase:
    """Copy what somebody typed and did not save; the original stays as it is stored."""
    editing = sent_editing(request, entry)
    try:
        permit = get_permit(actor_of(request), LibraryEvent.CLONE, Domain.USER, guid=entry.guid)
        if (changes := editing.changes) is None:
            return item_page(request, entry, Refused(422, editing, message=_("Nothing was copied yet: see below.")))
        receipt = clone_edited(
            entry.guid,
            changes.fields,
            payload=changes.payload,
            domain=Domain.USER,
            permit=permit,
            store=payload_store(),
        )
    except LibraryError as error:
        return item_page(request, entry, Refused(form_status_of(error), editing, error=error, message=error.message))
    return _copied(request, receipt)


def _copied(request: HttpRequest, receipt: Receipt) -> HttpResponseBase:
    messages.success(request, _("This is your copy. It is queued to be written to its database."), extra_tags=SAVED)
    # In the editor, for a copy is made to be changed.
    return HttpResponseRedirect(f"{item_address(receipt.guid)}#line-1")


def proposed_name(entry: CatalogueEntry) -> str:
    return _("%(name)s (copy)") % {"name": entry.content.display_name[:240]}


def _asked(
    request: HttpRequest, entry: CatalogueEntry, name: str, problem: str = "", *, status: int = 200
) -> HttpResponseBase:
    return render_page(
        request,
        "library/item/copy.html",
        title=_("Save as my copy"),
        status=status,
        entry=entry,
        name=name,
        problem=problem,
        domains=writable_domains(actor_of(request)),
        chosen_domain=chosen_domain(request),
    )


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
