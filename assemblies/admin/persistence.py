"""Persistence: how the copy of what was run is, where it goes, and what administrators decide about it in Dev Mode.

It keeps itself current while something changes. Choosing takes two steps, the target and then its database, each an
address of its own: no script is needed."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from assemblies.admin.page import is_for_script, live_answer, refusals_as_pages, render_page, require_administrator
from assemblies.errors import DevModeRequired, Forbidden, InvalidField, Refusal
from assemblies.permissions import Place, Verb, may
from assemblies.targets.administration import (
    add_connection,
    create_target,
    get_connection,
    get_target,
    permit_persistence,
)
from assemblies.targets.assignment import assign, clear, find_assignment
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.models import Engine, PersistenceTarget, SchemaReport, State, Stream
from assemblies.targets.places import PORTS
from assemblies.targets.schema import ensure_schema_for
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


PAGE = "admin:persistence"


@require_POST
@refusals_as_pages
def persistence_assign(request: HttpRequest) -> HttpResponse:
    """Save the connection that was chosen, or clear the assignment."""
    clears = "clear" in request.POST
    permit = permit_persistence(actor_of(request), TargetEvent.CLEAR if clears else TargetEvent.ASSIGN)
    chosen, now = _number(request, "connection"), timezone.now()

    def decide() -> None:
        if not clears:
            assign(get_connection(chosen), permit=permit, now=now)
            messages.success(request, _("Saved. What is run is copied there, as soon as the target answers."))
        elif find_assignment() is not None:
            _say_cleared(request, clear(permit=permit, now=now))

    return _decided(request, decide)


def _say_cleared(request: HttpRequest, dropped: int) -> None:
    words = ngettext(
        "Nothing is copied any more. %(count)s change was not copied.",
        "Nothing is copied any more. %(count)s changes were not copied.",
        dropped,
    )
    messages.success(request, words % {"count": dropped})


@require_POST
@refusals_as_pages
def persistence_add(request: HttpRequest) -> HttpResponse:
    """Add a database, and its target unless one of that number is named."""
    permit = permit_persistence(actor_of(request), TargetEvent.CREATE)
    connecting = permit_persistence(actor_of(request), TargetEvent.CONNECT)
    sent, now = request.POST, timezone.now()
    made: list[PersistenceTarget] = []

    def decide() -> None:
        number = _number(request, "target")
        target = get_target(number) if number else create_target(_facts(request), permit=permit, now=now)
        made.append(target)
        add_connection(target, sent.get("database", ""), permit=connecting, now=now)
        messages.success(request, _("Added. Choose it and save to have what is run copied there."))

    return _decided(request, decide, lambda: f"?target={made[0].pk}" if made else "")


@require_POST
@refusals_as_pages
def persistence_ensure(request: HttpRequest) -> HttpResponse:
    """Make sure of the tables of a connection."""
    permit = permit_persistence(actor_of(request), TargetEvent.ENSURE)

    def decide() -> None:
        connection = get_connection(_number(request, "connection"))
        report = ensure_schema_for(connection, permit=permit, dry_run=False, now=timezone.now())
        if report.verified:
            messages.success(request, _("The tables of the target are as they have to be."))
        else:
            messages.error(request, _("The tables of the target differ in a way that only you can change."))

    return _decided(request, decide)


def _facts(request: HttpRequest) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: request.POST.get(name, "") for name in ("name", "engine", "host", "user", "secret_ref")
    }
    return facts | {"port": _number(request, "port") or None}


def _number(request: HttpRequest, name: str) -> int:
    """Return a number of a form, 0 for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _decided(request: HttpRequest, decide: Callable[[], None], query: Callable[[], str] = lambda: "") -> HttpResponse:
    """Carry out a decision; what it is refused for is said on the page."""
    try:
        decide()
    except (Forbidden, DevModeRequired):
        raise
    except Refusal as refusal:
        field = f"{refusal.detail['field']}: " if isinstance(refusal, InvalidField) else ""
        code = f" ({refusal.detail['code']})" if "code" in refusal.detail else ""
        messages.error(request, f"{field}{refusal.message}{code}")
    answer = redirect(PAGE)
    answer["Location"] += query()
    return answer
