"""The history of an assembly: lines, whole revisions, differences, and which revision is wanted."""

from enum import StrEnum
from typing import Any

from rest_framework import serializers

from assemblies.api.shapes.checks import FactLine, FindingLine
from assemblies.api.shapes.fields import JSONObject, OperatingSystems, Tags, Time, Version
from assemblies.api.shapes.items import Detail, Flag
from assemblies.domains import AssemblyType, Kind, Operation
from assemblies.errors import InvalidField
from assemblies.web.paging import PageAnswer
from devmode.api.shapes import Answer, EnumWord, LiteralNumber, Query, QueryNumber, Shape


class Against(StrEnum):
    """What else than an earlier revision an assembly may be compared with."""

    ORIGIN = "origin"


class DiffQuery(Query):
    against = EnumWord(
        Against, required=False, help_text="Compare with what the assembly was copied from, as it is now."
    )
    to = QueryNumber(required=False, default=None, min_value=1)

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"from": QueryNumber(required=False, default=None, min_value=1)}

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        for name in ("from", "to") if "against" in sent else ():
            if sent[name] is not None:
                raise InvalidField("Compared with its original, an assembly is taken as it is now.", field=name)
        return sent


class RevertBody(Shape):
    sequence = LiteralNumber(min_value=1)


class RevisionLine(Answer):
    """A revision; a deletion has no content."""

    sequence = serializers.IntegerField()
    operation = serializers.ChoiceField(Operation.choices)
    actor = serializers.CharField()
    recorded_at = Time()
    display_name = serializers.CharField(allow_null=True)
    checksum = serializers.CharField(allow_null=True)
    content_hash = serializers.CharField(allow_null=True)
    is_current = serializers.BooleanField()
    is_persisted = serializers.BooleanField()


class RevisionList(PageAnswer):
    results = RevisionLine(many=True)


class RevisionDetail(RevisionLine, Detail):
    """A revision, whole."""

    summary = serializers.CharField()
    category = serializers.CharField()
    version = Version()
    tags = Tags()
    operating_systems = OperatingSystems()
    metadata = JSONObject()
    payload_size_bytes = serializers.IntegerField()
    payload_guid = serializers.CharField(required=False, help_text="Administrators only.")
    created_at = Time()
    updated_at = Time()
    updated_by = serializers.CharField()
    assembly_kind = serializers.ChoiceField(Kind.choices)
    assembly_type = serializers.ChoiceField(AssemblyType.choices)
    cloned_from = serializers.CharField(allow_null=True)


class FieldDifference(Answer):
    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class FileDifference(Answer):
    file_name = serializers.CharField()
    before = serializers.CharField(allow_null=True, help_text="SHA-256")
    after = serializers.CharField(allow_null=True, help_text="SHA-256")


class Difference(Answer):
    """What differs between two revisions; `from` is null when there is none before `to`."""

    to = serializers.IntegerField()
    fields = FieldDifference(many=True)  # type: ignore[assignment]
    script = serializers.CharField(allow_null=True, help_text="A unified diff; null when a script is no text.")
    files = FileDifference(many=True)
    flags = Flag(many=True)
    new_findings = FindingLine(many=True, help_text="What the checks say of `to` and not of `from`.")
    new_facts = FactLine(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.IntegerField(allow_null=True), **super().get_fields()}
