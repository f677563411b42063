"""Dev Mode over REST: its state, the switch, the live grants and their revocation.

Every change and every refusal is audited in the transaction that makes it; when the audit cannot be written, nothing
happens.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.http import Http404
from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from devmode import grants
from devmode.access import bearer_of, facts_of, find_grant, may_enter, proved_lately, signed_in
from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import documented
from devmode.api.strict import LiteralFlag, LiteralText, StrictSerializer
from devmode.api.throttling import CountingThrottle
from devmode.attempts import LOCK_OUT
from devmode.audit import record
from devmode.grants import Bearer
from devmode.models.audit import Outcome
from devmode.models.grant import DevModeGrant, EndReason
from devmode.turn import writing_turn

TAG = "dev mode"


class SwitchRequest(StrictSerializer):
    enabled = LiteralFlag()
    reason = LiteralText(max_length=500, required=False, default="", allow_blank=True)
    password = LiteralText(max_length=4096, required=False, default="", allow_blank=True)


class StateAnswer(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    eligible = serializers.BooleanField(help_text="Whether this account may enter Dev Mode.")
    expires_at = serializers.DateTimeField(allow_null=True)
    absolute_expires_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class GrantAnswer(serializers.ModelSerializer[DevModeGrant]):
    user = serializers.CharField(source="user.username")
    is_own = serializers.SerializerMethodField(help_text="Whether it is this request's own grant.")

    class Meta:
        model = DevModeGrant
        fields = "id user is_own reason remote_address issued_at last_used_at expires_at absolute_expires_at".split()

    def get_is_own(self, grant: DevModeGrant) -> bool:
        return bool(grant.bearer == self.context["bearer"])


class GrantsAnswer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    results = GrantAnswer(many=True)


class PasswordRequired(PermissionDenied):
    default_detail = "Your log-in is not fresh: send your password, too."
    default_code = "password_required"


class PasswordWrong(PermissionDenied):
    default_detail = "The password is wrong; Dev Mode stays off."
    default_code = "password_wrong"


class SwitchThrottle(CountingThrottle):
    scope = "dev-mode"
    limit = 10
    lock_out = LOCK_OUT


class StateView(PrivateEndpoint):
    """Whether this session or token is in Dev Mode."""

    @documented("See Dev Mode's state", operation_id="dev_mode", answers={200: StateAnswer}, tag=TAG)
    def get(self, request: Request) -> Response:
        return Response(state_of(request, find_grant(request, now=timezone.now())))


class SwitchView(PrivateEndpoint):
    """Enter Dev Mode, or leave it."""

    throttle_classes = [SwitchThrottle]

    @documented(
        "Switch Dev Mode on or off",
        operation_id="switch_dev_mode",
        request=SwitchRequest,
        answers={200: StateAnswer},
        refusals=(400, 401, 403, 413, 415, 429, 503),
        tag=TAG,
    )
    def post(self, request: Request) -> Response:
        sent = SwitchRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        require_administrator(request, "devmode.enter" if sent.validated_data["enabled"] else "devmode.leave")
        if sent.validated_data["enabled"]:
            return Response(state_of(request, enter(request, sent.validated_data)))
        leave(request)
        return Response(state_of(request, None))


class GrantsView(PrivateEndpoint):
    """Who is in Dev Mode now."""

    @documented(
        "List the live grants", operation_id="dev_mode_grants", answers={200: GrantsAnswer}, refusals=(401, 403, 503),
        tag=TAG,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        require_administrator(request, "devmode.grants")
        live = grants.list_live(now=timezone.now())
        rows = GrantAnswer(live, many=True, context={"bearer": bearer_of(request).digest}).data
        return Response({"count": len(rows), "results": rows})


class GrantView(PrivateEndpoint):
    """One live grant."""

    @documented(
        "Revoke a grant", operation_id="revoke_grant", answers={204: None}, refusals=(401, 403, 404, 503), tag=TAG
    )
    def delete(self, request: Request, number: int) -> Response:
        require_administrator(request, "devmode.revoke")
        with writing_turn():
            # Read while nobody writes, so that no use that was recorded after the end went before it.
            now = timezone.now()
            grant = DevModeGrant.objects.live(now).select_related("user").filter(pk=number).first()
            if grant is None:
                raise Http404
            grants.end(grant, EndReason.REVOKED, by=signed_in(request).get_username(), now=now)
            record(facts_of(request, "devmode.revoke", grant=grant.pk, holder=grant.user.get_username()), now=now)
        return Response(status=status.HTTP_204_NO_CONTENT)


def require_administrator(request: Request, event: str) -> None:
    """Raise, and audit, PermissionDenied for everyone who may not enter Dev Mode."""
    if not may_enter(request):
        refuse(request, event, PermissionDenied("Only administrators may do this."))


def refuse(request: Request, event: str, error: PermissionDenied) -> None:
    """Audit a refusal, then raise it."""
    code = getattr(error.detail, "code", error.default_code)
    with writing_turn():
        record(facts_of(request, event, outcome=Outcome.DENIED, code=str(code)), now=timezone.now())
    raise error


def enter(request: Request, sent: dict[str, Any]) -> DevModeGrant:
    """Issue a grant to this request's session or token, once its user has proved who they are."""
    check_proof(request, sent["password"], now=timezone.now())
    with writing_turn():
        now = timezone.now()
        bearer = _elevated(request, now)
        address = str(request.META.get("REMOTE_ADDR", ""))
        grant = grants.issue(bearer, reason=sent["reason"], remote_address=address, now=now)
        until = grant.expires_at.isoformat()
        record(
            facts_of(request, "devmode.enter", dev_mode=True, grant=grant.pk, reason=grant.reason, until=until), now=now
        )
    return grant


def _elevated(request: Request, now: datetime) -> Bearer:
    """Return what the grant is bound to: the token, or the session under a new key.

    A key that leaked before must not carry the elevation. The session is saved in the grant's own transaction, so that
    a failure leaves its holder signed in as before.
    """
    if request.auth is None:
        before, user = bearer_of(request), signed_in(request)
        grants.end_of_bearer(before.digest, EndReason.REPLACED, by=user.get_username(), now=now)
        # Checking the password may have hashed it anew, which the session has to know.
        update_session_auth_hash(request._request, user)
        request._request.session.save()
    return bearer_of(request)


def check_proof(request: Request, password: str, *, now: datetime) -> None:
    """Refuse unless the log-in is fresh or the password is right; a wrong one is never overlooked."""
    if password:
        if not signed_in(request).check_password(password):
            refuse(request, "devmode.enter", PasswordWrong())
    elif not proved_lately(request, now=now):
        refuse(request, "devmode.enter", PasswordRequired())


def leave(request: Request) -> None:
    """End what this session or token was granted, if anything."""
    bearer, name = bearer_of(request), signed_in(request).get_username()
    with writing_turn():
        now = timezone.now()
        grant = grants.find_live(bearer, now=now)
        grants.end_of_bearer(bearer.digest, EndReason.LEFT, by=name, now=now)
        if grant is not None:
            record(facts_of(request, "devmode.leave", dev_mode=True, grant=grant.pk), now=now)


def state_of(request: Request, grant: DevModeGrant | None) -> dict[str, Any]:
    """Return the state as the contract words it."""
    return {
        "enabled": grant is not None,
        "eligible": may_enter(request),
        "expires_at": grant.expires_at if grant else None,
        "absolute_expires_at": grant.absolute_expires_at if grant else None,
        "reason": grant.reason if grant else None,
    }
