"""What every route of agents is: a device proves who it is, and what it is told has one form.

`{"error": code, "code": code, "message", "detail"}`, and `server_time` where the device's clock may be the reason.
A new route is a Resource of this kind; the actions in `single_use` accept each proof once: what they do, they `take`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api.resource import LibraryResource
from assemblies.errors import LibraryError
from assemblies.fleet.device_access import DevicePrincipal, DeviceRequest, authenticate_device
from assemblies.fleet.limits import Limit
from assemblies.fleet.message import take_message
from assemblies.web.errors import AGENT_CHALLENGE, agent_body

AGENTS = "agents"
Done = TypeVar("Done")


class DeviceAuthentication(BaseAuthentication):
    """Accept a device's access token with a proof of its key, and nobody else."""

    def authenticate(self, request: Request) -> tuple[DevicePrincipal, None]:
        sent = DeviceRequest(
            authorization=request.headers.get("Authorization", ""),
            proof=request.headers.get("DPoP", ""),
            method=str(request.method),
            path=request.path,
        )
        return authenticate_device(sent, now=timezone.now()), None

    def authenticate_header(self, request: Request) -> str:
        return AGENT_CHALLENGE


class DeviceScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = DeviceAuthentication
    name = "device"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "dpop",
            "description": "`Authorization: DPoP <access token>` with a proof in the header `DPoP` (RFC 9449).",
        }


class AgentResource(LibraryResource):
    """A route of agents."""

    authentication_classes: tuple[type[BaseAuthentication], ...] = (DeviceAuthentication,)
    single_use: frozenset[str] = frozenset()

    @property
    def device(self) -> DevicePrincipal:
        principal: DevicePrincipal = self.request.user  # type: ignore[assignment]
        return principal

    def take(self, act: Callable[[], Done | LibraryError], *, limit: Limit, now: datetime) -> Done:
        """Do what the message says, once where its action accepts a proof once."""
        spent = self.device.proof if self.action in self.single_use else None
        return take_message(act, limit=limit, spent=spent, now=now)

    def handle_exception(self, exc: Exception) -> Response:
        answer = super().handle_exception(exc)
        body: Any = answer.data
        answer.data = agent_body(**body)
        if answer.status_code == 401:
            answer["WWW-Authenticate"] = AGENT_CHALLENGE
        return answer


class OpenAgentResource(AgentResource):
    """A route of agents that have no token yet."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
