"""The list of runs: newest first, by status and assembly."""

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assemblies.admin.page import render_page
from assemblies.admin.runs.page import TONES
from assemblies.catalogue import library_catalogue
from assemblies.execution.models import Run
from assemblies.execution.reading import Sight, run_lines
from assemblies.execution.states import Status
from assemblies.web.actors import actor_of

RUNS_PER_PAGE = 50


@require_safe
def runs_page(request: HttpRequest) -> HttpResponse:
    chosen, guid = request.GET.get("status", ""), request.GET.get("assembly", "")
    rows = Run.objects.filter(assembly_guid=guid) if guid else Run.objects.all()
    counts = Counter(dict(rows.order_by().values_list("status").annotate(Count("run_id"))))
    if chosen in Status.values:
        rows = rows.filter(status=chosen)
    page = Paginator(rows.order_by("-created_at", "run_id"), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    lines = run_lines(list(page.object_list), Sight.of(actor_of(request)))
    entry = library_catalogue().current().entries.get(guid)
    return render_page(
        request,
        "library/runs/list.html",
        title=_("Runs"),
        page=page,
        lines=[_line(line) for line in lines],
        counts=[(status, counts[status], status == chosen) for status in Status if counts[status]],
        total=sum(counts.values()),
        chosen=chosen,
        guid=guid,
        entry=entry,
    )


def _line(line: dict[str, Any]) -> dict[str, Any]:
    status = Status(line["status"])
    started, ended = line["started_at"], line["finished_at"]
    seconds = (ended - started).total_seconds() if started and ended else None
    errors = [item["last_error"] for item in line["items"] if item["last_error"]]
    waits = [item["waiting_for"] for item in line["items"] if item["waiting_for"]]
    return line | {
        "label": status.label,
        "tone": TONES.get(status, "queued"),
        "seconds": seconds,
        "words": (errors or waits or [""])[0],
    }
