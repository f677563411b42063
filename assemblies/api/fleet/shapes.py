"""Enrolment, tokens, devices, approvals and install codes as they are sent and answered."""

from rest_framework import serializers

from assemblies.api.shapes.fields import JSONObject, Time
from assemblies.fleet.approvals import Resolution
from assemblies.fleet.devices import MAX_CONCURRENT, MAX_LABEL_LENGTH, MAX_LABELS
from assemblies.fleet.models import ApprovalStatus, DeviceStatus
from assemblies.web.paging import PageAnswer, ShortPageQuery
from devmode.api.shapes import Answer, EnumWord, LiteralNumber, LiteralText, Query, Shape

MAX_CAPABILITIES = 50
PUBKEY = "Base64 of the SubjectPublicKeyInfo of an Ed25519 key."


class EnrolmentRequest(Shape):
    """All of it is needed; each field has an error of its own."""

    hostname = LiteralText(required=False, max_length=255)
    enrollment_code = LiteralText(required=False, max_length=100)
    agent_pubkey = LiteralText(required=False, help_text=PUBKEY)
    client_nonce = LiteralText(required=False, help_text="Base64 of 16 to 256 random bytes.")


class EnrolmentAnswer(Answer):
    status = serializers.CharField(help_text="`pending`.")
    approval_reference = serializers.CharField()
    server_nonce = serializers.CharField(help_text="Base64 of 32 bytes.")
    poll_after_ms = serializers.IntegerField()
    server_certificate = serializers.CharField(help_text="PEM, where the server knows the certificate it is met with.")
    signing_key = serializers.CharField(help_text=PUBKEY)


class PollRequest(Shape):
    approval_reference = LiteralText(required=False)
    client_nonce = LiteralText(required=False)
    proof_sig = LiteralText(
        required=False, help_text="Base64 of the signature of server nonce, reference and client nonce, in this order."
    )


class PollAnswer(Answer):
    """Tokens are in the first answer after the approval, and in no later one."""

    status = serializers.CharField(help_text="`pending`, `denied`, `expired` or `approved`.")
    detail = serializers.CharField(required=False, help_text="`finalized`: the tokens were handed out before.")
    poll_after_ms = serializers.IntegerField(required=False)
    guid = serializers.CharField(required=False)
    access_token = serializers.CharField(required=False)
    refresh_token = serializers.CharField(required=False)
    token_type = serializers.CharField(required=False)
    expires_in = serializers.IntegerField(required=False)
    server_certificate = serializers.CharField(required=False)
    signing_key = serializers.CharField(required=False)


class RefreshRequest(Shape):
    guid = LiteralText(max_length=36)
    refresh_token = LiteralText(max_length=100)


class RefreshAnswer(Answer):
    guid = serializers.CharField()
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()


class NewCode(Shape):
    ttl_hours = LiteralNumber(help_text="1, 3, 6, 12 or 24.")
    max_uses = LiteralNumber(required=False, default=2, help_text="1 to 10 devices.")


class CodeAnswer(Answer):
    id = serializers.IntegerField()
    expires_at = Time()
    max_uses = serializers.IntegerField()
    uses = serializers.IntegerField()
    created_at = Time()
    created_by = serializers.CharField()


class MadeCodeAnswer(Answer):
    id = serializers.IntegerField()
    code = serializers.CharField(help_text="Shown once.")
    expires_at = Time()
    max_uses = serializers.IntegerField()
    uses = serializers.IntegerField()


class CodeList(Answer):
    codes = CodeAnswer(many=True)


class ApprovalQuery(Query):
    status = EnumWord(ApprovalStatus, required=False)


class ApprovalAnswer(Answer):
    id = serializers.IntegerField()
    approval_reference = serializers.CharField()
    hostname = serializers.CharField(help_text="As the device reports it.")
    fingerprint = serializers.CharField(help_text="SHA-256 of the key; compare it with what the device shows.")
    status = serializers.ChoiceField(ApprovalStatus.choices)
    created_at = Time()
    hostname_conflict = serializers.BooleanField(help_text="An enrolled device has this name.")
    guid = serializers.CharField(allow_null=True, help_text="The device, once it is approved.")


class ApprovalList(Answer):
    approvals = ApprovalAnswer(many=True)


class ApproveBody(Shape):
    fingerprint = LiteralText(required=False, default="", max_length=64, help_text="The one that was compared.")
    hostname = LiteralText(required=False, default="", max_length=63)
    guid = LiteralText(required=False, default="", max_length=36, help_text="A UUID that no device had before.")
    conflict_resolution = EnumWord(Resolution, required=False, default=None, allow_null=True)


class DeviceQuery(ShortPageQuery):
    status = EnumWord(DeviceStatus, required=False)
    group = LiteralText(required=False, max_length=MAX_LABEL_LENGTH)
    tag = LiteralText(required=False, max_length=MAX_LABEL_LENGTH)
    q = LiteralText(required=False, max_length=80, help_text="Part of the name.")


class DeviceAnswer(Answer):
    guid = serializers.CharField()
    hostname = serializers.CharField()
    reported_hostname = serializers.CharField(help_text="What the device calls itself.")
    fingerprint = serializers.CharField()
    status = serializers.ChoiceField(DeviceStatus.choices)
    online = serializers.BooleanField()
    last_seen = Time(allow_null=True)
    enrolled_at = Time()
    capabilities = serializers.ListField(child=serializers.CharField())
    max_concurrent = serializers.IntegerField()
    groups = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())


class DeviceDetails(DeviceAnswer):
    inventory = JSONObject(help_text="What the device reported of itself.")
    inventory_at = Time(allow_null=True)


class DevicePage(PageAnswer):
    results = DeviceAnswer(many=True)


class Labels(serializers.ListField):
    child = LiteralText(max_length=MAX_LABEL_LENGTH)

    def __init__(self) -> None:
        super().__init__(required=False, max_length=MAX_LABELS)


class DevicePatch(Shape):
    status = EnumWord(DeviceStatus, required=False)
    groups = Labels()
    tags = Labels()
    max_concurrent = LiteralNumber(required=False, min_value=1, max_value=MAX_CONCURRENT)


class Heartbeat(Shape):
    guid = LiteralText(required=False, max_length=36)


class SigningKeyStatement(Answer):
    """A new signing key, in the words of the one before it."""

    statement = serializers.CharField(help_text="Base64 of JSON with `purpose`, `key` and `retire_after`.")
    signature = serializers.CharField(help_text="Base64 of the Ed25519 signature of these bytes.")


class HeartbeatAnswer(Answer):
    status = serializers.ChoiceField(DeviceStatus.choices)
    poll_after_ms = serializers.IntegerField()
    realtime_url = serializers.CharField(help_text="Where to wait for work; empty where there is no such server.")
    server_time = Time()
    settings = JSONObject()
    signing_key_statements = SigningKeyStatement(many=True)


class DetailsBody(Shape):
    guid = LiteralText(required=False, max_length=36)
    hostname = LiteralText(required=False, max_length=255)
    capabilities = serializers.ListField(
        child=LiteralText(max_length=MAX_LABEL_LENGTH), required=False, max_length=MAX_CAPABILITIES
    )
    inventory = JSONObject(required=False)


class DetailsAnswer(Answer):
    status = serializers.CharField(help_text="`ok`.")
