"""The shapes of what is answered about settings and notes, for the API's description."""

from typing import Any

from rest_framework import serializers

from assemblies.api.answers import Paged
from assemblies.models import SettingCategory, Status


class Setting(serializers.Serializer[Any]):
    """What was set on an assembly."""

    category = serializers.ChoiceField(SettingCategory.choices)
    key = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    status = serializers.ChoiceField(Status.choices)
    updated_at = serializers.DateTimeField()
    updated_by = serializers.CharField()


class SettingList(Paged):
    results = Setting(many=True)


class Note(serializers.Serializer[Any]):
    """What somebody noted about an assembly."""

    id = serializers.IntegerField()
    note_type = serializers.CharField()
    content = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    updated_at = serializers.DateTimeField()


class NoteList(Paged):
    results = Note(many=True)
