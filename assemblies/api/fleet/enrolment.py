"""How a device gets its first tokens, and the next ones. Nobody is signed in here: each call proves itself."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api.fleet import shapes
from assemblies.api.fleet.agent_resource import AGENTS, OpenAgentResource
from assemblies.errors import InvalidDocument, UnknownField
from assemblies.fleet import signing
from assemblies.fleet.access_tokens import LIFETIME_SECONDS
from assemblies.fleet.enrolment import Polled, poll_enrolment, request_enrolment
from assemblies.fleet.errors import SCHEME, InvalidRequest
from assemblies.fleet.models import ApprovalStatus
from assemblies.fleet.proofs import read_proof
from assemblies.fleet.refresh import TokenPair, refresh
from devmode.api.schema import described
from devmode.grants.principal import address_of

FIRST_POLL_MS, NEXT_POLL_MS = 3000, 5000
# A proxy ends TLS: the server does not know the certificate that devices meet it with.
SERVER_CERTIFICATE = ""


class EnrolmentViewSet(OpenAgentResource):
    """Enrol a device: it asks with a code, then polls with proofs of its key until an administrator has decided."""

    @described(
        "Ask to be enrolled",
        operation_id="request_enrolment",
        body=shapes.EnrolmentRequest,
        answers={200: shapes.EnrolmentAnswer},
        refusals=(413, 415, 429, 503),
        tag=AGENTS,
    )
    @action(detail=False, methods=["post"], url_path="request")
    def ask(self, request: Request) -> Response:
        """Record a request, which reserves one use of the code until it is decided or has expired."""
        sent = self._sent(shapes.EnrolmentRequest)
        approval = request_enrolment(sent, remote_address=address_of(request), now=timezone.now())
        return Response(
            {
                "status": "pending",
                "approval_reference": approval.approval_reference,
                "server_nonce": approval.server_nonce,
                "poll_after_ms": FIRST_POLL_MS,
                "server_certificate": SERVER_CERTIFICATE,
                "signing_key": signing.public_key(),
            }
        )

    @described(
        "Poll an enrolment",
        operation_id="poll_enrolment",
        body=shapes.PollRequest,
        answers={200: shapes.PollAnswer},
        refusals=(404, 409, 413, 415, 503),
        tag=AGENTS,
    )
    @action(detail=False, methods=["post"])
    def poll(self, request: Request) -> Response:
        """Say where the request is. The first poll after the approval, and no other, is answered with tokens."""
        return Response(poll_line(poll_enrolment(self._sent(shapes.PollRequest), now=timezone.now())))

    def _sent(self, shape: type[shapes.EnrolmentRequest | shapes.PollRequest]) -> Mapping[str, Any]:
        """Return the body as it is, once its names are known: what is wrong with a value has a code of its own."""
        self._check_object()
        self.check_names(self.request.data, shape().fields)
        sent: Any = self.request.data
        return dict(sent)


class TokenViewSet(OpenAgentResource):
    """The tokens of a device."""

    @described(
        "Refresh a device's tokens",
        operation_id="refresh_device_token",
        body=shapes.RefreshRequest,
        answers={200: shapes.RefreshAnswer},
        refusals=(401, 403, 404, 413, 415, 503),
        tag=AGENTS,
    )
    @action(detail=False, methods=["post"])
    def refresh(self, request: Request) -> Response:
        """Replace a refresh token by a new pair. The header `DPoP` carries a proof of the key that enrolled."""
        sent, now = self.body(), timezone.now()
        proof = read_proof(request.headers.get("DPoP", ""), method="POST", path=request.path, now=now)
        tokens = refresh(sent["guid"], sent["refresh_token"], proof, now=now)
        return Response({"guid": sent["guid"].upper(), **token_line(tokens)})

    def refusal(self, error: serializers.ValidationError) -> Exception:
        fact = super().refusal(error)
        if isinstance(fact, InvalidDocument) and not isinstance(fact, UnknownField):
            return InvalidRequest(fact.message, **fact.detail)
        return fact


def poll_line(polled: Polled) -> dict[str, Any]:
    """Return what a poll is answered."""
    approval, status = polled.approval, polled.approval.status
    if status == ApprovalStatus.PENDING:
        return {"status": status, "poll_after_ms": NEXT_POLL_MS}
    if status != ApprovalStatus.COMPLETED:
        return {"status": status}
    if polled.tokens is None:
        return {"status": "approved", "detail": "finalized"}
    return {
        "status": "approved",
        "guid": approval.device and approval.device.guid,
        **token_line(polled.tokens),
        "server_certificate": SERVER_CERTIFICATE,
        "signing_key": signing.public_key(),
    }


def token_line(tokens: TokenPair) -> dict[str, Any]:
    return {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "token_type": SCHEME,
        "expires_in": LIFETIME_SECONDS,
    }
