"""Jobs and occurrences as they are sent and answered, in the names that older clients use."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from assemblies.api.shapes.fields import NULL, OBJECT, Ruled, Time
from assemblies.api.shapes.runs import MAX_REASON_LENGTH, RunAnswer, Variables
from assemblies.errors import InvalidField, UnknownField
from assemblies.schedules.components import ComponentFields
from assemblies.schedules.due import Misfire, Overlap
from assemblies.schedules.jobs import JobFields
from assemblies.schedules.models import OccurrenceStatus
from assemblies.schedules.models.job import ExecutionContext
from assemblies.schedules.rules import NO_EXPIRE, ScheduleType
from devmode.api.shapes import Answer, EnumWord, LiteralFlag, LiteralNumber, LiteralText, Query, QueryNumber, Shape

MAX_DAYS = 36_500
MAX_WORDS = 500
# What a component may say of itself; the name that leads to the assembly is the first of these that is there.
NAMES_OF_ASSEMBLY = ("assembly_guid", "path")
ABOUT_COMPONENT = frozenset({"name", "type", "domain", "description", "content_hashes"})
VALUES = ("variables", "variable_values")


def read_start(value: Any, field: str) -> datetime | None:
    """Return a start in epoch seconds or as ISO 8601; without an offset it is UTC. Raises InvalidField."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        time = parse_datetime(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        time = None
    if time is None:
        raise InvalidField("This must be a time: epoch seconds, or ISO 8601.", field=f"schedule.{field}")
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def read_components(value: Any, field: str) -> list[ComponentFields]:
    """Return components: an assembly by its GUID or an older path, and values by name. Raises InvalidField."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidField("This must be a list.", field=field)
    return [_component(one, f"{field}[{number}]") for number, one in enumerate(value)]


def _component(sent: Any, field: str) -> ComponentFields:
    if not isinstance(sent, Mapping):
        raise InvalidField("This must be an object.", field=field)
    known = {*NAMES_OF_ASSEMBLY, *ABOUT_COMPONENT, *VALUES}
    if unknown := sorted(set(map(str, sent)) - known):
        raise UnknownField(
            f"This is not known here; known are: {', '.join(sorted(known))}.", field=f"{field}.{unknown[0]}"
        )
    name = next((sent[key] for key in NAMES_OF_ASSEMBLY if sent.get(key)), None)
    if not isinstance(name, str):
        raise InvalidField("Name an assembly: assembly_guid, or path.", field=f"{field}.assembly_guid")
    values: Any = next((sent[key] for key in VALUES if sent.get(key)), {})
    return ComponentFields(assembly=name, variables=_values(values, f"{field}.variables"))


def _values(sent: Any, field: str) -> dict[str, Any]:
    """Return values by name; older clients send a list of `{name, value}`."""
    if isinstance(sent, list) and all(isinstance(one, Mapping) and "name" in one for one in sent):
        sent = {one["name"]: one.get("value") for one in sent}
    if not isinstance(sent, Mapping):
        raise InvalidField("This must be an object: values by the variable's name.", field=field)
    return {str(name): value for name, value in sent.items() if value is not None}


class Schedule(Shape):
    """When a job is due; `start` is epoch seconds or ISO 8601, `cron` and `zone` are for the type cron."""

    type = EnumWord(ScheduleType)
    start = Ruled(read_start, {"oneOf": [{"type": "number"}, {"type": "string"}]} | NULL, required=False, default=None)
    cron = LiteralText(required=False, allow_blank=True, default="", max_length=MAX_WORDS)
    zone = LiteralText(required=False, allow_blank=True, default="UTC", max_length=64)
    start_ts = LiteralNumber(required=False, allow_null=True, help_text="Answered only; ignored when it is sent.")
    words = LiteralText(required=False, allow_blank=True, help_text="Answered only; ignored when it is sent.")


class JobBody(Shape):
    """A job as a whole. What was read may be put back: what the library sets is ignored, but for `revision`."""

    name = LiteralText(required=False, allow_blank=True, default="", max_length=MAX_WORDS)
    components = Ruled(read_components, {"type": "array", "items": OBJECT}, required=False, default=list)
    targets = serializers.ListField(child=LiteralText(max_length=200), required=False, default=list)
    schedule = Schedule(required=False)
    expiration = LiteralText(required=False, default=NO_EXPIRE, max_length=16)
    execution_context = EnumWord(ExecutionContext, required=False, default=ExecutionContext.SYSTEM)
    misfire = EnumWord(Misfire, required=False, default=Misfire.ONCE)
    overlap = EnumWord(Overlap, required=False, default=Overlap.SKIP)
    enabled = LiteralFlag(required=False, default=True)
    revision = LiteralNumber(required=False, help_text="Not the current one: 412.")
    confirm_count = LiteralNumber(required=False, help_text="The number of devices, where there are more than 25.")

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            data = {name: value for name, value in data.items() if name not in SET_BY_LIBRARY}
        return super().to_internal_value(data)


def fields_of(sent: Mapping[str, Any]) -> JobFields:
    """Return a job's fields from a JobBody."""
    schedule = sent.get("schedule") or {"type": ScheduleType.IMMEDIATELY}
    names = "name components targets expiration execution_context misfire overlap enabled".split()
    return JobFields(
        schedule_type=schedule["type"],
        start_at=schedule.get("start"),
        cron=schedule.get("cron", ""),
        zone=schedule.get("zone") or "UTC",
        confirm_count=sent.get("confirm_count"),
        **{name: sent[name] for name in names},
    )


