"""The queue of runs: what is being carried out, and what waits, in the order in which it will be taken.

It keeps itself current: a browser that asks for the part that changes gets it alone, and 304 while nothing in it did.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assemblies.actions.permit import get_permit
from assemblies.admin.page import is_for_script, live_answer, refusals_as_pages, render_page
from assemblies.admin.runs.lines import place_names, tone_of
from assemblies.admin.runs.page import reason_in, say_canceled
from assemblies.audit_events import LibraryEvent
from assemblies.execution.control import cancel_item_for, permit_cancel, reorder_for
from assemblies.execution.errors import AlreadyFinalized, IllegalTransition, WorkItemNotFound
from assemblies.execution.health import Health, HealthLabel, with_health
from assemblies.execution.local import SERVER
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.reading import get_item
from assemblies.execution.reorder import Direction
from assemblies.execution.states import CLAIMABLE, WAITING, Status
from assemblies.permissions import Place, Verb, may
from assemblies.web.actors import actor_of
from devmode.actor import Actor

ITEMS_PER_PAGE = 50
MAX_HELD = 100
HEALTH_TONES = {HealthLabel.HEALTHY: "good", HealthLabel.UNCERTAIN: "warning", HealthLabel.UNHEALTHY: "bad"}


@dataclass(frozen=True)
class Line:
    """One work item as its row shows it."""

    item: WorkItem
    where: str
    display_name: str
    health: Health
    may_cancel: bool
    may_move: bool

    @property
    def status(self) -> Status:
        return Status(self.item.status)

    @property
    def tone(self) -> str:
        return tone_of(self.status)

    @property
    def health_tone(self) -> str:
        return HEALTH_TONES.get(self.health.label, "")

    @property
    def is_well(self) -> bool:
        return self.health.label in {HealthLabel.HEALTHY, HealthLabel.UNKNOWN}


@require_safe
def run_queue(request: HttpRequest) -> HttpResponse:
    context = _shown(request, timezone.now())
    if not is_for_script(request):
        return render_page(request, "library/runs/queue.html", title=_("Run queue"), **context)
    return live_answer(request, "library/runs/queue_live.html", _tag(request, context), lambda: context)


@require_POST
@refusals_as_pages
def run_queue_cancel(request: HttpRequest, work_item_hash: str) -> HttpResponse:
    item = _found(work_item_hash)
    permit = permit_cancel(actor_of(request), item.actor)
    say_canceled(request, cancel_item_for(item, permit=permit, reason=reason_in(request)))
    return redirect("admin:run_queue")


@require_POST
@refusals_as_pages
def run_queue_move(request: HttpRequest, work_item_hash: str) -> HttpResponse:
    permit = get_permit(actor_of(request), LibraryEvent.REORDER_RUN, Place.LIBRARY, verb=Verb.ADMINISTER)
    item, direction = _found(work_item_hash), request.POST.get("direction", "")
    if direction not in set(Direction):
        raise BadRequest("A direction is up, down, first or last.")
    try:
        reorder_for(item, Direction(direction), permit=permit)
    except (AlreadyFinalized, IllegalTransition):
        messages.info(request, _("It does not wait any more, so it was not moved."))
    return redirect("admin:run_queue")


def _found(work_item_hash: str) -> WorkItem:
    try:
        return get_item(work_item_hash)
    except WorkItemNotFound as error:
        raise Http404(error.message) from error


def _shown(request: HttpRequest, now: datetime) -> dict[str, Any]:
    waiting = WorkItem.objects.filter(status__in=WAITING).order_by("queue_position", "id")
    page = Paginator(waiting, ITEMS_PER_PAGE).get_page(request.GET.get("page"))
    held = list(WorkItem.objects.held().order_by("claimed_at", "id")[:MAX_HELD])
    actor = actor_of(request)
    lines = _lines([*held, *page.object_list], actor, now)
    return {
        "now": now,
        "page": page,
        "held": lines[: len(held)],
        "waiting": lines[len(held) :],
        "may_change": any(line.may_cancel or line.may_move for line in lines),
    }


def _lines(items: Iterable[WorkItem], actor: Actor, now: datetime) -> list[Line]:
    items = list(items)
    runs = Run.objects.filter(run_id__in={item.run_id for item in items})
    names = dict(runs.values_list("run_id", "display_name"))
    administers, runs_own = may(actor, Verb.ADMINISTER, Place.LIBRARY), may(actor, Verb.RUN, Place.OWN)
    places = place_names(item.target_device or SERVER for item in items)
    return [
        Line(
            item=item,
            where=places[item.target_device or SERVER],
            display_name=names.get(item.run_id, item.run_id),
            health=health,
            may_cancel=not item.cancel_requested and (runs_own if item.actor == actor.name else administers),
            may_move=administers and Status(item.status) in CLAIMABLE,
        )
        for item, health in with_health(items, now=now)
    ]


def _tag(request: HttpRequest, context: dict[str, Any]) -> str:
    """Return a tag of all that the changing part is made of, but for ages, which the browser counts itself."""
    lines = [*context["held"], *context["waiting"]]
    made_of = (
        [(line.item.pk, line.item.revision, line.item.waiting_for, line.health.label) for line in lines],
        context["page"].paginator.count,
        actor_of(request),
        translation.get_language(),
        timezone.get_current_timezone_name(),
    )
    return f'"{sha256(repr(made_of).encode()).hexdigest()[:32]}"'
