"""Dev Mode: its state, the switch, the live grants and their revocation."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from devmode import grants
from devmode.api.endpoint import CountingThrottle
from devmode.api.resource import Resource
from devmode.api.schema import described
from devmode.api.shapes import Answer, LiteralFlag, LiteralText, Shape
from devmode.audit.events import AccessEvent
from devmode.grants import dev_mode
from devmode.grants.principal import Principal, principal_of
from devmode.models.grant import DevModeGrant

TAG = "dev mode"


class Switch(Shape):
    enabled = LiteralFlag()
    reason = LiteralText(max_length=500, required=False, default="", allow_blank=True)
    password = LiteralText(max_length=4096, required=False, default="", allow_blank=True)


class StateAnswer(Answer):
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


class GrantsAnswer(Answer):
    count = serializers.IntegerField()
    results = GrantAnswer(many=True)


class SwitchThrottle(CountingThrottle):
    limit = dev_mode.ATTEMPTS_A_MINUTE

    def take(self, request: Request) -> None:
        dev_mode.count_attempt(principal_of(request), attempts=self.limit)


class DevModeViewSet(Resource):
    """Whether this session or token is in Dev Mode, and the way in and out."""

    @described("See Dev Mode's state", operation_id="dev_mode", answers={200: StateAnswer}, tag=TAG)
    def list(self, request: Request) -> Response:
        return Response(state_of(principal_of(request), principal_of(request).grant))

    @described(
        "Switch Dev Mode on or off",
        operation_id="switch_dev_mode",
        body=Switch,
        answers={200: StateAnswer},
        refusals=(401, 403, 413, 415, 429, 503),
        tag=TAG,
    )
    @action(detail=False, methods=["post"], url_path="switch", url_name="switch", throttle_classes=[SwitchThrottle])
    def enter_or_leave(self, request: Request) -> Response:
        sent, principal, grant = self.body(), principal_of(request), None
        if sent.pop("enabled"):
            grant = dev_mode.enter(principal, **sent)
        else:
            dev_mode.leave(principal)
        return Response(state_of(principal, grant))


class GrantViewSet(Resource):
    """Who is in Dev Mode now."""

    lookup_field, lookup_value_converter = "number", "int"

    @described(
        "List the live grants",
        operation_id="dev_mode_grants",
        answers={200: GrantsAnswer},
        refusals=(401, 403, 503),
        tag=TAG,
    )
    def list(self, request: Request) -> Response:
        principal = principal_of(request)
        dev_mode.require_administrator(principal, AccessEvent.LIST_GRANTS)
        live = grants.list_live(now=timezone.now())
        rows = GrantAnswer(live, many=True, context={"bearer": principal.bearer}).data
        return Response({"count": len(rows), "results": rows})

    @described(
        "Revoke a grant", operation_id="revoke_grant", answers={204: None}, refusals=(401, 403, 404, 503), tag=TAG
    )
    def destroy(self, request: Request, number: int) -> Response:
        dev_mode.revoke(principal_of(request), number)
        return Response(status=204)


def state_of(principal: Principal, grant: DevModeGrant | None) -> dict[str, Any]:
    """Return the state as the contract words it."""
    return {
        "enabled": grant is not None,
        "eligible": principal.is_administrator,
        "expires_at": grant.expires_at if grant else None,
        "absolute_expires_at": grant.absolute_expires_at if grant else None,
        "reason": grant.reason if grant else None,
    }
