"""Manifests of runs as they are sent and answered."""

from rest_framework import serializers

from assemblies.api.shapes.fields import JSONObject, Time
from assemblies.api.shapes.runs import CancelBody, FromSource, SourceQuery
from assemblies.execution.models import RunMode
from assemblies.execution.states import Status
from assemblies.web.paging import PageAnswer, ShortPageQuery
from devmode.api.shapes import Answer, LiteralNumber, LiteralText, Shape

MAX_BATCH = 256


class AbandonStaleBody(CancelBody):
    hours = LiteralNumber(
        required=False, default=24, min_value=1, max_value=24 * 365, help_text="How long nothing was heard of the run."
    )


class ManifestLine(Answer):
    hash = serializers.CharField()
    run_id = serializers.CharField()
    operation_hash = serializers.CharField()
    operation_name = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    run_mode = serializers.ChoiceField(RunMode.choices)
    start_time = Time()
    stop_time = Time(allow_null=True)
    elapsed_ms = serializers.IntegerField(allow_null=True)


class ManifestAnswer(ManifestLine):
    frozen = JSONObject(help_text="What the run pinned when it was submitted.")
    sealed = JSONObject(allow_null=True, help_text="What it came to, once every work item has ended.")
    sealed_hash = serializers.CharField()
    frozen_json = serializers.CharField(required=False, help_text="The text that `hash` is the SHA-256 of.")
    sealed_json = serializers.CharField(required=False, help_text="The text that `sealed_hash` is the SHA-256 of.")


class ManifestQuery(ShortPageQuery, SourceQuery):
    pass


class ManifestList(PageAnswer, FromSource):
    results = ManifestLine(many=True)


class BatchBody(Shape):
    hashes = serializers.ListField(child=LiteralText(max_length=64), max_length=MAX_BATCH)


class Batch(Answer):
    manifests = ManifestAnswer(many=True)
