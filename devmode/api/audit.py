"""The audit over REST, for administrators: newest first, filtered and paged."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devmode.api.resource import Resource
from devmode.api.schema import described
from devmode.api.shapes import Answer, Query, QueryNumber
from devmode.audit.events import AccessEvent
from devmode.audit.search import AuditSearch
from devmode.grants import dev_mode
from devmode.grants.principal import principal_of
from devmode.models.audit import AuditEntry, Outcome

MAX_PAGE = 1000


class AuditQuery(Query):
    actor = serializers.CharField(required=False, max_length=150)
    event = serializers.CharField(required=False, max_length=64)
    outcome = serializers.ChoiceField(Outcome.choices, required=False)
    domain = serializers.CharField(required=False, max_length=16)
    assembly = serializers.CharField(required=False, max_length=64)
    since = serializers.DateTimeField(required=False, help_text="Entries recorded at this time or later.")
    limit = QueryNumber(required=False, default=100, min_value=1, max_value=MAX_PAGE)
    offset = QueryNumber(required=False, default=0)


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


class AuditAnswer(Answer):
    count = serializers.IntegerField()
    results = AuditEntryAnswer(many=True)


class AuditViewSet(Resource):
    """What was done and what was refused."""

    @described(
        "Read the audit",
        operation_id="audit",
        query=AuditQuery,
        answers={200: AuditAnswer},
        refusals=(401, 403, 503),
        tag="audit",
    )
    def list(self, request: Request) -> Response:
        dev_mode.require_administrator(principal_of(request), AccessEvent.READ_AUDIT)
        wanted = self.query()
        limit, offset = wanted.pop("limit"), wanted.pop("offset")
        found = AuditSearch(**wanted).entries()
        rows = AuditEntryAnswer(found[offset : offset + limit], many=True).data
        return Response({"count": found.count(), "results": rows})
