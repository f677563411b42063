"""The front page: everything on it comes from one snapshot and a handful of queries, however large the library is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assemblies.admin.front.activity import changes_per_day, flushes_per_hour
from assemblies.admin.front.attention import matters
from assemblies.admin.front.figures import Tally, assemblies_figure, changes_figure, flushes_figure
from assemblies.admin.front.newest import MAX_FAVOURITES, favourite_entries, what_happened
from assemblies.admin.page import render_page
from assemblies.admin.runs.lines import lines_of
from assemblies.catalogue import Snapshot, library_catalogue
from assemblies.catalogue.queue import domain_queues
from assemblies.execution.models import Run
from assemblies.execution.states import UNSUCCESSFUL, Status
from assemblies.web.actors import actor_of, is_administrator, writable_domains
from devmode.actor import Actor

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
