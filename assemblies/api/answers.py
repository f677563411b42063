"""The shapes of answers, for the API's description; what is sent is rendered by the catalogue and the views."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assemblies.actions.import_documents import Standing
from assemblies.domains import AssemblyType, Domain, Kind, Operation, UpstreamState
from devmode.api.schema import ErrorSerializer

_TAGS = {"oneOf": [{"type": "array", "items": {}}, {"type": "object", "additionalProperties": {}}]}
_VERSION = {"oneOf": [{"type": "number"}, {"type": "string"}]}


class Flag(serializers.Serializer[Any]):
    """A character that makes a text read differently from how it runs."""

    field = serializers.CharField()
    line = serializers.IntegerField()
    column = serializers.IntegerField()
    character = serializers.CharField()
    name = serializers.CharField()


@extend_schema_field(_TAGS)
class Tags(serializers.JSONField):
    """A list, or an object as older documents have it."""


@extend_schema_field(_VERSION)
class Version(serializers.JSONField):
    """A number or a short text, as written."""


@extend_schema_field(OpenApiTypes.OBJECT)
class JSONObject(serializers.JSONField):
    """Any JSON object."""


# A pattern, for the description would name an enumeration anew after each field that has it.
@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(Domain.values)})$"})
class DomainName(serializers.CharField):
    """The wire name of a domain."""


class Item(serializers.Serializer[Any]):
    """An assembly."""

    assembly_guid = serializers.CharField()
    assembly_id = serializers.CharField(help_text="The GUID again, for older clients.")
    display_name = serializers.CharField()
    summary = serializers.CharField()
    category = serializers.CharField()
    assembly_kind = serializers.ChoiceField(Kind.choices)
    assembly_type = serializers.ChoiceField(AssemblyType.choices)
    version = Version()
    source = DomainName()  # type: ignore[assignment]
    is_dirty = serializers.BooleanField()
    dirty_since = serializers.DateTimeField(allow_null=True)
    last_persisted = serializers.DateTimeField(allow_null=True)
    revision = serializers.IntegerField()
    checksum = serializers.CharField()
    content_hash = serializers.CharField()
    payload_size_bytes = serializers.IntegerField()
    payload_guid = serializers.CharField(required=False, help_text="Administrators only.")
    tags = Tags()
    metadata = JSONObject()
    cloned_from = serializers.CharField(allow_null=True)
    upstream_state = serializers.ChoiceField(
        UpstreamState.choices, allow_null=True, help_text="Official assemblies, once their source was read."
    )
    origin_changed = serializers.BooleanField(
        allow_null=True, help_text="Copies whose original is still there: has it changed since?"
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    updated_by = serializers.CharField()
    deleted_at = serializers.DateTimeField(allow_null=True, required=False)


class WrittenItem(Item):
    """An assembly after a change, with the hidden characters in what was sent."""

    flags = Flag(many=True, required=False)


class AttachmentLine(serializers.Serializer[Any]):
    """A file of an assembly."""

    file_name = serializers.CharField()
    mime_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()


class Detail(serializers.Serializer[Any]):
    """What one assembly or revision shows beyond its line in a list."""

    payload = serializers.CharField(allow_null=True, help_text="The script, or the graph as JSON text.")
    payload_is_binary = serializers.BooleanField()
    variables = serializers.ListField(child=JSONObject())
    files = AttachmentLine(many=True)
    sites = JSONObject()
    timeout_seconds = serializers.IntegerField()
    flags = Flag(many=True)


class ItemDetail(Item, Detail):
    """An assembly, whole."""


class Match(serializers.Serializer[Any]):
    """A line of a script that holds the searched text."""

    line = serializers.IntegerField()
    text = serializers.CharField()


class ListedItem(Item):
    """An assembly in a list; with `content`, where the searched text stands."""

    matches = Match(many=True, required=False)


class QueueError(serializers.Serializer[Any]):
    domain = DomainName()
    message = serializers.CharField()
    attempts = serializers.IntegerField()


class QueueSummary(serializers.Serializer[Any]):
    pending = serializers.IntegerField()
    oldest_staged_at = serializers.DateTimeField(allow_null=True)
    last_flush_at = serializers.DateTimeField(allow_null=True)
    next_flush_at = serializers.DateTimeField(allow_null=True)
    errors = QueueError(many=True)  # type: ignore[assignment]


class Paged(serializers.Serializer[Any]):
    """The head of a paged answer."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ItemList(Paged):
    results = ListedItem(many=True)
    queue = QueueSummary()


