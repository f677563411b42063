"""Runs, work items and events as they are sent and answered."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from assemblies.api.shapes.fields import GUID, JSONObject, Ruled, Time, read_guid
from assemblies.documents.fields import MAX_SUMMARY_LENGTH
from assemblies.domains import AssemblyType, ExitMeaning
from assemblies.execution.defaults import MAX_TIMEOUT_SECONDS
from assemblies.execution.health import HealthLabel, HealthReason
from assemblies.execution.reading import BUCKETS
from assemblies.execution.reorder import Direction
from assemblies.execution.states import Status
from assemblies.targets.history import Source
from assemblies.web.paging import PageAnswer, ShortPageQuery
from devmode.api.shapes import Answer, EnumWord, LiteralFlag, LiteralNumber, LiteralText, Query, Shape

MAX_TARGETS = 5000
MAX_ATTEMPTS = 10
MAX_PRIORITY = 100
MAX_REASON_LENGTH = 500
MAX_KEY_LENGTH = 200
WORDS = {"type": "object", "additionalProperties": {}}


class Variables(serializers.DictField):
    """Values by the variable's name: text, numbers, booleans."""

    child = serializers.JSONField(allow_null=True)


class Draft(Shape):
    """The unsaved text of an editor, for a test run on this server."""

    assembly_type = serializers.ChoiceField(AssemblyType.choices)
    payload = LiteralText(allow_blank=True)
    variables = serializers.ListField(child=JSONObject(), required=False, default=list)


