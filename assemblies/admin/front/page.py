"""The front page, and what on it somebody should look at.

Everything on it comes from one snapshot and a handful of queries, however large the library is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assemblies.admin.front.activity import changes_per_day, flushes_per_hour
from assemblies.admin.front.figures import Tally, assemblies_figure, changes_figure, flushes_figure
from assemblies.admin.front.newest import MAX_FAVOURITES, favourite_entries, what_happened
from assemblies.admin.page import render_page
from assemblies.admin.runs.lines import lines_of
from assemblies.catalogue import Snapshot, library_catalogue
from assemblies.catalogue.queue import DomainQueue, domain_queues
from assemblies.domains import Domain, UpstreamState
from assemblies.execution.models import Run
from assemblies.execution.states import UNSUCCESSFUL, Status
from assemblies.models import Assembly
from assemblies.upstream.watching import find_update
from assemblies.web.actors import actor_of, is_administrator, writable_domains
from devmode.actor import Actor

YES = "true"
STATES: dict[UpstreamState, Any] = {
    UpstreamState.UPDATE_AVAILABLE: _("official, with an update available"),
    UpstreamState.DIVERGED: _("official, changed here and by the source"),
    UpstreamState.LOCALLY_MODIFIED: _("official, changed here"),
    UpstreamState.REMOVED_UPSTREAM: _("official, no longer published"),
}


@dataclass(frozen=True)
class Matter:
    """One thing to look at; `is_urgent` when something does not work."""

    count: int
    words: Any
    address: str
    is_urgent: bool = False
    detail: str = ""


def matters(queues: Iterable[DomainQueue], tally: Tally) -> list[Matter]:
    """Return what needs attention, what does not work first. One query, for those that are flagged."""
    return [*_queue_errors(queues), *_upstream(), *(matter for matter in _assemblies(tally) if matter.count)]


def _queue_errors(queues: Iterable[DomainQueue]) -> Iterator[Matter]:
    for queue in queues:
        if queue.attempts:
            words = _("failed attempts to write the database of %(domain)s") % {"domain": queue.domain.label}
            address = _grid(domain=queue.domain.value, dirty=YES)
            yield Matter(queue.attempts, words, address, is_urgent=True, detail=queue.last_error)


def _upstream() -> Iterator[Matter]:
    if head := find_update():
        words = _("update available: the official source has moved on")
        yield Matter(1, words, reverse("admin:assemblies_syncrecord_changelist"), detail=head[:12])


def _assemblies(tally: Tally) -> Iterator[Matter]:
    flagged = Assembly.objects.live().filter(is_flagged=True).count()
    yield Matter(flagged, _("with hidden characters"), _grid(flagged=YES))
    for state, words in STATES.items():
        yield Matter(tally.in_state(state), words, _grid(domain=Domain.OFFICIAL.value, upstream_state=state.value))
    changed = _("copies whose original changed since")
    yield Matter(tally.of_changed_originals(), changed, _grid(origin_changed=YES))


def _grid(**query: str) -> str:
    return f"{reverse('admin:assemblies_assembly_changelist')}?{urlencode(query)}"


MAX_LIVE, MAX_FAILED = 5, 5
RECENTLY = timedelta(days=1)


@dataclass(frozen=True)
class Running:
    """Some of what is live, what runs first, and whether there is more; the newest failures."""

    live: list[dict[str, Any]]
    failed: list[dict[str, Any]]
    has_more: bool


def front_page(request: HttpRequest) -> HttpResponse:
    actor, snapshot = actor_of(request), library_catalogue().current()
    tally = Tally.of(snapshot)
    what = _pictures(actor, snapshot, tally) if tally.live else {"may_sync": actor.dev_mode}
    return render_page(
        request,
        "library/front/page.html" if tally.live else "library/front/empty.html",
        title=_("Library"),
        may_write=bool(writable_domains(actor)),
        is_administrator=is_administrator(request),
        **what,
    )


def _pictures(actor: Actor, snapshot: Snapshot, tally: Tally) -> dict[str, Any]:
    now, zone = timezone.now(), timezone.get_current_timezone()
    queues = domain_queues(snapshot)
    favourites = favourite_entries(actor.name, snapshot)
    return {
        "assemblies": assemblies_figure(tally),
        "changes": changes_figure(changes_per_day(snapshot, now=now, zone=zone)),
        "flushes": flushes_figure(flushes_per_hour(snapshot, now=now)),
        "queues": queues,
        "pending": sum(queue.pending for queue in queues),
        "matters": matters(queues, tally),
        "running": running(actor, now=now),
        "newest": what_happened(snapshot),
        "favourites": favourites[:MAX_FAVOURITES],
        "more_favourites": len(favourites) > MAX_FAVOURITES,
    }


def running(actor: Actor, *, now: datetime) -> Running:
    """Return what to show, in four queries at most."""
    live = Run.objects.filter(status__in=[Status.RUNNING, Status.QUEUED]).order_by("-status", "-created_at")
    failed = Run.objects.filter(status__in=UNSUCCESSFUL, created_at__gte=now - RECENTLY)
    found = list(live[: MAX_LIVE + 1])
    newest = found[:MAX_LIVE]
    runs = [*newest, *failed.order_by("-created_at")[:MAX_FAILED]]
    lines = lines_of(runs, actor) if runs else []
    return Running(lines[: len(newest)], lines[len(newest) :], has_more=len(found) > MAX_LIVE)
