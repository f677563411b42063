"""Is the server alive, and can it do its work? Open to anybody; only people who are signed in see the details."""

from typing import Any

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api import schema
from assemblies.conf import payload_store
from assemblies.inspection.health.readiness import library_state
from devmode.api.endpoint import PrivateEndpoint


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
        state = library_state(payload_store())
        body = state if request.user.is_authenticated else {"status": state["status"]}
        return Response(body, status=200 if state["status"] == "ok" else 503)
