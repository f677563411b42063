"""What happened in runs and what they printed, as it is answered."""

from rest_framework import serializers

from assemblies.api.shapes.fields import JSONObject, Time
from assemblies.api.shapes.runs import FromSource, SourceQuery
from devmode.api.shapes import Answer, LiteralText, Query, QueryNumber


class EventQuery(SourceQuery):
    assembly = LiteralText(required=False, max_length=64)
    since = serializers.DateTimeField(required=False)
    limit = QueryNumber(required=False, default=100, min_value=1, max_value=1000)


class OutputQuery(Query):
    since = QueryNumber(required=False, help_text="The `next` of the answer before, 0 to begin with: answers in JSON.")


class EventAnswer(Answer):
    event_guid = serializers.CharField()
    work_item_hash = serializers.CharField()
    event_type = serializers.CharField()
    from_status = serializers.CharField()
    to_status = serializers.CharField()
    worker_id = serializers.CharField()
    actor = serializers.CharField()
    payload = JSONObject()
    emitted_at = Time()
    seq = serializers.IntegerField()


class RunEvents(FromSource):
    run_id = serializers.CharField()
    events = EventAnswer(many=True)


class EventList(FromSource):
    events = EventAnswer(many=True)


class TimelineEntry(Answer):
    seconds = serializers.FloatField(help_text="Since the run was submitted.")
    emitted_at = Time()
    work_item_hash = serializers.CharField()
    attempt_number = serializers.IntegerField()
    event_type = serializers.CharField()
    from_status = serializers.CharField()
    to_status = serializers.CharField()


class Timeline(Answer):
    run_id = serializers.CharField()
    timeline = TimelineEntry(many=True)


class Chunk(Answer):
    work_item_hash = serializers.CharField()
    attempt = serializers.IntegerField()
    stream = serializers.ChoiceField(["stdout", "stderr"])
    seq = serializers.IntegerField()
    text = serializers.CharField(required=False)
    base64 = serializers.CharField(required=False, help_text="Instead of `text` where the bytes are no UTF-8.")


class OutputAnswer(Answer):
    chunks = Chunk(many=True)
    next = serializers.IntegerField()
    complete = serializers.BooleanField(help_text="Nothing follows.")
