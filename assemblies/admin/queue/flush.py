"""Write what waits now, for administrators in Dev Mode; what came of it is said in words."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from assemblies.actions.flush_domains import flush_domains
from assemblies.actions.permit import get_permit
from assemblies.admin.page import refusals_as_pages
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.errors import Failure
from assemblies.permissions import Place, Verb
from assemblies.web.actors import actor_of

WRITTEN = "admin:queue"


@require_POST
@refusals_as_pages
def queue_flush(request: HttpRequest) -> HttpResponse:
    """Flush the domain that is named, or all of them."""
    domains = _asked(request.POST.get("domain", ""))
    permit = get_permit(actor_of(request), LibraryEvent.FLUSH, Place.LIBRARY, verb=Verb.REPLICATE)
    try:
        done = flush_domains(domains, permit=permit)
    except Failure as failure:
        _say_failure(request, failure)
    else:
        messages.success(request, " ".join([*_written_words(done.flushed), _left_words(done.pending)]))
    return redirect(WRITTEN)


def _asked(name: str) -> list[Domain]:
    try:
        return [Domain.from_wire(name)] if name else list(Domain)
    except ValueError as error:
        raise Http404 from error


def _say_failure(request: HttpRequest, failure: Failure) -> None:
    """Say each domain's trouble on a line of its own, and what was written all the same."""
    errors: dict[str, str] = failure.detail.get("errors", {})
    for name, words in errors.items():
        messages.error(request, f"{Domain(name).label}: {words}")
    if not errors:
        messages.error(request, failure.message)
    if written := _written_words(failure.detail.get("flushed", {}), but_nothing=False):
        messages.info(request, " ".join(written))


def _written_words(flushed: dict[str, int], *, but_nothing: bool = True) -> list[str]:
    words = [
        ngettext("%(count)s change was written to %(domain)s.", "%(count)s changes were written to %(domain)s.", count)
        % {"count": count, "domain": Domain(name).label}
        for name, count in flushed.items()
        if count
    ]
    return words or ([_("There was nothing to write.")] if but_nothing else [])


def _left_words(pending: int) -> str:
    if not pending:
        return _("Nothing waits any more.")
    return ngettext("%(count)s assembly still waits.", "%(count)s assemblies still wait.", pending) % {"count": pending}
