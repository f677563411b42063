"""What every route of agents is: a device proves who it is, and what it is told has one form.

`{"error": code, "code": code, "message", "detail"}`, and `server_time` where the device's clock may be the reason.
A new route is a Resource of this kind; the actions in `single_use` accept each proof once.
"""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.fleet.device_access import DevicePrincipal, DeviceRequest, authenticate_device
from assemblies.web.errors import AGENT_CHALLENGE, agent_body
from assemblies.web.resource import LibraryResource

AGENTS = "agents"


class DeviceAuthentication(BaseAuthentication):
    """Accept a device's access token with a proof of its key, and nobody else."""

    def authenticate(self, request: Request) -> tuple[DevicePrincipal, None]:
        view: Any = (request.parser_context or {})["view"]
        sent = DeviceRequest(
            authorization=request.headers.get("Authorization", ""),
            proof=request.headers.get("DPoP", ""),
            method=str(request.method),
            path=request.path,
        )
        single_use = view.action in view.single_use
        return authenticate_device(sent, now=timezone.now(), single_use=single_use), None

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
