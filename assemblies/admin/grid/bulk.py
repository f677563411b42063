"""Do something to many assemblies at once; a deletion is confirmed first."""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from assemblies.actions.delete import delete_many
from assemblies.actions.selection import get_selection_permit
from assemblies.admin.grid.address import back_to_list
from assemblies.admin.grid.chosen import chosen, chosen_revisions
from assemblies.admin.grid.deletion import confirmation
from assemblies.admin.grid.verbs import VERBS
from assemblies.admin.page import refusals_as_pages
from assemblies.audit_events import LibraryEvent
from assemblies.errors import AssemblyNotFound, DevModeRequired, Forbidden, LibraryError, RevisionConflict
from assemblies.web.actors import actor_of


@require_POST
@refusals_as_pages
def bulk(request: HttpRequest) -> HttpResponseBase:
    """Do what `verb` says; whatever is refused leaves every one of them as it was."""
    verb = request.POST.get("verb", "")
    try:
        if verb == "delete" and request.POST.get("confirmed") != "yes":
            return _asking(request)
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


def _asking(request: HttpRequest) -> HttpResponseBase:
    """Ask once more; who may not delete one of them is refused here already."""
    guids = chosen(request)
    get_selection_permit(guids, actor=actor_of(request), event=LibraryEvent.DELETE_MANY)
    return confirmation(request, guids)
