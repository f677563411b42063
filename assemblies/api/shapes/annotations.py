"""What is said about an assembly by its GUID: settings, what was set before, and notes."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assemblies.actions.add_note import DEFAULT_TYPE, MAX_NOTE_LENGTH, MAX_TYPE_LENGTH
from assemblies.api.shapes.fields import Ruled, Time, as_sent
from assemblies.models import AssemblySettingHistory, SettingCategory, Status
from assemblies.web.paging import PageAnswer
from devmode.api.shapes import Answer, EnumWord, Shape


# A pattern, for the description would name an enumeration again after each field that has it.
@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(Status.values)})$"})
class StatusWord(EnumWord):
    """Whether a setting or a note is in force."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Status, **options)


@extend_schema_field({"nullable": True})
class StoredJSON(serializers.JSONField):
    """Any JSON, which is stored as its text."""

    def to_representation(self, value: Any) -> Any:
        return json.loads(value)


class SettingBody(Shape):
    value = serializers.JSONField(allow_null=True, help_text="Any JSON, as far as the category allows it.")
    status = StatusWord(required=False, default=Status.ACTIVE)


class Setting(Answer):
    """What was set on an assembly."""

    category = serializers.ChoiceField(SettingCategory.choices)
    key = serializers.CharField()
    value = StoredJSON()
    status = StatusWord()
    updated_at = Time()
    updated_by = serializers.CharField()


class SettingList(PageAnswer):
    results = Setting(many=True)


class EarlierSetting(Setting):
    """What was set on an assembly until then, and why it no longer is."""

    id = serializers.IntegerField(source="pk")
    assembly_guid = serializers.CharField()
    reason = serializers.ChoiceField(AssemblySettingHistory.Reason.choices)
    archived_at = Time()
    archived_by = serializers.CharField()


class EarlierSettingList(PageAnswer):
    results = EarlierSetting(many=True)


class NoteBody(Shape):
    content = Ruled(as_sent, {"type": "string", "minLength": 1, "maxLength": MAX_NOTE_LENGTH})
    note_type = Ruled(
        as_sent, {"type": "string", "minLength": 1, "maxLength": MAX_TYPE_LENGTH}, required=False, default=DEFAULT_TYPE
    )


class Note(Answer):
    """What somebody noted about an assembly."""

    id = serializers.IntegerField(source="pk")
    note_type = serializers.CharField()
    content = serializers.CharField()
    status = StatusWord()
    created_at = Time()
    created_by = serializers.CharField()
    updated_at = Time()


class NoteList(PageAnswer):
    results = Note(many=True)
