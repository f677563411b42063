"""Is the server alive, and can it do its work? Open to anybody; only people who are signed in see the details."""

from typing import Any

from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api.shapes.fields import JSONObject
from assemblies.api.shapes.items import Status
from assemblies.conf import flush_interval, payload_store
from assemblies.execution.figures import find_queue_figures
from assemblies.inspection.health.readiness import library_state
from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import described


class Readiness(Status):
    """`status` for everybody; the parts for people who are signed in."""

    companions = JSONObject(required=False)
    databases = JSONObject(required=False)
    flush = JSONObject(required=False)
    journal = JSONObject(required=False)
    payloads = JSONObject(required=False)
    runs = JSONObject(required=False, help_text="What waits and runs; empty where its database cannot be asked.")


class HealthView(PrivateEndpoint):
    """The server answers; nothing else is asked, not even a database."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @described("Is the server alive?", operation_id="read_health", answers={200: Status}, refusals=(), tag="health")
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class ReadinessView(PrivateEndpoint):
    """The databases, the flush, the journal and the payload store."""

    permission_classes = [AllowAny]

    @described(
        "Can the server do its work?",
        operation_id="read_readiness",
        answers={200: Readiness, 503: Readiness},
        refusals=(),
        tag="health",
    )
    def get(self, request: Request) -> Response:
        now = timezone.now()
        state = library_state(payload_store(), flush_interval=flush_interval(), now=now)
        if request.user.is_authenticated:
            figures = find_queue_figures(now=now)
            body = state | {"runs": figures.json() if figures else {}}
        else:
            body = {"status": state["status"]}
        return Response(body, status=200 if state["status"] == "ok" else 503)
