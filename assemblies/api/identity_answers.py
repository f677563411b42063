"""The shapes of what is answered about settings and notes, for the API's description."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assemblies.api.answers import Paged
from assemblies.models import AssemblySettingHistory, SettingCategory, Status


# A pattern, for the description would name an enumeration anew after each field that has it.
@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(Status.values)})$"})
class StatusName(serializers.CharField):
    """Whether a setting or a note holds."""


class Setting(serializers.Serializer[Any]):
    """What was set on an assembly."""

    category = serializers.ChoiceField(SettingCategory.choices)
    key = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    status = StatusName()
    updated_at = serializers.DateTimeField()
    updated_by = serializers.CharField()


class SettingList(Paged):
    results = Setting(many=True)


class EarlierSetting(Setting):
    """What was set on an assembly until then, and why it no longer is."""

    id = serializers.IntegerField()
    assembly_guid = serializers.CharField()
    reason = serializers.ChoiceField(AssemblySettingHistory.Reason.choices)
    archived_at = serializers.DateTimeField()
    archived_by = serializers.CharField()


class EarlierSettingList(Paged):
    results = EarlierSetting(many=True)


class Note(serializers.Serializer[Any]):
    """What somebody noted about an assembly."""

    id = serializers.IntegerField()
    note_type = serializers.CharField()
    content = serializers.CharField()
    status = StatusName()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    updated_at = serializers.DateTimeField()


class NoteList(Paged):
    results = Note(many=True)
