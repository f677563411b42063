"""What an enrolled device says of itself: that it is there, and what it is."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api.fleet import shapes
from assemblies.api.fleet.agent_resource import AGENTS, AgentResource
from assemblies.fleet.details import Report, store_report
from assemblies.fleet.device_access import require_guid
from assemblies.fleet.presence import HEARTBEAT, presence
from assemblies.fleet.signing import signed_statements
from devmode.api.schema import described


class AgentViewSet(AgentResource):
    """An agent's own device."""

    @described(
        "Send a heartbeat",
        operation_id="send_heartbeat",
        body=shapes.Heartbeat,
        answers={200: shapes.HeartbeatAnswer},
        refusals=(401, 403, 413, 415, 503),
        tag=AGENTS,
    )
    @action(detail=False, methods=["post"])
    def heartbeat(self, request: Request) -> Response:
        """Say that the device is there. Not needed while it waits for work with an open request."""
        self._check_guid()
        now, device = timezone.now(), self.device.device
        presence.note(device.guid, now=now)
        line = {
            "status": device.status,
            "poll_after_ms": int(HEARTBEAT.total_seconds() * 1000),
            "realtime_url": settings.REALTIME_URL,
            "server_time": now,
            "settings": {"max_concurrent": device.max_concurrent},
            "signing_key_statements": signed_statements(),
        }
        return Response(shapes.HeartbeatAnswer(line).data)

    @described(
        "Report details",
        operation_id="report_details",
        body=shapes.DetailsBody,
        answers={200: shapes.DetailsAnswer},
        refusals=(401, 403, 413, 415, 429, 503),
        tag=AGENTS,
    )
    @action(detail=False, methods=["post"])
    def details(self, request: Request) -> Response:
        """Store what the device says of itself. A name that differs from the approved one is noted, not taken."""
        sent = self._check_guid()
        now = timezone.now()
        facts = {name: sent.get(name) for name in ("hostname", "capabilities", "inventory")}
        store_report(self.device.guid, Report(**facts), now=now)
        presence.note(self.device.guid, now=now)
        return Response({"status": "ok"})

    def _check_guid(self) -> dict[str, Any]:
        """Return the body, unless it names another device than the token."""
        sent = self.body()
        require_guid(self.device, sent.get("guid", self.device.guid))
        return sent
