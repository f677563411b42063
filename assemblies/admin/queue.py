"""The write queue: how each domain stands, what waits, oldest first; writing it now, or discarding one of it.

It keeps itself current without being reloaded: a browser that asks for the part that changes alone gets it without the
frame, and 304 while nothing in it changed. Who discards is told first what the assembly will be then."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assemblies.actions.discard import discard, find_persisted
from assemblies.actions.flush_domains import flush_domains
from assemblies.actions.permit import get_permit
from assemblies.admin.history.field_words import changes_in_words
from assemblies.admin.page import is_for_script, live_answer, refusals_as_pages, render_page, sent_revision
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry, DomainQueue, Snapshot, domain_queues, library_catalogue, pending_page
from assemblies.conf import flush_interval, payload_store
from assemblies.documents.hidden_characters import undistorted
from assemblies.domains import Domain, Operation
from assemblies.errors import Failure, NothingPending, RevisionConflict
from assemblies.journal.pending import PendingWrite, is_overdue
from assemblies.permissions import Place, Verb
from assemblies.web.actors import actor_of, writable_domains
from assemblies.web.lookups import get_any_entry
from devmode.actor import Actor
from devmode.grants.principal import principal_of

WRITES_PER_PAGE = 50


@dataclass(frozen=True)
class Line:
    """One pending write as its row shows it."""

    write: PendingWrite
    entry: CatalogueEntry
    may_discard: bool

    @property
    def domain(self) -> Domain:
        return Domain(self.write.domain)

    @property
    def operation(self) -> Operation:
        return Operation(self.write.operation)

    @property
    def is_settled(self) -> bool:
        """It goes back to what the database holds already."""
        return self.operation is Operation.DISCARD


class _Waiting:
    """The queue as a paginator wants it: of a part it reads no more than that part."""

    ordered = True

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __len__(self) -> int:
        return len(self.snapshot.waiting)

    def __getitem__(self, part: slice) -> list[PendingWrite]:
        return pending_page(self.snapshot, offset=part.start, limit=part.stop - part.start)


@require_safe
def queue_page(request: HttpRequest) -> HttpResponse:
    snapshot, now = library_catalogue().current(), timezone.now()
    if not is_for_script(request):
        return render_page(request, "library/queue/page.html", title=_("Write queue"), **_shown(request, snapshot, now))
    return live_answer(
        request,
        "library/queue/live.html",
        _tag(request, snapshot, now),
        lambda: {**_shown(request, snapshot, now), "principal": principal_of(request)},
    )


def _shown(request: HttpRequest, snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    actor = actor_of(request)
    waiting: Any = _Waiting(snapshot)
    page: Page[PendingWrite] = Paginator(waiting, WRITES_PER_PAGE).get_page(request.GET.get("page"))
    queues = domain_queues(snapshot)
    return {
        "now": now,
        "queues": queues,
        "pending": len(snapshot.waiting),
        "failing": [queue for queue in queues if queue.attempts],
        "overdue": overdue(queues, now),
        "page": page,
        "lines": _lines(page, snapshot, actor),
        "may_flush": actor.dev_mode,
        "may_discard_any": bool(writable_domains(actor)),
    }


def _lines(page: "Page[PendingWrite]", snapshot: Snapshot, actor: Actor) -> list[Line]:
    writable = set(writable_domains(actor))
    return [Line(write, snapshot.entries[write.guid], write.domain in writable) for write in page.object_list]


def overdue(queues: list[DomainQueue], now: datetime) -> list[DomainQueue]:
    """Return the domains whose turn came long ago, and at which nobody seems to try."""
    waiting = [(queue, queue.oldest_staged_at) for queue in queues if not queue.attempts]
    return [queue for queue, oldest in waiting if oldest and is_overdue(oldest, interval=flush_interval(), now=now)]


def _tag(request: HttpRequest, snapshot: Snapshot, now: datetime) -> str:
    """Return a tag of all that the changing part is made of, but for the ages, which the browser counts itself."""
    grant = principal_of(request).grant
    made_of = (
        snapshot.etag(administrator=False),
        request.user.pk,
        grant.pk if grant else None,
        request.GET.get("page"),
        [queue.domain for queue in overdue(domain_queues(snapshot), now)],
        translation.get_language(),
        timezone.get_current_timezone_name(),
    )
    return f'"{sha256(repr(made_of).encode()).hexdigest()[:32]}"'


WRITTEN = "admin:queue"


@require_POST
@refusals_as_pages
def queue_flush(request: HttpRequest) -> HttpResponse:
    """Flush the domain that is named, or all of them."""
    domains = _named_domains(request.POST.get("domain", ""))
    permit = get_permit(actor_of(request), LibraryEvent.FLUSH, Place.LIBRARY, verb=Verb.REPLICATE)
    try:
        done = flush_domains(domains, permit=permit)
    except Failure as failure:
        _say_failure(request, failure)
    else:
        messages.success(request, " ".join([*_written_words(done.flushed), _left_words(done.pending)]))
    return redirect(WRITTEN)


def _named_domains(name: str) -> list[Domain]:
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


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def queue_discard(request: HttpRequest, guid: str) -> HttpResponse:
    """Ask first (GET); then discard (POST) what was asked about and nothing newer."""
    entry, actor = get_any_entry(guid), actor_of(request)
    try:
        return _discarded(request, entry, actor) if request.method == "POST" else _confirmation(request, entry, actor)
    except NothingPending:
        messages.info(request, _("Its database holds it as it is: there is nothing to discard."))
        return redirect("admin:queue")


def _confirmation(request: HttpRequest, entry: CatalogueEntry, actor: Actor) -> HttpResponse:
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
