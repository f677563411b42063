"""What agents send and are answered about their work."""

import base64
import binascii
from typing import Any

from rest_framework import serializers

from assemblies.api.fleet.shapes import SigningKeyStatement
from assemblies.execution.models.output import Stream
from assemblies.execution.transitions import MAX_ERROR_LENGTH
from assemblies.execution.worker_messages import MAX_CHUNK_BYTES
from devmode.api.shapes import Answer, LiteralNumber, LiteralText, Query, QueryNumber, Shape

MAX_HELD = 256
MAX_CHUNKS = 32
# Base64 is a third longer, and each chunk has names around it.
MAX_OUTPUT_BODY_BYTES = MAX_CHUNKS * (MAX_CHUNK_BYTES * 4 // 3 + 200)
MAX_LANGUAGES = 50
MAX_COUNTED = 2**53
MAX_EXIT_CODE = 2**31 - 1
ATTEMPT = "The attempt that the manifest names; another one is refused."


class HeldAttempt(Shape):
    work_item_hash = LiteralText(max_length=40)
    attempt_number = LiteralNumber(min_value=1)


class Languages(serializers.DictField):
    child = serializers.ListField(child=LiteralText(max_length=64), max_length=MAX_LANGUAGES)


class WorkBody(Shape):
    """What the device can run, and which attempts it knows of."""

    capabilities = Languages(required=False, help_text='Languages by capability: `{"AssemblyRun": ["bash"]}`.')
    held = serializers.ListField(child=HeldAttempt(), required=False, default=list, max_length=MAX_HELD)


WORK_WAITS = "Whether the device may claim more at once."


class HandedOverAnswer(Answer):
    manifest = serializers.CharField(help_text="Base64 of the JSON bytes that are signed.")
    signature = serializers.CharField(help_text="Base64 of the Ed25519 signature of these bytes.")
    variables = serializers.CharField(help_text="Base64 of the JSON bytes whose SHA-256 is in the manifest.")


class WorkAnswer(Answer):
    status = serializers.CharField(help_text="`work`, `idle` or `quarantined`.")
    poll_after_ms = serializers.IntegerField()
    work_waits = serializers.BooleanField(help_text=WORK_WAITS)
    sig_alg = serializers.CharField()
    signing_key_statements = SigningKeyStatement(many=True)
    work_item = HandedOverAnswer(required=False)


class ItemBody(Shape):
    attempt_number = LiteralNumber(min_value=1, help_text=ATTEMPT)


class Base64Bytes(LiteralText):
    def run_validators(self, value: Any) -> None:
        """Nothing that is asked of texts says anything of bytes, and asking writes each of them out."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            content = base64.b64decode(super().to_internal_value(data), validate=True)
        except (binascii.Error, ValueError):
            raise serializers.ValidationError("This must be base64.") from None
        if len(content) > MAX_CHUNK_BYTES:
            raise serializers.ValidationError(f"A chunk has at most {MAX_CHUNK_BYTES} bytes.")
        return content


class OutputChunk(Shape):
    seq = LiteralNumber(min_value=0, max_value=2**31 - 1)
    stream = serializers.ChoiceField(Stream.choices)
    content = Base64Bytes(help_text="Base64.")


class OutputBody(ItemBody):
    chunks = serializers.ListField(child=OutputChunk(), max_length=MAX_CHUNKS)


class EndBody(ItemBody):
    output_bytes = LiteralNumber(required=False, default=0, min_value=0, max_value=MAX_COUNTED)
    output_dropped_bytes = LiteralNumber(required=False, default=0, min_value=0, max_value=MAX_COUNTED)
    stdout_sha256 = LiteralText(required=False, allow_blank=True, default="", max_length=64)
    stderr_sha256 = LiteralText(required=False, allow_blank=True, default="", max_length=64)
    error = LiteralText(required=False, allow_blank=True, default="", max_length=MAX_ERROR_LENGTH)
    result_signature = LiteralText(
        required=False,
        allow_blank=True,
        default="",
        max_length=100,
        help_text="Base64 of the device's signature of item, attempt, outcome, exit code and output hashes.",
    )


class CompleteBody(EndBody):
    exit_code = LiteralNumber(required=False, default=0, min_value=-MAX_EXIT_CODE, max_value=2 * MAX_EXIT_CODE + 1)
    outcome = serializers.ChoiceField(["completed"], required=False, default="completed")


class FailBody(EndBody):
    exit_code = LiteralNumber(
        required=False, allow_null=True, default=None, min_value=-MAX_EXIT_CODE, max_value=MAX_EXIT_CODE
    )
    outcome = serializers.ChoiceField(["failed", "timed_out", "canceled"], required=False, default="failed")


class ItemAnswer(Answer):
    work_item_hash = serializers.CharField()
    status = serializers.CharField()
    attempt_number = serializers.IntegerField()
    cancel_requested = serializers.BooleanField()
    cancel_reason = serializers.CharField()


class EndAnswer(ItemAnswer):
    work_waits = serializers.BooleanField(help_text=WORK_WAITS)


class FileQuery(Query):
    attempt_number = QueryNumber(min_value=1, max_value=2**31 - 1)
