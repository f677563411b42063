"""The shapes of request bodies, for the API's description; `item_body`, `import_order` and the views read them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assemblies.actions.add_note import MAX_NOTE_LENGTH, MAX_TYPE_LENGTH
from assemblies.actions.import_documents import OnConflict
from assemblies.api.answers import DomainName, JSONObject, Tags, Version
from assemblies.api.identity_answers import StatusName
from assemblies.domains import AssemblyType

_PAYLOAD = {"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {}}], "nullable": True}
_DOCUMENT = {"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {}}]}


@extend_schema_field(_PAYLOAD)
class PayloadField(serializers.JSONField):
    """A script as text; a workflow's graph as an object or as JSON text."""


@extend_schema_field(_DOCUMENT)
class DocumentField(serializers.JSONField):
    """A document of any shape, as an object or as its text."""


class ItemChange(serializers.Serializer[Any]):
    """The fields people write. What the library sets may be sent back as it was read."""

    display_name = serializers.CharField(required=False, max_length=255)
    summary = serializers.CharField(required=False, allow_blank=True, allow_null=True)
    category = serializers.CharField(required=False, allow_blank=True, allow_null=True)
    assembly_type = serializers.ChoiceField(AssemblyType.choices, required=False)
    version = Version(required=False)
    tags = Tags(required=False)
    metadata = JSONObject(required=False)
    timeout_seconds = serializers.IntegerField(required=False, min_value=0, allow_null=True)
    variables = serializers.ListField(child=JSONObject(), required=False, allow_null=True)
    sites = JSONObject(required=False)
    payload = PayloadField(required=False)


class ItemReplacement(ItemChange):
    """The whole item; what is left out gets its default."""

    display_name = serializers.CharField(max_length=255)
    assembly_type = serializers.ChoiceField(AssemblyType.choices)
    payload = PayloadField()


class NewItem(ItemReplacement):
    """A new assembly."""

    domain = DomainName(required=False)
    assembly_guid = serializers.CharField(required=False)


class CloneBody(serializers.Serializer[Any]):
    target_domain = DomainName()
    new_assembly_guid = serializers.CharField(required=False, allow_null=True)
    display_name = serializers.CharField(required=False, allow_null=True, max_length=255)


class AdoptBody(serializers.Serializer[Any]):
    new_assembly_guid = serializers.CharField(required=False, allow_null=True)
    display_name = serializers.CharField(required=False, allow_null=True, max_length=255)


class NoFields(serializers.Serializer[Any]):
    """An empty object."""


class SyncBody(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField(required=False)


class RevertBody(serializers.Serializer[Any]):
    sequence = serializers.IntegerField(min_value=1)


class SettingBody(serializers.Serializer[Any]):
    value = serializers.JSONField(allow_null=True, help_text="Any JSON, as far as the category allows it.")
    status = StatusName(required=False)


class NoteBody(serializers.Serializer[Any]):
    content = serializers.CharField(max_length=MAX_NOTE_LENGTH, trim_whitespace=False)
    note_type = serializers.CharField(required=False, max_length=MAX_TYPE_LENGTH)


class ImportOptions(serializers.Serializer[Any]):
    domain = DomainName(required=False)
    assembly_guid = serializers.CharField(required=False)
    on_conflict = serializers.ChoiceField([policy.value for policy in OnConflict], required=False)
    dry_run = serializers.BooleanField(required=False)


class ImportBody(ImportOptions):
    document = DocumentField()


class ImportUpload(ImportOptions):
    file = serializers.FileField(help_text="A .json document or a .zip of them.")