class RunChoices(Shape):
    """How a run is to be carried out."""

    variables = Variables(required=False, default=dict)
    timeout_seconds = LiteralNumber(required=False, min_value=1, max_value=MAX_TIMEOUT_SECONDS)
    max_attempts = LiteralNumber(required=False, default=1, min_value=1, max_value=MAX_ATTEMPTS)
    retry_when_lost = LiteralFlag(required=False, default=False)
    priority = LiteralNumber(required=False, default=0, min_value=-MAX_PRIORITY, max_value=MAX_PRIORITY)
    affinity_key = LiteralText(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_KEY_LENGTH,
        help_text="Runs with the same key prefer the worker that last ran one.",
    )
    require_affinity_match = LiteralFlag(
        required=False, default=False, help_text="Wait for that worker instead of taking another."
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    reason = LiteralText(required=False, allow_blank=True, default="", max_length=MAX_REASON_LENGTH)


class NewRun(RunChoices):
    """An assembly to run, or a draft to try."""

    assembly_guid = Ruled(read_guid, GUID, required=False)
    draft = Draft(required=False)
    revision = LiteralNumber(required=False, min_value=1)
    targets = serializers.ListField(
        child=LiteralText(max_length=MAX_SUMMARY_LENGTH),
        required=False,
        default=lambda: ["server"],
        max_length=MAX_TARGETS,
    )
    confirm_count = LiteralNumber(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("draft" in attrs) == (attrs.get("assembly_guid") is not None):
            raise serializers.ValidationError({"assembly_guid": ["Give either an assembly or a draft."]})
        if "draft" in attrs and "revision" in attrs:
            raise serializers.ValidationError({"revision": ["A draft has no revision."]})
        return attrs


def choices_of(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the body of a submission says of how to carry it out."""
    names: list[str] = list(RunChoices().get_fields())
    return {name: sent[name] for name in names if name in sent}


class RerunBody(Shape):
    """What to run again: everything, or what failed; variables replace those of the first run by name."""

    only = serializers.ChoiceField(["failed"], required=False)
    variables = Variables(required=False, default=dict)
    confirm_count = LiteralNumber(required=False)
    reason = LiteralText(required=False, allow_blank=True, default="", max_length=MAX_REASON_LENGTH)


class CancelBody(Shape):
    reason = LiteralText(required=False, allow_blank=True, default="", max_length=MAX_REASON_LENGTH)


class ReorderBody(Shape):
    direction = EnumWord(Direction)


class Selection(ShortPageQuery):
    """Which runs or work items."""

    status = serializers.ChoiceField(Status.choices, required=False)
    capability = LiteralText(required=False, max_length=64)
    run = LiteralText(required=False, max_length=36)
    assembly = LiteralText(required=False, max_length=64)
    target = LiteralText(required=False, max_length=64)
    actor = LiteralText(required=False, max_length=150)
    since = serializers.DateTimeField(required=False, help_text="Submitted at this time or later.")


class RunQuery(Selection):
    ordering = serializers.ChoiceField(["-created_at", "created_at"], required=False, default="-created_at")


SOURCES = [source.value for source in Source]


class SourceQuery(Query):
    """Where it is read: here, or on the assigned persistence target, which administrators may."""

    source = serializers.ChoiceField(SOURCES, required=False, default=Source.LOCAL.value)  # type: ignore[assignment]


class FromSource(Answer):
    """`source` names where an answer was read."""

    source = serializers.ChoiceField(SOURCES)  # type: ignore[assignment]


class WorkItemQuery(Selection, SourceQuery):
    ordering = serializers.ChoiceField(
        ["-enqueued_at", "enqueued_at", "queue"],
        required=False,
        default="-enqueued_at",
        help_text="`queue`: next first.",
    )


class ItemOfRun(Answer):
    work_item_hash = serializers.CharField()
    node = serializers.CharField(help_text="The node of the workflow that this item carries out.")
    assembly_guid = serializers.CharField(help_text="What it runs: of a node the node's own assembly.")
    target = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    attempt_number = serializers.IntegerField()
    exit_code = serializers.IntegerField(allow_null=True)
    exit_meaning = serializers.ChoiceField(
        ExitMeaning.choices, allow_blank=True, help_text="What the assembly says of that code, where it says anything."
    )
    last_error = serializers.CharField()
    waiting_for = serializers.CharField(
        help_text="What no worker has that this needs, for example `capability PowerShell`."
    )
    output_bytes = serializers.IntegerField()
    output_dropped_bytes = serializers.IntegerField()


class RunAnswer(Answer):
    """A run. `reason` and errors are empty for those who may only see that it happened."""

    run_id = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    assembly_guid = serializers.CharField()
    display_name = serializers.CharField()
    revision = serializers.IntegerField(allow_null=True)
    content_hash = serializers.CharField()
    actor = serializers.CharField()
    reason = serializers.CharField()
    targets = serializers.ListField(child=serializers.CharField())
    created_at = Time()
    started_at = Time(allow_null=True)
    finished_at = Time(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Work items by status.")
    items = ItemOfRun(many=True)
    manifest_hash = serializers.CharField()


class RunWarning(Answer):
    """What speaks against running it, and stops nothing."""

    code = serializers.ChoiceField(["deprecated"])
    assembly_guid = serializers.CharField(help_text="The assembly itself, or one that the workflow runs.")
    display_name = serializers.CharField()
    reason = serializers.CharField()
    replaced_by = serializers.CharField(allow_null=True)


class StartedRun(RunAnswer):
    warnings = RunWarning(many=True)


class RunList(PageAnswer):
    results = RunAnswer(many=True)


class WorkItemAnswer(Answer):
    work_item_hash = serializers.CharField()
    run_id = serializers.CharField()
    operation_hash = serializers.CharField(help_text="The assembly's GUID.")
    capability = serializers.CharField()
    action = serializers.CharField()
    target = serializers.CharField()
    priority = serializers.IntegerField()
    status = serializers.ChoiceField(Status.choices)
    prior_status = serializers.CharField()
    attempt_number = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    assigned_worker_id = serializers.CharField()
    waiting_for = serializers.CharField()
    timeout_seconds = serializers.IntegerField()
    cancel_requested = serializers.BooleanField()
    cancel_reason = serializers.CharField()
    last_error = serializers.CharField()
    enqueued_at = Time()
    dispatched_at = Time(allow_null=True)
    started_at = Time(allow_null=True)
    completed_at = Time(allow_null=True)
    retry_after = Time(allow_null=True)
    expires_at = Time(allow_null=True)
    lease_until = Time(allow_null=True)
    queue_wait_ms = serializers.IntegerField(allow_null=True)
    health = serializers.FloatField(allow_null=True, help_text="From 0 to 1; null while nothing is known of it.")
    health_label = serializers.ChoiceField(HealthLabel.choices)
    health_reason = serializers.ChoiceField(HealthReason.choices, allow_null=True)
    actor = serializers.CharField()
    revision = serializers.IntegerField()


class WorkItemAlone(WorkItemAnswer, FromSource):
    pass


class WorkItemList(PageAnswer, FromSource):
    results = WorkItemAnswer(many=True)


Summary = type(
    "WorkItemCounts",
    (Answer,),
    {"__doc__": "Work items by bucket."} | {name: serializers.IntegerField() for name in BUCKETS},
)
