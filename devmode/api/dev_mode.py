"""Dev Mode over REST: its state, the switch, the live grants and their revocation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from devmode import grants
from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import documented
from devmode.api.strict import LiteralFlag, LiteralText, StrictSerializer
from devmode.api.throttling import CountingThrottle
from devmode.audit.events import AccessEvent, AuditEvent
from devmode.grants import dev_mode
from devmode.grants.access import asker_of, bearer_of, find_grant, may_enter
from devmode.models.grant import DevModeGrant

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


class SwitchThrottle(CountingThrottle):
    limit = dev_mode.ATTEMPTS_A_MINUTE

    def take(self, request: Request) -> None:
        dev_mode.count_attempt(asker_of(request), attempts=self.limit)


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
        asker, grant = asker_of(request), None
        with refusals_as_answers():
            if sent.validated_data.pop("enabled"):
                grant = dev_mode.enter(asker, **sent.validated_data)
            else:
                dev_mode.leave(asker)
        return Response(state_of(request, grant))


class GrantsView(PrivateEndpoint):
    """Who is in Dev Mode now."""

    @documented(
        "List the live grants", operation_id="dev_mode_grants", answers={200: GrantsAnswer}, refusals=(401, 403, 503),
        tag=TAG,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        require_administrator(request, AccessEvent.LIST_GRANTS)
        live = grants.list_live(now=timezone.now())
        rows = GrantAnswer(live, many=True, context={"bearer": bearer_of(request).digest}).data
        return Response({"count": len(rows), "results": rows})


class GrantView(PrivateEndpoint):
    """One live grant."""

    @documented(
        "Revoke a grant", operation_id="revoke_grant", answers={204: None}, refusals=(401, 403, 404, 503), tag=TAG
    )
    def delete(self, request: Request, number: int) -> Response:
        with refusals_as_answers():
            dev_mode.revoke(asker_of(request), number)
        return Response(status=status.HTTP_204_NO_CONTENT)


def require_administrator(request: Request, event: AuditEvent) -> None:
    """Raise, and audit, PermissionDenied for everyone who may not enter Dev Mode."""
    with refusals_as_answers():
        dev_mode.require_administrator(asker_of(request), event)


@contextmanager
def refusals_as_answers() -> Iterator[None]:
    """Let what the switch refuses leave as the framework's own errors."""
    try:
        yield
    except dev_mode.Refusal as refusal:
        raise PermissionDenied(refusal.message, refusal.code) from refusal
    except dev_mode.NoSuchGrant as error:
        raise Http404 from error


def state_of(request: Request, grant: DevModeGrant | None) -> dict[str, Any]:
    """Return the state as the contract words it."""
    return {
        "enabled": grant is not None,
        "eligible": may_enter(request),
        "expires_at": grant.expires_at if grant else None,
        "absolute_expires_at": grant.absolute_expires_at if grant else None,
        "reason": grant.reason if grant else None,
    }
