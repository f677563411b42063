"""The audit over REST, for administrators: newest first, filtered and paged."""

import json
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devmode.api.dev_mode import require_administrator
from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import documented
from devmode.api.strict import StrictSerializer
from devmode.models.audit import AuditEntry, Outcome

LONGEST_PAGE = 1000
FILTERS = {
    "actor": "actor",
    "event": "event",
    "outcome": "outcome",
    "domain": "domain",
    "assembly": "assembly_guid",
    "since": "recorded_at__gte",
}


class AuditQuery(StrictSerializer):
    actor = serializers.CharField(required=False, max_length=150)
    event = serializers.CharField(required=False, max_length=64)
    outcome = serializers.ChoiceField(Outcome.choices, required=False)
    domain = serializers.CharField(required=False, max_length=16)
    assembly = serializers.CharField(required=False, max_length=64)
    since = serializers.DateTimeField(required=False, help_text="Entries recorded at this time or later.")
    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=LONGEST_PAGE)
    offset = serializers.IntegerField(required=False, default=0, min_value=0, max_value=2**53)


class AuditEntryAnswer(serializers.ModelSerializer[AuditEntry]):
    detail = serializers.SerializerMethodField()

    class Meta:
        model = AuditEntry
        fields = (
            "sequence recorded_at actor role remote_address event domain assembly_guid outcome dev_mode detail hash"
        ).split()

    def get_detail(self, entry: AuditEntry) -> dict[str, Any]:
        try:
            detail: dict[str, Any] = json.loads(entry.detail)
        except ValueError:
            # Somebody laid hands on it; `verify_library` says so, and the rest stays readable.
            return {"unreadable": entry.detail}
        return detail


class AuditAnswer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    results = AuditEntryAnswer(many=True)


class AuditView(PrivateEndpoint):
    """What was done and what was refused."""

    @documented(
        "Read the audit",
        operation_id="audit",
        answers={200: AuditAnswer},
        refusals=(400, 401, 403, 503),
        parameters=[AuditQuery],
        tag="audit",
    )
    def get(self, request: Request) -> Response:
        require_administrator(request, "audit.read")
        query = AuditQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        found = _filtered(query.validated_data)
        limit, offset = query.validated_data["limit"], query.validated_data["offset"]
        rows = AuditEntryAnswer(found[offset : offset + limit], many=True).data
        return Response({"count": found.count(), "results": rows})


def _filtered(query: dict[str, Any]) -> QuerySet[AuditEntry]:
    wanted = {lookup: query[name] for name, lookup in FILTERS.items() if name in query}
    return AuditEntry.objects.filter(**wanted).order_by("-sequence")
