"""Is the server alive, and can it do its work? Open to anybody; only people who are signed in see the details."""

import logging
from typing import Any

from django.db import Error as DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api import schema
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import Failure
from assemblies.journal.flush import explain
from assemblies.journal.pending import pending_entries, persisted_sequences
from assemblies.models import DomainState, JournalHead, Watermark
from assemblies.payloads import PayloadStore
from assemblies.payloads.failures import read_failures_named
from devmode.api.endpoint import PrivateEndpoint

logger = logging.getLogger(__name__)
OK = {"status": "ok", "message": ""}
SOME_PAYLOAD = "00000000-0000-4000-8000-000000000000/payload"


class HealthView(PrivateEndpoint):
    """The server answers; nothing else is asked, not even a database."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @schema.read_health
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class ReadinessView(PrivateEndpoint):
    """The databases, the flush, the journal and the payload store."""

    permission_classes = [AllowAny]

    @schema.read_readiness
    def get(self, request: Request) -> Response:
        state = library_state()
        body = state if request.user.is_authenticated else {"status": state["status"]}
        return Response(body, status=200 if state["status"] == "ok" else 503)


def library_state() -> dict[str, Any]:
    """Return the state of every part, and `status`: ok when all of them are."""
    databases = {"default": _tried(lambda: _journal_reached())}
    databases |= {domain.alias: _tried(lambda d=domain: _reached(d)) for domain in Domain}
    payloads = _tried(lambda: _reach_store(payload_store()))
    is_ok = all(part["status"] == "ok" for part in (*databases.values(), payloads))
    state = {"status": "ok" if is_ok else "error", "databases": databases, "payloads": payloads}
    return state | (_journal_state() if databases["default"] == OK else {"flush": {}, "journal": {}})


def _tried(question: Any) -> dict[str, str]:
    try:
        question()
    except (DatabaseError, Failure, OSError) as error:
        logger.warning("readiness: %s", error)
        return {"status": "error", "message": explain(error)}
    return OK


def _journal_reached() -> bool:
    return JournalHead.objects.exists()


def _reached(domain: Domain) -> bool:
    return Watermark.objects.using(domain.alias).exists()


def _reach_store(store: PayloadStore) -> bool:
    with read_failures_named():
        return store.storage.exists(SOME_PAYLOAD)


def _journal_state() -> dict[str, Any]:
    head = JournalHead.objects.filter(id=1).first()
    return {
        "flush": {str(domain): facts for domain, facts in _flush_states().items()},
        "journal": {"journal_id": head.journal_id if head else "", "sequence": head.sequence if head else 0},
    }


def _flush_states() -> dict[Domain, dict[str, Any]]:
    states = {state.domain: state for state in DomainState.objects.all()}
    waiting = pending_entries(persisted_sequences()).order_by().values("domain")
    lags = {row["domain"]: row for row in waiting.annotate(pending=Count("sequence"), oldest=Min("recorded_at"))}
    return {domain: _flush_state(states.get(domain), lags.get(domain)) for domain in Domain}


def _flush_state(state: DomainState | None, lag: Any) -> dict[str, Any]:
    return {
        "pending": lag["pending"] if lag else 0,
        "lag_seconds": (timezone.now() - lag["oldest"]).total_seconds() if lag else 0.0,
        "attempts": state.attempts if state else 0,
        "last_error": state.last_error if state else "",
    }
