"""The queue: how each domain stands, and what waits, oldest first. It keeps itself current without being reloaded.

A browser that asks for the part that changes alone gets it without the frame, and 304 while nothing in it changed.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assemblies.admin.page import is_for_script, live_answer, render_page
from assemblies.catalogue import CatalogueEntry, DomainQueue, Snapshot, domain_queues, library_catalogue, pending_page
from assemblies.conf import flush_interval
from assemblies.domains import Domain, Operation
from assemblies.journal.pending import PendingWrite, is_overdue
from assemblies.web.actors import actor_of, writable_domains
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
