"""Bring an earlier revision back, at the press of a button."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assemblies.actions.permit import get_permit
from assemblies.actions.revert import revert
from assemblies.admin.page import refusals_as_pages, sent_number
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import Failure, GuidInOtherDomain, RevisionConflict, RevisionNotFound
from assemblies.web.actors import actor_of
from assemblies.web.lookups import get_any_entry


@require_POST
@refusals_as_pages
def assembly_restore(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Restore the revision `sequence` if `revision` is still the newest; what was deleted needs none to come back."""
    entry = get_any_entry(guid)
    sequence = sent_number(request.POST, "sequence")
    if sequence is None:
        raise RevisionNotFound(assembly_guid=entry.guid)
    seen = sent_number(request.POST, "revision")
    if seen is None and entry.deleted_at is None:
        # No revision has this number: it is refused like one that was overtaken.
        seen = 0
    permit = get_permit(actor_of(request), LibraryEvent.REVERT, Domain(entry.domain), guid=entry.guid)
    try:
        receipt = revert(entry.guid, sequence=sequence, permit=permit, store=payload_store(), expected_revision=seen)
    except RevisionConflict:
        messages.error(request, _("Somebody changed this meanwhile. Nothing was restored: look at the newest first."))
    except (GuidInOtherDomain, Failure) as error:
        messages.error(request, _("Nothing was restored. %(reason)s") % {"reason": error.message})
    else:
        numbers = {"earlier": sequence, "revision": receipt.revision}
        if receipt.changed:
            messages.success(request, _("Revision %(earlier)s is back, as revision %(revision)s.") % numbers)
        else:
            messages.info(request, _("Nothing to do: it is as it was in revision %(earlier)s already.") % numbers)
    return HttpResponseRedirect(f"{reverse('admin:assemblies_assembly_change', args=[entry.guid])}#history")
