"""Synchronisations of the official catalogue: what is requested and what came of it."""

from typing import Any

from rest_framework import serializers

from assemblies.api.shapes.checks import FactLine, FindingLine
from assemblies.api.shapes.fields import DomainName, JSONObject, Time
from assemblies.models import SyncRecord
from assemblies.web.paging import PageAnswer
from devmode.api.shapes import Answer, LiteralFlag, Shape


class SkippedFile(Answer):
    path = serializers.CharField()
    reason = serializers.CharField()


class ClaimedGuid(Answer):
    """A GUID of the catalogue that another domain's assembly had; that one lives on under a new GUID."""

    assembly_guid = serializers.CharField()
    domain = DomainName()
    new_assembly_guid = serializers.CharField()


class DocumentDifference(Answer):
    assembly_guid = serializers.CharField()
    path = serializers.CharField()
    diff = serializers.CharField(help_text="A unified diff, cut where it is long.")
    new_findings = FindingLine(many=True, required=False, help_text="What the checks say of what is published alone.")
    new_facts = FactLine(many=True, required=False)


class SyncReport(Answer):
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


class SyncBody(Shape):
    dry_run = LiteralFlag(required=False, default=False)


class SyncLine(Answer):
    """What came of one sync. Context: whether an `administrator` asks."""

    id = serializers.IntegerField(source="pk")
    recorded_at = Time()
    outcome = serializers.ChoiceField(SyncRecord.Outcome.choices)
    source_version = serializers.CharField()
    previous_version = serializers.CharField(help_text="The version that the official catalogue was brought to before.")
    counts = JSONObject()
    duration_seconds = serializers.FloatField()
    plan_digest = serializers.CharField(help_text="SHA-256 of what was to be written.")
    first_revision = serializers.IntegerField(source="first_sequence", allow_null=True)
    last_revision = serializers.IntegerField(source="last_sequence", allow_null=True)
    undo_of = serializers.IntegerField(source="undo_of_id", allow_null=True)
    undone_by = serializers.IntegerField(source="undone_by.pk", allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if self.context.get("administrator", True):
            fields |= {
                "actor": serializers.CharField(required=False, help_text="Administrators only."),
                "source": serializers.CharField(required=False, help_text="Administrators only."),
                "reasons": serializers.ListField(
                    child=serializers.CharField(),
                    required=False,
                    help_text="Why it was refused; administrators only.",
                ),
            }
        return fields


class SyncList(PageAnswer):
    results = SyncLine(many=True)
