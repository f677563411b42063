"""The audit over REST, for administrators: newest first, filtered and paged."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devmode.api.dev_mode import require_administrator
from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import documented
from devmode.api.strict import StrictSerializer
from devmode.audit.events import AccessEvent
from devmode.audit.search import AuditSearch
from devmode.models.audit import AuditEntry, Outcome

LONGEST_PAGE = 1000
PAGING = {"limit", "offset"}


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
    domain = serializers.CharField(source="scope", read_only=True)
    assembly_guid = serializers.CharField(read_only=True)
    detail = serializers.SerializerMethodField()

    class Meta:
        model = AuditEntry
        fields = (
            "sequence recorded_at actor role remote_address event domain assembly_guid outcome dev_mode detail hash"
        ).split()

    def get_detail(self, entry: AuditEntry) -> dict[str, Any]:
        return entry.read_detail()


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
        require_administrator(request, AccessEvent.READ_AUDIT)
        query = AuditQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        found = AuditSearch(**{name: value for name, value in asked.items() if name not in PAGING}).entries()
        limit, offset = asked["limit"], asked["offset"]
        rows = AuditEntryAnswer(found[offset : offset + limit], many=True).data
        return Response({"count": found.count(), "results": rows})