class PendingWriteLine(serializers.Serializer[Any]):
    """An assembly whose newest revision its domain database does not hold yet."""

    guid = serializers.CharField()
    domain = DomainName()
    operation = serializers.ChoiceField(Operation.choices)
    revision = serializers.IntegerField()
    actor = serializers.CharField()
    staged_at = serializers.DateTimeField()
    attempts = serializers.IntegerField()
    last_error = serializers.CharField()


class Queue(Paged):
    results = PendingWriteLine(many=True)


class RevisionLine(serializers.Serializer[Any]):
    """A revision; a deletion has no content."""

    sequence = serializers.IntegerField()
    operation = serializers.ChoiceField(Operation.choices)
    actor = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    display_name = serializers.CharField(allow_null=True)
    checksum = serializers.CharField(allow_null=True)
    content_hash = serializers.CharField(allow_null=True)
    is_current = serializers.BooleanField()
    is_persisted = serializers.BooleanField()


class RevisionList(Paged):
    results = RevisionLine(many=True)


class RevisionDetail(RevisionLine, Detail):
    """A revision, whole."""

    summary = serializers.CharField()
    category = serializers.CharField()
    version = Version()
    tags = Tags()
    metadata = JSONObject()
    payload_size_bytes = serializers.IntegerField()
    payload_guid = serializers.CharField(required=False, help_text="Administrators only.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    updated_by = serializers.CharField()
    assembly_kind = serializers.ChoiceField(Kind.choices)
    assembly_type = serializers.ChoiceField(AssemblyType.choices)
    cloned_from = serializers.CharField(allow_null=True)


class FieldDifference(serializers.Serializer[Any]):
    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class FileDifference(serializers.Serializer[Any]):
    file_name = serializers.CharField()
    before = serializers.CharField(allow_null=True, help_text="SHA-256")
    after = serializers.CharField(allow_null=True, help_text="SHA-256")


class Difference(serializers.Serializer[Any]):
    """What differs between two revisions; `from` is null when there is none before `to`."""

    to = serializers.IntegerField()
    fields = FieldDifference(many=True)  # type: ignore[assignment]
    script = serializers.CharField(allow_null=True, help_text="A unified diff; null when a script is no text.")
    files = FileDifference(many=True)
    flags = Flag(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.IntegerField(allow_null=True), **super().get_fields()}


class Status(serializers.Serializer[Any]):
    status = serializers.CharField()


class Readiness(Status):
    """`status` for everybody; the parts for people who are signed in."""

    databases = JSONObject(required=False)
    flush = JSONObject(required=False)
    journal = JSONObject(required=False)
    payloads = JSONObject(required=False)


class PreviewLine(serializers.Serializer[Any]):
    """What importing one document would do."""

    assembly_guid = serializers.CharField(allow_null=True)
    display_name = serializers.CharField()
    standing = serializers.ChoiceField([standing.value for standing in Standing])
    same_name_guids = serializers.ListField(child=serializers.CharField())
    flags = Flag(many=True)
    refusal = ErrorSerializer(allow_null=True)


class ImportLine(serializers.Serializer[Any]):
    """What importing one document of an archive did."""

    guid = serializers.CharField()
    display_name = serializers.CharField()
    status = serializers.ChoiceField(["created", "updated", "unchanged", "skipped"])
    revision = serializers.IntegerField()
    flags = Flag(many=True)


class Preview(serializers.Serializer[Any]):
    preview = PreviewLine(many=True)


class ImportResults(serializers.Serializer[Any]):
    results = ImportLine(many=True)