class ToggleBody(Shape):
    enabled = LiteralFlag()


class RerunOccurrenceBody(Shape):
    """What to run again: an occurrence, else the last that ran; all of it, or what failed."""

    only = serializers.ChoiceField(["failed"], required=False)
    occurrence = LiteralNumber(required=False, help_text="Its id, or its scheduled_ts.")
    confirm_count = LiteralNumber(required=False, help_text="The number of devices, where there are more than 25.")
    reason = LiteralText(required=False, allow_blank=True, default="", max_length=MAX_REASON_LENGTH)


class OccurrenceQuery(Query):
    days = QueryNumber(
        required=False, max_value=MAX_DAYS, help_text="Scheduled since so many days; what is to come, too."
    )


class DeviceQuery(Query):
    occurrence = QueryNumber(required=False, help_text="Its id, or its scheduled_ts; without it the last that ran.")


class ComponentAnswer(Answer):
    assembly_guid = serializers.CharField()
    name = serializers.CharField()
    path = serializers.CharField(help_text="The older name by which it was given.")
    variables = Variables(help_text="Empty for those who may not see them; credentials are `[secret]`.")
    content_hashes = serializers.DictField(child=serializers.CharField(), help_text="What was confirmed, by GUID.")


class ScheduleAnswer(Answer):
    type = serializers.ChoiceField(ScheduleType.choices)
    start = Time()
    start_ts = serializers.IntegerField()
    cron = serializers.CharField(required=False)
    zone = serializers.CharField(required=False)
    words = serializers.CharField()


class Job(Answer):
    """A job. Times end in `_at`, or in `_ts` in epoch seconds."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    components = ComponentAnswer(many=True)
    targets = serializers.ListField(child=serializers.CharField())
    schedule = ScheduleAnswer()
    expiration = serializers.CharField()
    execution_context = serializers.ChoiceField(ExecutionContext.choices)
    misfire = serializers.ChoiceField(Misfire.choices)
    overlap = serializers.ChoiceField(Overlap.choices)
    enabled = serializers.BooleanField()
    disabled_reason = serializers.CharField()
    next_run_at = Time(allow_null=True)
    next_run_ts = serializers.IntegerField(allow_null=True)
    last_run_at = Time(allow_null=True)
    last_run_ts = serializers.IntegerField(allow_null=True)
    last_status = serializers.ChoiceField(OccurrenceStatus.choices, allow_null=True)
    revision = serializers.IntegerField()
    created_at = Time()
    updated_at = Time()
    updated_by = serializers.CharField()


SET_BY_LIBRARY = frozenset(Job().fields) - frozenset(JobBody().fields)


class JobAnswer(Answer):
    job = Job()


class JobList(Answer):
    jobs = Job(many=True)


class OccurrenceAnswer(Answer):
    id = serializers.IntegerField()
    job_id = serializers.IntegerField()
    scheduled_at = Time()
    scheduled_ts = serializers.IntegerField()
    status = serializers.ChoiceField(OccurrenceStatus.choices)
    reason = serializers.CharField(help_text="Why it was not run, as a code.")
    detail = serializers.CharField()
    targets = serializers.ListField(child=serializers.CharField())
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Work items by status.")
    missed = serializers.IntegerField(help_text="Earlier times that it stands for.")
    run_id = serializers.CharField(allow_null=True)
    run_ids = serializers.ListField(child=serializers.CharField(), help_text="One for each component.")
    rerun_ids = serializers.ListField(child=serializers.CharField())
    started_at = Time(allow_null=True)
    finished_at = Time(allow_null=True)


class OccurrenceList(Answer):
    runs = OccurrenceAnswer(many=True)


class DeviceLine(Answer):
    target = serializers.CharField()
    hostname = serializers.CharField()
    job_status = serializers.ChoiceField(OccurrenceStatus.choices)
    assembly_guid = serializers.CharField()
    component = serializers.CharField()
    run_id = serializers.CharField()
    work_item_hash = serializers.CharField()
    exit_code = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField()
    ran_on = Time(allow_null=True)
    has_output = serializers.BooleanField()


class DeviceList(Answer):
    occurrence = serializers.IntegerField(allow_null=True)
    scheduled_ts = serializers.IntegerField(allow_null=True)
    devices = DeviceLine(many=True)


class Reruns(Answer):
    runs = RunAnswer(many=True)
