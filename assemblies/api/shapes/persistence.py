"""Persistence targets as they are sent and answered."""

from rest_framework import serializers

from assemblies.api.shapes.fields import JSONObject, Time
from assemblies.targets.models import Engine, State
from devmode.api.shapes import Answer, EnumWord, LiteralFlag, LiteralNumber, LiteralText, Shape

MAX_NAME_LENGTH = 100
MAX_HOST_LENGTH = 255
MAX_DATABASE_LENGTH = 128


class NewTarget(Shape):
    name = LiteralText(max_length=MAX_NAME_LENGTH)
    engine = EnumWord(Engine)
    host = LiteralText(required=False, allow_blank=True, default="", max_length=MAX_HOST_LENGTH)
    port = LiteralNumber(required=False, allow_null=True, default=None, min_value=1, max_value=65535)
    user = LiteralText(required=False, allow_blank=True, default="", max_length=MAX_DATABASE_LENGTH)
    secret_ref = LiteralText(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_DATABASE_LENGTH,
        help_text="The environment variable BOREALIS_TARGET_SECRET_… that has the password; never the password.",
    )
    options = JSONObject(required=False, default=dict, help_text="sslmode, connect_timeout, ca; nothing else.")


class NewConnection(Shape):
    name = LiteralText(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_NAME_LENGTH,
        help_text="For people; that of the database if none is given.",
    )
    database = LiteralText(max_length=MAX_DATABASE_LENGTH)


class AssignBody(Shape):
    connection_id = LiteralNumber(allow_null=True, help_text="null: copy to no database any more.")


class EnsureBody(Shape):
    connection_id = LiteralNumber()
    dry_run = LiteralFlag(required=False, default=False)


class ConnectionLine(Answer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    database = serializers.CharField()
    created_at = Time()


class TargetLine(Answer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    engine = serializers.CharField()
    host = serializers.CharField()
    port = serializers.IntegerField(allow_null=True)
    user = serializers.CharField()
    secret_ref = serializers.CharField()
    options = JSONObject()
    created_at = Time()
    connections = ConnectionLine(many=True)


class TargetList(Answer):
    targets = TargetLine(many=True)


class ConnectionList(Answer):
    connections = ConnectionLine(many=True)


class StreamAnswer(Answer):
    state = serializers.CharField(help_text=", ".join(State.values))
    pending = serializers.IntegerField()
    lag_seconds = serializers.FloatField(help_text="The age of the oldest change that is not on the target.")
    last_error = serializers.CharField()
    error_detail = JSONObject(help_text="Table and key of the row that was rejected, if it was about one.")
    bootstrapped_at = Time(allow_null=True)
    assigned_at = Time(allow_null=True)


class AssignedTarget(Answer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    engine = serializers.CharField()


class AssignedConnection(Answer):
    id = serializers.IntegerField()
    database = serializers.CharField()


class PersistenceStatus(Answer):
    state = serializers.CharField(help_text="The worse of the two streams'.")
    queue = StreamAnswer()
    manifest = StreamAnswer()
    target = AssignedTarget(allow_null=True)
    connection = AssignedConnection(allow_null=True)


class Assigned(PersistenceStatus):
    dropped = serializers.IntegerField(help_text="Changes for the assignment before this one that were not copied.")


class SchemaReportAnswer(Answer):
    success = serializers.BooleanField()
    tables_present = serializers.ListField(child=serializers.CharField())
    tables_created = serializers.ListField(child=serializers.CharField())
    columns_added = serializers.ListField(child=serializers.CharField())
    indices_created = serializers.ListField(child=serializers.CharField())
    migration_statements = serializers.ListField(child=serializers.CharField())
    skipped_destructive = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    verified = serializers.BooleanField()
    dry_run = serializers.BooleanField()
