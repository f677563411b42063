"""A device asks to be enrolled: each fault has its error, nothing of a faulty request is kept, limits hold."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from pytest_django import Settings

from assemblies.fleet import signing
from assemblies.fleet.approvals import deny
from assemblies.fleet.install_codes import make_code
from assemblies.fleet.models import DeviceApproval, InstallCode, RequestCount
from tests.fleet.agent import REQUEST, Agent, new_code
from tests.permits import may_administer

pytestmark = pytest.mark.usefixtures("db_of_library")


def spki(key: Any) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def test_a_request_waits_for_an_administrator_and_reserves_one_use() -> None:
    agent = Agent()
    answer = agent.ask(new_code())
    assert (answer.status_code, answer.json()["status"], answer.json()["poll_after_ms"]) == (200, "pending", 3000)
    assert len(base64.b64decode(answer.json()["server_nonce"])) == 32
    assert answer.json()["signing_key"] == signing.public_key()
    approval = DeviceApproval.objects.get()
    assert (approval.fingerprint, approval.hostname, approval.status) == (agent.fingerprint, "web-1", "pending")
    assert InstallCode.objects.get().uses == 1


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("hostname", None, "hostname_required"),
        ("hostname", "  ", "hostname_required"),
        ("hostname", 7, "hostname_required"),
        ("hostname", "x" * 256, "hostname_required"),
        ("enrollment_code", None, "enrollment_code_required"),
        ("enrollment_code", "", "enrollment_code_required"),
        ("agent_pubkey", None, "agent_pubkey_required"),
        ("client_nonce", None, "client_nonce_required"),
        ("agent_pubkey", "not base64!", "invalid_agent_pubkey"),
        ("agent_pubkey", "AAAA", "invalid_agent_pubkey"),
        ("agent_pubkey", spki(X25519PrivateKey.from_private_bytes(bytes(32))), "invalid_agent_pubkey"),
        ("agent_pubkey", spki(ec.derive_private_key(7, ec.SECP256R1())), "invalid_agent_pubkey"),
        ("agent_pubkey", "A" * 100_000, "invalid_agent_pubkey"),
        ("client_nonce", base64.b64encode(b"15 bytes of it.").decode(), "invalid_client_nonce"),
        ("client_nonce", base64.b64encode(bytes(257)).decode(), "invalid_client_nonce"),
        ("client_nonce", "AAAAAAAAAAAAAAAAAAAAAA", "invalid_client_nonce"),
        ("enrollment_code", "0000-1111-2222-3333-4444-5555-6666-7777", "invalid_enrollment_code"),
    ],
)
def test_a_faulty_request_is_refused_by_the_name_of_its_fault(field: str, value: Any, code: str) -> None:
    answer = Agent().ask(new_code(), **{field: value})
    assert answer.status_code == 400
    assert (answer.json()["error"], answer.json()["code"]) == (code, code)
    assert answer.json()["message"]
    assert not DeviceApproval.objects.exists()
    assert InstallCode.objects.get().uses == 0


def test_a_key_in_another_encoding_is_refused_for_its_fingerprint_would_differ() -> None:
    agent = Agent()
    longer = base64.b64encode(base64.b64decode(agent.public_key) + b"\0").decode()
    assert agent.ask(new_code(), agent_pubkey=longer).json()["code"] == "invalid_agent_pubkey"


@pytest.mark.parametrize("body", ["{", "[]", '"text"', "null"])
def test_what_is_no_object_is_refused(body: str) -> None:
    answer = Agent().client.post(REQUEST, body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_document")


def test_a_code_is_read_however_it_was_typed() -> None:
    code = new_code()
    assert Agent().ask(f" {code.lower().replace('-', ' ')} ").status_code == 200


def test_an_expired_code_and_a_used_up_one_are_refused() -> None:
    old = make_code(1, 2, permit=may_administer(), now=timezone.now() - timedelta(hours=1)).code
    assert Agent().ask(old).json()["code"] == "invalid_enrollment_code"
    once = new_code(max_uses=1)
    assert Agent().ask(once).status_code == 200
    assert Agent().ask(once).json()["code"] == "invalid_enrollment_code"


def test_a_denied_request_and_an_expired_one_free_their_use() -> None:
    code = new_code(max_uses=1)
    first = Agent()
    assert first.ask(code).status_code == 200
    deny(first.approval.pk, permit=may_administer(), now=timezone.now())
    second = Agent()
    assert second.ask(code).status_code == 200
    DeviceApproval.objects.filter(pk=second.approval.pk).update(expires_at=timezone.now())
    assert Agent().ask(code).status_code == 200
    assert second.approval.status == "expired"
    assert InstallCode.objects.get().uses == 1


def test_nobody_overwrites_the_request_of_a_key_and_at_most_three_wait() -> None:
    code, agent = new_code(), Agent()
    references = {agent.ask(code).json()["approval_reference"] for _ in range(3)}
    assert len(references) == 3
    answer = agent.ask(code)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert InstallCode.objects.get().uses == 3


def test_an_address_is_limited_and_a_flood_is_refused_without_writing(
    settings: Settings, django_assert_num_queries: Any
) -> None:
    settings.ENROLMENTS_PER_ADDRESS = 3
    for _ in range(3):
        assert Agent().ask("wrong").status_code == 400
    with django_assert_num_queries(1, using="execution"):
        answer = Agent().ask("wrong")
    assert (answer.status_code, answer.json()["error"], answer["Retry-After"]) == (429, "rate_limited", "60")
    RequestCount.objects.update(ends_at=timezone.now())
    assert Agent().ask("wrong").status_code == 400


def test_a_key_is_limited_wherever_it_comes_from(settings: Settings) -> None:
    settings.ENROLMENTS_PER_KEY = 2
    agent = Agent()
    codes = [agent.ask("wrong").json()["code"] for _ in range(3)]
    assert codes == ["invalid_enrollment_code", "invalid_enrollment_code", "rate_limited"]
    assert Agent().ask("wrong").json()["code"] == "invalid_enrollment_code"


def test_counts_name_nobody() -> None:
    Agent().ask("wrong")
    assert {len(digest) for digest in RequestCount.objects.values_list("digest", flat=True)} == {64}
