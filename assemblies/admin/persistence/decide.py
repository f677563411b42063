"""What administrators decide on the page of persistence targets, in Dev Mode; what came of it is said in words."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from assemblies.admin.page import refusals_as_pages
from assemblies.errors import DevModeRequired, Forbidden, InvalidField, Refusal
from assemblies.targets.administration import (
    add_connection,
    create_target,
    get_connection,
    get_target,
    permit_persistence,
)
from assemblies.targets.assignment import assign, clear, find_assignment
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.models import PersistenceTarget
from assemblies.targets.schema import ensure_schema_for
from assemblies.web.actors import actor_of

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
