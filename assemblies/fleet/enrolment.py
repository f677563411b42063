"""A device asks to be enrolled, proves that it holds the key that it named, and collects its tokens once."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings

from assemblies.execution.transitions import ALIAS
from assemblies.fleet import errors
from assemblies.fleet.devices import end_device
from assemblies.fleet.install_codes import free_use, reserve_use
from assemblies.fleet.keys import MAX_KEY_BYTES, SIGNATURE_BYTES, PublicKey, find_bytes
from assemblies.fleet.limits import Limit, take_request
from assemblies.fleet.models import ApprovalStatus, DeviceApproval, DeviceStatus
from assemblies.fleet.refresh import TokenPair, issue_first
from devmode.addresses import neighbourhood
from devmode.write_lock import write_transaction

MIN_NONCE_BYTES, MAX_NONCE_BYTES = 16, 256
SERVER_NONCE_BYTES = 32
MAX_HOSTNAME_LENGTH = 255
MAX_CODE_LENGTH = 100
MAX_PENDING = 3
WAIT = timedelta(hours=24)


@dataclass(frozen=True)
class Sent:
    """What a request says, read; `nonce` stays the text that it was sent as."""

    hostname: str
    code: str
    key: PublicKey
    nonce: str


@dataclass(frozen=True)
class Polled:
    """What a poll learns. `tokens` are handed out once: to the poll that completes the enrolment."""

    approval: DeviceApproval
    tokens: TokenPair | None = None


def request_enrolment(sent: Mapping[str, Any], *, remote_address: str, now: datetime) -> DeviceApproval:
    """Record a device's request and return it. One use of its code is reserved until it is decided.

    Raises RateLimited, HostnameRequired, EnrollmentCodeRequired, AgentPubkeyRequired, ClientNonceRequired,
    InvalidAgentPubkey, InvalidClientNonce, InvalidEnrollmentCode.
    """
    take_request(Limit("enrol:address", neighbourhood(remote_address), settings.ENROLMENTS_PER_ADDRESS), now=now)
    said = read_request(sent)
    take_request(Limit("enrol:key", said.key.fingerprint, settings.ENROLMENTS_PER_KEY), now=now)
    with write_transaction(ALIAS):
        expire_requests(now=now)
        code = reserve_use(said.code, now=now)
        if DeviceApproval.objects.pending().filter(fingerprint=said.key.fingerprint).count() >= MAX_PENDING:
            raise errors.RateLimited
        return DeviceApproval.objects.create(
            approval_reference=str(uuid4()),
            install_code=code,
            hostname=said.hostname,
            public_key=said.key.text,
            fingerprint=said.key.fingerprint,
            client_nonce=said.nonce,
            server_nonce=base64.b64encode(secrets.token_bytes(SERVER_NONCE_BYTES)).decode(),
            remote_address=remote_address,
            created_at=now,
            expires_at=now + WAIT,
        )


def read_request(sent: Mapping[str, Any]) -> Sent:
    """Return what a request says: first what is missing, then what is wrong. Raises what `request_enrolment` does."""
    hostname = _text(sent, "hostname", MAX_HOSTNAME_LENGTH, errors.HostnameRequired)
    code = _text(sent, "enrollment_code", MAX_CODE_LENGTH, errors.EnrollmentCodeRequired)
    key_text = _text(sent, "agent_pubkey", None, errors.AgentPubkeyRequired)
    nonce_text = _text(sent, "client_nonce", None, errors.ClientNonceRequired)
    key = PublicKey.find(find_bytes(key_text, maximum=MAX_KEY_BYTES) or b"")
    if key is None:
        raise errors.InvalidAgentPubkey
    if len(find_bytes(nonce_text, maximum=MAX_NONCE_BYTES) or b"") < MIN_NONCE_BYTES:
        raise errors.InvalidClientNonce
    return Sent(hostname, code, key, nonce_text)


def poll_enrolment(sent: Mapping[str, Any], *, now: datetime) -> Polled:
    """Return where an enrolment is; the first poll after its approval completes it.

    Raises Unknown, NonceMismatch, InvalidProofSig, InvalidProof, ProofReplayed.
    """
    approval = _proved(sent)
    if approval.status in (ApprovalStatus.PENDING, ApprovalStatus.APPROVED) and approval.expires_at <= now:
        with write_transaction(ALIAS):
            expire_requests(now=now)
        approval.refresh_from_db()
    return _complete(approval, now) if approval.status == ApprovalStatus.APPROVED else Polled(approval)


def expire_requests(*, now: datetime) -> None:
    """End, within the current transaction, what nobody decided in time, or whose device never came for its tokens."""
    for approval in DeviceApproval.objects.over(now).select_for_update():
        approval.status = ApprovalStatus.EXPIRED
        approval.save(update_fields=["status"])
        free_use(approval.install_code)
        if approval.device is not None:
            end_device(approval.device, DeviceStatus.REVOKED, actor="", now=now)


def _proved(sent: Mapping[str, Any]) -> DeviceApproval:
    """Return the request that a poll is about: reference, nonce, proof are checked in this order."""
    reference, nonce = sent.get("approval_reference"), sent.get("client_nonce")
    rows = DeviceApproval.objects.select_related("device")
    approval = rows.filter(approval_reference=reference).first() if isinstance(reference, str) else None
    if approval is None:
        raise errors.Unknown
    if nonce != approval.client_nonce:
        raise errors.NonceMismatch
    signature = find_bytes(sent.get("proof_sig"), maximum=SIGNATURE_BYTES)
    if signature is None or len(signature) != SIGNATURE_BYTES:
        raise errors.InvalidProofSig
    if not PublicKey.of_text(approval.public_key).verifies(signature, signed_content(approval)):
        raise errors.InvalidProof
    return approval


def signed_content(approval: DeviceApproval) -> bytes:
    """Return what a poll signs: server nonce, reference, client nonce."""
    reference = approval.approval_reference.encode("ascii")
    return base64.b64decode(approval.server_nonce) + reference + base64.b64decode(approval.client_nonce)


def _complete(seen: DeviceApproval, now: datetime) -> Polled:
    """Hand out the tokens. Of two polls at once the second finds it completed: only one device has them."""
    with write_transaction(ALIAS):
        approval = DeviceApproval.objects.select_for_update().get(pk=seen.pk)
        device = approval.device
        if approval.status != ApprovalStatus.APPROVED or device is None or not device.is_enrolled:
            raise errors.ProofReplayed
        approval.status, approval.completed_at = ApprovalStatus.COMPLETED, now
        approval.save(update_fields=["status", "completed_at"])
        tokens = issue_first(device, PublicKey.of_text(approval.public_key).jkt, now=now)
    return Polled(approval, tokens)


def _text(sent: Mapping[str, Any], name: str, maximum: int | None, missing: type[errors.AgentRefusal]) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not value.strip() or (maximum is not None and len(value) > maximum):
        raise missing
    return value.strip()
