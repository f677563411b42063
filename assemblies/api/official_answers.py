"""The shapes of what is answered about the official catalogue, for the API's description."""

from typing import Any

from rest_framework import serializers

from assemblies.api.answers import DomainName, JSONObject, Paged
from assemblies.models import SyncRecord


class SkippedFile(serializers.Serializer[Any]):
    path = serializers.CharField()
    reason = serializers.CharField()


class ClaimedGuid(serializers.Serializer[Any]):
    """A GUID of the catalogue that another domain's assembly had; that one lives on under a new GUID."""

    assembly_guid = serializers.CharField()
    domain = DomainName()
    new_assembly_guid = serializers.CharField()


class DocumentDifference(serializers.Serializer[Any]):
    assembly_guid = serializers.CharField()
    path = serializers.CharField()
    diff = serializers.CharField(help_text="A unified diff, cut where it is long.")


class SyncReport(serializers.Serializer[Any]):
    """What a sync did; on a dry run, what it would do."""

    source_version = serializers.CharField()
    dry_run = serializers.BooleanField()
    added = serializers.ListField(child=serializers.CharField())
    changed = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())
    unchanged = serializers.IntegerField()
    local_edits = serializers.ListField(child=serializers.CharField())
    skipped = SkippedFile(many=True)
    rows = serializers.IntegerField(help_text="The official assemblies there are now.")
    elapsed_seconds = serializers.FloatField()
    claimed = ClaimedGuid(many=True, required=False)
    diffs = DocumentDifference(many=True, required=False, help_text="On a dry run.")
    notes = serializers.ListField(child=serializers.CharField(), required=False)

    def get_fields(self) -> dict[str, Any]:
        return {"source": serializers.CharField(), **super().get_fields()}


class SyncLine(serializers.Serializer[Any]):
    """What came of one sync."""

    id = serializers.IntegerField()
    recorded_at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(SyncRecord.Outcome.choices)
    source_version = serializers.CharField()
    previous_version = serializers.CharField(help_text="The version that the official catalogue was brought to before.")
    counts = JSONObject()
    duration_seconds = serializers.FloatField()
    plan_digest = serializers.CharField(help_text="SHA-256 of what was to be written.")
    first_revision = serializers.IntegerField(allow_null=True)
    last_revision = serializers.IntegerField(allow_null=True)
    undo_of = serializers.IntegerField(allow_null=True)
    undone_by = serializers.IntegerField(allow_null=True)
    actor = serializers.CharField(required=False, help_text="Administrators only.")
    reasons = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Why it was refused; administrators only."
    )

    def get_fields(self) -> dict[str, Any]:
        source = serializers.CharField(required=False, help_text="Administrators only.")
        return {"source": source, **super().get_fields()}


class SyncList(Paged):
    results = SyncLine(many=True)
