"""Do something to the rows that somebody chose, or to all that match; a deletion is confirmed first, on a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from assemblies.actions.delete import delete_many
from assemblies.actions.selection import get_selection_permit
from assemblies.admin.grid.address import ListAddress, address_of, back_to_list
from assemblies.admin.grid.results import find
from assemblies.admin.grid.verbs import VERBS
from assemblies.admin.page import number_of, refusals_as_pages, render_page
from assemblies.admin.where_used import find_copies, find_replaced
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry, Snapshot, library_catalogue
from assemblies.domains import Domain
from assemblies.errors import AssemblyNotFound, DevModeRequired, Forbidden, InvalidField, LibraryError, RevisionConflict
from assemblies.web.actors import actor_of


@require_POST
@refusals_as_pages
def bulk(request: HttpRequest) -> HttpResponseBase:
    """Do what `verb` says; whatever is refused leaves every one of them as it was."""
    verb = request.POST.get("verb", "")
    try:
        if verb == "delete" and request.POST.get("confirmed") != "yes":
            return _confirm(request)
        messages.success(request, _done(request, verb))
    except (Forbidden, DevModeRequired):
        raise
    except AssemblyNotFound:
        messages.error(request, _("Nothing was changed: one of them was deleted meanwhile. Select again."))
    except RevisionConflict:
        messages.error(request, _("Nothing was deleted: one of them was changed meanwhile. Look again, then delete."))
    except LibraryError as error:
        messages.error(request, _("Nothing was changed. %(why)s") % {"why": error.message})
    return back_to_list(request)


def _done(request: HttpRequest, verb: str) -> str:
    actor = actor_of(request)
    if verb == "delete":
        revisions = chosen_revisions(request)
        permit = get_selection_permit(list(revisions), actor=actor, event=LibraryEvent.DELETE_MANY)
        count = len(delete_many(revisions, permit=permit))
        said = ngettext(
            "%(count)d assembly was deleted. Its history stays: open it among the deleted ones to bring it back.",
            "%(count)d assemblies were deleted. Their history stays: open one among the deleted ones to bring it back.",
            count,
        )
        return said % {"count": count}
    if verb not in VERBS:
        raise LibraryError(_("Choose what to do with the selected rows."))
    return VERBS[verb](chosen(request), request.POST, actor)


def _confirm(request: HttpRequest) -> HttpResponseBase:
    """Ask once more; who may not delete one of them is refused here already."""
    guids = chosen(request)
    get_selection_permit(guids, actor=actor_of(request), event=LibraryEvent.DELETE_MANY)
    return confirmation(request, guids)


# A deletion names each of them once more, with its revision, in one form.
MAX_CHOSEN = 40_000


def chosen(request: HttpRequest) -> list[str]:
    """Return the GUIDs, each once. Raises InvalidField when there are none, or more than can be changed at once."""
    if request.POST.get("matching") == "yes":
        found = find(ListAddress.of_text(request.POST.get("query", "")), request.user)
        guids = list(found.result.guids)
    else:
        guids = [*dict.fromkeys(request.POST.getlist("guid"))]
    if not guids:
        raise InvalidField(_("Nothing was selected: tick the rows first."), field="guid")
    if len(guids) > MAX_CHOSEN:
        words = _(
            "These are %(count)s assemblies; at most %(limit)s are changed at once. Narrow the list, part by part."
        )
        raise InvalidField(words % {"count": len(guids), "limit": MAX_CHOSEN}, field="guid")
    return guids


def chosen_revisions(request: HttpRequest) -> dict[str, int]:
    """Return what a page of confirmation showed: each GUID with the revision it had then; unsaid, one that none has."""
    revisions: dict[str, int] = {}
    for pair in request.POST.get("shown", "").split():
        guid, _at, revision = pair.partition("@")
        revisions[guid] = number_of(revision) or 0
    if not revisions:
        raise InvalidField(_("Nothing was selected: tick the rows first."), field="guid")
    return revisions


SHOWN = 200


@dataclass(frozen=True)
class Doomed:
    """An assembly that is about to go, with what was copied from it and what names it as its successor."""

    entry: CatalogueEntry
    source: Any
    copies: list[CatalogueEntry]
    replaces: list[CatalogueEntry]


def confirmation(request: HttpRequest, guids: Sequence[str]) -> HttpResponse:
    """Return the page. Raises AssemblyNotFound."""
    snapshot, address = library_catalogue().current(), ListAddress.of_text(request.POST.get("query", ""))
    entries = [_get_live(snapshot, guid) for guid in guids]
    count = len(entries)
    return render_page(
        request,
        "library/grid/delete.html",
        title=ngettext("Delete %(count)d assembly?", "Delete %(count)d assemblies?", count) % {"count": count},
        doomed=_doomed(snapshot, entries[:SHOWN]),
        rest=max(0, count - SHOWN),
        shown=" ".join(f"{entry.guid}@{entry.revision}" for entry in entries),
        query=address.here,
        back=address_of(address),
    )


def _get_live(snapshot: Snapshot, guid: str) -> CatalogueEntry:
    entry = snapshot.entries.get(guid)
    if entry is None or entry.deleted_at is not None:
        raise AssemblyNotFound(assembly_guid=guid)
    return entry


def _doomed(snapshot: Snapshot, entries: Sequence[CatalogueEntry]) -> list[Doomed]:
    guids = {entry.guid for entry in entries}
    copies, replaced = find_copies(snapshot, guids), find_replaced(snapshot, guids)
    return [
        Doomed(entry, Domain(entry.domain).label, copies.get(entry.guid, []), replaced.get(entry.guid, []))
        for entry in entries
    ]
