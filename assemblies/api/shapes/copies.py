"""Copies as they are requested, and what came of imports."""

from enum import StrEnum
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from assemblies.actions.change import Outcome
from assemblies.actions.import_documents import ImportState, OnConflict
from assemblies.api.import_lines import PASSED_OVER, REFUSED
from assemblies.api.shapes.corrections import SCHEMA, ReadFields, read_corrections
from assemblies.api.shapes.fields import DOCUMENT, GUID, NAME, NULL, DomainWord, Ruled, as_sent, read_guid, read_name
from assemblies.api.shapes.items import Flag
from assemblies.bundles import MAX_SOURCE_LENGTH
from assemblies.bundles.written import ArchiveStyle
from assemblies.domains import Domain
from assemblies.errors import InvalidField
from assemblies.models import ImportOperation
from devmode.api.schema import ErrorSerializer
from devmode.api.shapes import Answer, EnumWord, LiteralFlag, LiteralText, Query, QueryFlag, Shape


def read_file(value: Any, field: str) -> Any:
    """Return an uploaded file, or None where none is sent. Raises InvalidField."""
    if value is not None and not isinstance(value, UploadedFile):
        raise InvalidField("This is the name of an uploaded file.", field=field)
    return value


class AdoptBody(Shape):
    new_assembly_guid = Ruled(read_guid, GUID | NULL, required=False, default=None)
    display_name = Ruled(read_name, NAME | NULL, required=False, default=None)


class CloneBody(AdoptBody):
    target_domain = DomainWord()


class NoFields(Shape):
    """An empty object."""


class ImportOptions(Shape):
    """Where documents are to go, and what is to happen to those whose GUID is taken."""

    domain = DomainWord(required=False, default=Domain.USER)
    assembly_guid = Ruled(read_guid, GUID, required=False, default=None)
    on_conflict = EnumWord(OnConflict, required=False, default=OnConflict.UPDATE)
    dry_run = LiteralFlag(required=False, default=False)
    source = LiteralText(  # type: ignore[assignment]
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_SOURCE_LENGTH,
        help_text="What plain scripts come from; with it they are known again by their path, else by their bytes.",
    )
    corrections = Ruled(
        read_corrections,
        SCHEMA,
        required=False,
        default=None,
        help_text="What documents are to be instead of what was read of them, as `read` of a preview says it.",
    )


class ImportBody(ImportOptions):
    document = Ruled(as_sent, DOCUMENT)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        sent["content"] = sent.pop("document")
        return sent


class ImportUpload(ImportOptions):
    """The same as a form; the file may be called `document`, too."""

    dry_run = QueryFlag(required=False, default=False)  # type: ignore[assignment]
    corrections = Ruled(
        read_corrections, {"type": "string"}, required=False, default=None, help_text="The same as JSON."
    )
    document = Ruled(as_sent, {"type": "string"}, required=False)
    file = Ruled(
        read_file,
        {"type": "string", "format": "binary"},
        help_text="A document, a script, another tool's export, or a .zip of them.",
    )

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        file, document = sent.pop("file"), sent.pop("document", None)
        if file is not None and document is not None:
            raise InvalidField("Send one document or one file.", field="document")
        return sent | {"content": document if file is None else file}


class PreviewLine(Answer):
    """What importing one document would do; `member` is its file in an archive."""

    member = serializers.CharField()
    assembly_guid = serializers.CharField(allow_null=True)
    display_name = serializers.CharField()
    standing = serializers.ChoiceField([*(standing.value for standing in ImportState), REFUSED, PASSED_OVER])
    same_name_guids = serializers.ListField(child=serializers.CharField())
    read = ReadFields(allow_null=True, help_text="What may be corrected; null where the document says all of itself.")
    flags = Flag(many=True)
    refusal = ErrorSerializer(allow_null=True)


class Preview(Answer):
    preview = PreviewLine(many=True)


class ImportLine(Answer):
    """What importing one file of an archive did; `passed_over` is JSON that is no assembly."""

    member = serializers.CharField()
    guid = serializers.CharField(allow_null=True)
    display_name = serializers.CharField()
    status = serializers.ChoiceField([*(outcome.value for outcome in Outcome), REFUSED, PASSED_OVER])
    revision = serializers.IntegerField(allow_null=True)
    flags = Flag(many=True)
    refusal = ErrorSerializer(allow_null=True)


class ImportResults(Answer):
    results = ImportLine(many=True)


class OperationStarted(Answer):
    """An import that goes on after the answer."""

    operation_id = serializers.UUIDField()
    status_url = serializers.CharField()


class OperationStatus(Answer):
    """How far an import is: `total` and `done` count documents; `skipped` were left as they are."""

    operation_id = serializers.CharField(source="id")
    state = serializers.ChoiceField(ImportOperation.State.choices)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    skipped = serializers.IntegerField()
    refused = serializers.IntegerField()
    refusals = ImportLine(many=True)
    error = ErrorSerializer(allow_null=True)


class Encoding(StrEnum):
    """How a script is written in an exported document."""

    BASE64 = "base64"
    TEXT = "text"


class ExportQuery(Query):
    style = EnumWord(ArchiveStyle, required=False, default=ArchiveStyle.AUTHORING)  # type: ignore[assignment]
    script_encoding = EnumWord(Encoding, required=False, default=Encoding.BASE64)


class ArchiveQuery(Query):
    domain = DomainWord(required=False, default=None)
    style = EnumWord(ArchiveStyle, required=False, default=ArchiveStyle.AUTHORING)  # type: ignore[assignment]
