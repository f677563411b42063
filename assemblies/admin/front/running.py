"""Runs on the front page: what runs or waits now, and what failed recently."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assemblies.admin.runs.lines import lines_of
from assemblies.execution.models import Run
from assemblies.execution.states import UNSUCCESSFUL, Status
from devmode.actor import Actor

MAX_LIVE, MAX_FAILED = 5, 5
RECENTLY = timedelta(days=1)


@dataclass(frozen=True)
class Running:
    """Some of what is live, what runs first, and whether there is more; the newest failures."""

    live: list[dict[str, Any]]
    failed: list[dict[str, Any]]
    has_more: bool


def running(actor: Actor, *, now: datetime) -> Running:
    """Return what to show, in four queries at most."""
    live = Run.objects.filter(status__in=[Status.RUNNING, Status.QUEUED]).order_by("-status", "-created_at")
    failed = Run.objects.filter(status__in=UNSUCCESSFUL, created_at__gte=now - RECENTLY)
    found = list(live[: MAX_LIVE + 1])
    newest = found[:MAX_LIVE]
    runs = [*newest, *failed.order_by("-created_at")[:MAX_FAILED]]
    lines = lines_of(runs, actor) if runs else []
    return Running(lines[: len(newest)], lines[len(newest) :], has_more=len(found) > MAX_LIVE)
