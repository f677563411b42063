"""The page of one assembly: GET reads it, POST saves what was typed.

What was changed goes to the library in one action, and nothing typed is ever lost.
"""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assemblies.actions.permit import Permit, get_permit
from assemblies.actions.update import update
from assemblies.admin.item.conflict import conflict_of, merge_of, with_picks
from assemblies.admin.item.editing import (
    Changes,
    Editing,
    earlier_or_newest,
    merged_editing,
    newest_of,
    typed_editing,
    with_another_row,
)
from assemblies.admin.item.item_view import Refused, item_page
from assemblies.admin.item.raw import read_raw
from assemblies.admin.links_and_badges import item_address
from assemblies.admin.page import refusals_as_pages, sent_number
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import LibraryError, RevisionConflict
from assemblies.web.actors import actor_of
from assemblies.web.errors import form_status_of
from assemblies.web.lookups import get_any_entry, require_live

SAVED = "saved"
UNSAID = gettext_lazy(
    "Nothing was saved: what was sent did not say which revision it was made upon. What you typed stands below; "
    "compare it with what is stored now, then save again."
)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def item(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Show an assembly, a deleted one too; or save it, and stay."""
    entry = get_any_entry(guid)
    if request.method != "POST":
        return item_page(request, entry)
    return save_raw(request, entry) if "document" in request.POST else save(request, entry)


def save(request: HttpRequest, entry: CatalogueEntry) -> HttpResponseBase:
    """Save what the form says."""
    editing = sent_editing(request, entry)
    try:
        permit = _get_permit(request, entry)
        if "_add_variable" in request.POST:
            return item_page(request, entry, Refused(200, editing))
        if editing.changes is None:
            return item_page(request, entry, Refused(422, editing, message=_("Nothing was saved yet: see below.")))
        if (seen := sent_number(request.POST, "revision")) is None:
            return item_page(request, entry, Refused(422, editing, message=UNSAID))
        changes = editing.changes.without(set(request.POST.getlist("theirs")))
        return _saved(request, permit, entry, seen, changes)
    except RevisionConflict:
        return _conflicting(request, entry.guid, editing)
    except LibraryError as error:
        return item_page(request, entry, Refused(form_status_of(error), editing, error=error, message=error.message))


def save_raw(request: HttpRequest, entry: CatalogueEntry) -> HttpResponseBase:
    """Save what the document says that somebody edited as JSON."""
    text, seen = request.POST.get("document", ""), sent_number(request.POST, "revision")
    try:
        permit = _get_permit(request, entry)
        if seen is None:
            return item_page(request, entry, Refused(422, raw=text, message=UNSAID))
        base = earlier_or_newest(entry, seen)
        changes = read_raw(text, entry.guid, base, max_bytes=settings.MAX_DOCUMENT_BYTES)
        return _saved(request, permit, entry, seen, changes)
    except RevisionConflict:
        newest = get_any_entry(entry.guid)
        message = _("Revision %(revision)s was saved meanwhile by %(actor)s. Saving again writes over it.")
        said = message % {"revision": newest.revision, "actor": newest.content.updated_by}
        return item_page(request, newest, Refused(409, raw=text, message=said))
    except LibraryError as error:
        field = error.detail.get("field")
        said = f"{field}: {error.message}" if field and field != "document" else error.message
        return item_page(request, entry, Refused(form_status_of(error), raw=text, error=error, message=said))


def sent_editing(request: HttpRequest, entry: CatalogueEntry) -> Editing:
    """Return the form as it came, over the revisions that it had shown."""
    seen, rows_of = sent_number(request.POST, "revision"), sent_number(request.POST, "rows_of")
    base = newest_of(entry) if seen is None else earlier_or_newest(entry, seen)
    sent = with_picks(request.POST, entry, base)
    sent = with_another_row(sent) if "_add_variable" in sent else sent
    return typed_editing(sent, base, base if rows_of in {None, base.number} else earlier_or_newest(entry, rows_of))


def _get_permit(request: HttpRequest, entry: CatalogueEntry) -> Permit:
    permit = get_permit(actor_of(request), LibraryEvent.UPDATE, Domain(entry.domain), guid=entry.guid)
    require_live(entry)
    return permit


def _saved(
    request: HttpRequest, permit: Permit, entry: CatalogueEntry, seen: int, changes: Changes
) -> HttpResponseBase:
    if not changes:
        messages.info(request, _("Nothing was changed, so there was nothing to save."))
        return next_page(request, entry.guid)
    _say_saved(request, _update(entry, seen, changes, permit))
    return next_page(request, entry.guid)


def _update(entry: CatalogueEntry, seen: int, changes: Changes, permit: Permit) -> int:
    """Return the revision that says what was typed: a new one, or what is stored where that says it already.

    Raises RevisionConflict and what `update` raises.
    """
    try:
        if seen != entry.revision:
            raise RevisionConflict(assembly_guid=entry.guid, revision=entry.revision)
        return update(
            entry.guid,
            changes.fields,
            payload=changes.payload,
            permit=permit,
            store=payload_store(),
            expected_revision=seen,
        ).revision
    except RevisionConflict:
        # The same save sent twice, or two people who made the same change: no conflict.
        newest = newest_of(get_any_entry(entry.guid))
        if not changes.is_in(newest):
            raise
        return newest.number


def _say_saved(request: HttpRequest, revision: int) -> None:
    said = _("Saved as revision %(revision)s. It is queued to be written to its database.")
    messages.success(request, said % {"revision": revision}, extra_tags=SAVED)


def next_page(request: HttpRequest, guid: str) -> HttpResponseRedirect:
    """Stay on the page unless somebody asked to be done with it."""
    if "_close" in request.POST:
        return HttpResponseRedirect(reverse("admin:assemblies_assembly_changelist"))
    return HttpResponseRedirect(item_address(guid))


def _conflicting(request: HttpRequest, guid: str, typed: Editing) -> HttpResponseBase:
    """Return the page with both versions; what was typed stands over the newest revision, ready to be saved again."""
    entry = get_any_entry(guid)
    newest = newest_of(entry)
    changes = typed.changes or Changes({})
    merge = merge_of(typed.base, newest, changes)
    refused = Refused(
        409,
        merged_editing(typed, newest, merge.text() if merge else None),
        conflict=conflict_of(entry, typed.base, newest, changes, merge),
    )
    return item_page(request, entry, refused)
