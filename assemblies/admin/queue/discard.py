"""Discard one pending write, after saying what the assembly will be then."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assemblies.actions.discard import discard, find_persisted
from assemblies.actions.permit import get_permit
from assemblies.admin.history.field_words import changes_in_words
from assemblies.admin.page import refusals_as_pages, render_page, sent_revision
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.conf import payload_store
from assemblies.documents.hidden_characters import undistorted
from assemblies.domains import Domain
from assemblies.errors import Failure, NothingPending, RevisionConflict
from assemblies.web.actors import actor_of
from assemblies.web.lookups import get_any_entry
from devmode.actor import Actor


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def queue_discard(request: HttpRequest, guid: str) -> HttpResponse:
    """Ask first (GET); then discard (POST) what was asked about and nothing newer."""
    entry, actor = get_any_entry(guid), actor_of(request)
    try:
        return _discarded(request, entry, actor) if request.method == "POST" else _asked(request, entry, actor)
    except NothingPending:
        messages.info(request, _("Its database holds it as it is: there is nothing to discard."))
        return redirect("admin:queue")


def _asked(request: HttpRequest, entry: CatalogueEntry, actor: Actor) -> HttpResponse:
    get_permit(actor, LibraryEvent.DISCARD, Domain(entry.domain), only_looking=True)
    persisted = find_persisted(entry.guid)
    content = persisted.read_content() if persisted else None
    context: dict[str, Any] = {
        "entry": entry,
        "domain": Domain(entry.domain),
        "persisted": persisted,
        "changed": changes_in_words(content, entry.content) if content and not entry.deleted_at else [],
    }
    return render_page(request, "library/queue/discard.html", title=_("Discard the pending write?"), **context)


def _discarded(request: HttpRequest, entry: CatalogueEntry, actor: Actor) -> HttpResponse:
    permit = get_permit(actor, LibraryEvent.DISCARD, Domain(entry.domain), guid=entry.guid)
    try:
        receipt = discard(entry.guid, permit=permit, store=payload_store(), expected_revision=sent_revision(request))
    except RevisionConflict:
        messages.warning(request, _("It was changed meanwhile, so nothing was discarded. This is how it stands now."))
        return redirect("admin:queue_discard", entry.guid)
    except Failure as failure:
        messages.error(request, failure.message)
        return redirect("admin:queue_discard", entry.guid)
    gone = _("Discarded: “%(name)s” was never written to its database and is deleted. Its history can bring it back.")
    back = _("Discarded: “%(name)s” is again as its database holds it.")
    words = gone if receipt.content is None else back
    messages.success(request, words % {"name": undistorted((receipt.content or entry.content).display_name)})
    return redirect("admin:queue")
