"""Persistence: how the copy of what was run is, and where it goes. It keeps itself current while something changes.

Choosing takes two steps, the target and then its database, each an address of its own: no script is needed.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assemblies.admin.page import is_for_script, live_answer, refusals_as_pages, render_page, require_administrator
from assemblies.permissions import Place, Verb, may
from assemblies.targets.models import Engine, PersistenceTarget, SchemaReport, State, Stream
from assemblies.targets.places import PORTS
from assemblies.targets.status import persistence_status
from assemblies.web.actors import actor_of

TONES = {
    State.UNASSIGNED: "",
    State.WAITING: "warning",
    State.BOOTSTRAPPING: "queued",
    State.BOOTSTRAPPED: "good",
    State.ERROR: "bad",
}
TRANSIENT_SECONDS = 2


@dataclass(frozen=True)
class Line:
    """One stream as its row says it."""

    stream: Stream
    facts: dict[str, Any]

    @property
    def state(self) -> State:
        return State(self.facts["state"])

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def place(self) -> str:
        """The row that was rejected, if the error is about one."""
        return " ".join(self.facts["error_detail"].values())


@require_safe
@refusals_as_pages
def persistence_page(request: HttpRequest) -> HttpResponse:
    require_administrator(request)
    context = shown(request)
    if not is_for_script(request):
        return render_page(request, "library/persistence/page.html", title=_("Persistence"), **context)
    return live_answer(request, "library/persistence/live.html", _tag(context), lambda: context)


def shown(request: HttpRequest) -> dict[str, Any]:
    """Return what the page shows; `target` of the query is the first step of the choice."""
    status = persistence_status()
    state = State(status["state"])
    lines = [Line(stream, status[stream.value]) for stream in Stream]
    targets = list(PersistenceTarget.objects.prefetch_related("connections"))
    assigned = status["target"]["id"] if status["target"] else None
    wanted = request.GET.get("target", "") or str(assigned or "")
    return {
        "now": timezone.now(),
        "copy": status,
        "state": state,
        "tone": TONES[state],
        "lines": lines,
        "error": next((line for line in lines if line.facts["last_error"]), None),
        "every_seconds": TRANSIENT_SECONDS if _is_transient(lines) else 0,
        "targets": targets,
        "chosen": next((target for target in targets if str(target.pk) == wanted), None),
        "report": _newest_report(status),
        "may_decide": may(actor_of(request), Verb.PERSIST, Place.LIBRARY),
        "engines": [engine for engine in Engine if engine != Engine.MSSQL],
        "ports": PORTS,
    }


def _is_transient(lines: list[Line]) -> bool:
    return any(line.state not in {State.UNASSIGNED, State.BOOTSTRAPPED} or line.facts["pending"] for line in lines)


def _newest_report(status: dict[str, Any]) -> SchemaReport | None:
    if status["connection"] is None:
        return None
    return SchemaReport.objects.filter(connection=status["connection"]["id"]).first()


def _tag(context: dict[str, Any]) -> str:
    """Return a tag of all that the changing part is made of."""
    report = context["report"]
    made_of = (context["copy"], report.pk if report else None, translation.get_language())
    return f'"{sha256(repr(made_of).encode()).hexdigest()[:32]}"'
