"""A device polls: only the key that asked learns anything, and the tokens are handed out once."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from assemblies.fleet import signing
from assemblies.fleet.approvals import Decision, approve, deny
from assemblies.fleet.models import Device, DeviceApproval, InstallCode, RefreshToken
from tests.fleet.agent import POLL, Agent, new_code
from tests.permits import may_administer

pytestmark = pytest.mark.usefixtures("db_of_library")


@pytest.fixture
def agent() -> Agent:
    agent = Agent()
    agent.ask(new_code())
    return agent


def decide(agent: Agent) -> None:
    approve(agent.approval.pk, Decision(), permit=may_administer(), now=timezone.now())


def test_it_is_told_to_wait_until_somebody_decides(agent: Agent) -> None:
    assert agent.poll().json() == {"status": "pending", "poll_after_ms": 5000}


def test_it_is_told_that_it_was_denied(agent: Agent) -> None:
    deny(agent.approval.pk, permit=may_administer(), now=timezone.now())
    assert agent.poll().json() == {"status": "denied"}
    assert not Device.objects.exists()


def test_it_is_told_that_nobody_decided_in_time(agent: Agent) -> None:
    DeviceApproval.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert agent.poll().json() == {"status": "expired"}
    assert InstallCode.objects.get().uses == 0


def test_the_first_poll_after_the_approval_is_answered_with_tokens_and_no_later_one(agent: Agent) -> None:
    decide(agent)
    answer = agent.poll().json()
    device = Device.objects.get()
    assert (answer["status"], answer["guid"], answer["token_type"]) == ("approved", device.guid, "DPoP")
    assert (answer["expires_in"], answer["signing_key"]) == (900, signing.public_key())
    assert answer["guid"] == answer["guid"].upper()
    assert agent.poll().json() == {"status": "approved", "detail": "finalized"}
    stored = RefreshToken.objects.get()
    assert answer["refresh_token"] not in {stored.token_sha256, stored.family}


def test_who_does_not_come_for_the_tokens_in_time_is_no_device(agent: Agent) -> None:
    decide(agent)
    DeviceApproval.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert agent.poll().json() == {"status": "expired"}
    assert Device.objects.get().status == "revoked"


def test_a_device_revoked_before_it_came_gets_nothing(agent: Agent) -> None:
    decide(agent)
    Device.objects.update(status="revoked")
    assert agent.poll().json()["code"] == "proof_replayed"
    assert not RefreshToken.objects.exists()


@pytest.mark.parametrize(
    ("other", "status", "code"),
    [
        ({"approval_reference": "e1b1f1a0-0000-4000-8000-000000000000"}, 404, "unknown"),
        ({"approval_reference": 7}, 404, "unknown"),
        ({"client_nonce": base64.b64encode(bytes(16)).decode()}, 400, "nonce_mismatch"),
        ({"client_nonce": None}, 400, "nonce_mismatch"),
        ({"proof_sig": None}, 400, "invalid_proof_sig"),
        ({"proof_sig": "no base64"}, 400, "invalid_proof_sig"),
        ({"proof_sig": base64.b64encode(bytes(63)).decode()}, 400, "invalid_proof_sig"),
        ({"proof_sig": base64.b64encode(bytes(65)).decode()}, 400, "invalid_proof_sig"),
        ({"proof_sig": base64.b64encode(bytes(64)).decode()}, 400, "invalid_proof"),
        # In this order: the reference, the nonce, the proof.
        ({"approval_reference": "x", "client_nonce": "x", "proof_sig": "x"}, 404, "unknown"),
        ({"client_nonce": "x", "proof_sig": "x"}, 400, "nonce_mismatch"),
    ],
)
def test_a_poll_that_proves_nothing_is_refused_and_learns_nothing(
    agent: Agent, other: dict[str, Any], status: int, code: str
) -> None:
    decide(agent)
    answer = agent.poll(**other)
    assert (answer.status_code, answer.json()["error"], answer.json()["code"]) == (status, code, code)
    assert DeviceApproval.objects.get().status == "approved"
    assert not RefreshToken.objects.exists()


def test_another_key_is_refused(agent: Agent) -> None:
    decide(agent)
    body = agent.poll_body()
    agent.key = Ed25519PrivateKey.generate()
    assert agent.poll().json()["code"] == "invalid_proof"
    assert agent.post(POLL, body).json()["status"] == "approved"


def test_a_signature_of_another_request_is_refused(agent: Agent) -> None:
    decide(agent)
    signature = agent.poll_body()["proof_sig"]
    agent.ask(new_code())
    assert agent.poll(proof_sig=signature).json()["code"] == "invalid_proof"


def test_names_that_are_not_known_are_refused(agent: Agent) -> None:
    answer = agent.poll(colour="red")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")
