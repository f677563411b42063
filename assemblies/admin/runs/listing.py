"""The list of runs: newest first, by status and assembly."""

from collections import Counter

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assemblies.admin.page import render_live, stream_of
from assemblies.admin.runs.lines import lines_of
from assemblies.catalogue import library_catalogue
from assemblies.execution.models import Run
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
    entry = library_catalogue().current().entries.get(guid)
    return render_live(
        request,
        "library/runs/list.html",
        "library/runs/list_live.html",
        stream=stream_of("runs"),
        title=_("Runs"),
        page=page,
        lines=lines_of(list(page.object_list), actor_of(request)),
        counts=[(status, counts[status], status == chosen) for status in Status if counts[status]],
        total=sum(counts.values()),
        chosen=chosen,
        guid=guid,
        entry=entry,
    )
