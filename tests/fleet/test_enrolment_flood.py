"""Enrolments by the thousand from a whole network, each with a lie: each gets its own error, and none comes through."""

import base64
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assemblies.fleet.approvals import Decision, approve
from assemblies.fleet.models import Device, DeviceApproval, InstallCode, RefreshToken
from tests.effort import effort, keep_figures
from tests.fleet.agent import POLL, Agent, new_code
from tests.permits import may_administer

pytestmark = pytest.mark.usefixtures("db_of_library")
COUNT = effort(gate=45, torture=2000)
Lie = Callable[[Agent, str], Any]


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def asked(agent: Agent) -> Agent:
    """Return an agent whose honest request waits, and was approved: what it says next is a lie."""
    assert agent.ask(new_code(max_uses=1)).status_code == 200
    decision = Decision(hostname=f"web-{agent.fingerprint[:12]}")
    approve(agent.approval.pk, decision, permit=may_administer(), now=timezone.now())
    return agent


def polled(agent: Agent, **lie: Any) -> Any:
    return agent.poll(**lie)


def another_key(agent: Agent, _code: str) -> Any:
    other = Agent(nonce=agent.nonce, asked=asked(agent).asked)
    return polled(agent, proof_sig=other.poll_body()["proof_sig"])


def other_order(agent: Agent, _code: str) -> Any:
    asked(agent)
    content = base64.b64decode(agent.nonce) + agent.asked["approval_reference"].encode()
    content += base64.b64decode(agent.asked["server_nonce"])
    return polled(agent, proof_sig=text(agent.key.sign(content)))


LIES: dict[str, tuple[Lie, tuple[int, str]]] = {
    "no such code": (lambda agent, _code: agent.ask(secrets.token_hex(16)), (400, "invalid_enrollment_code")),
    "a code used up": (lambda agent, code: agent.ask(code), (400, "invalid_enrollment_code")),
    "a short nonce": (lambda agent, code: agent.ask(code, client_nonce=text(b"short")), (400, "invalid_client_nonce")),
    "no key": (lambda agent, code: agent.ask(code, agent_pubkey=text(bytes(44))), (400, "invalid_agent_pubkey")),
    "another nonce": (lambda agent, _code: polled(asked(agent), client_nonce=text(bytes(16))), (400, "nonce_mismatch")),
    "no signature": (lambda agent, _code: polled(asked(agent), proof_sig="AAAA"), (400, "invalid_proof_sig")),
    "the signature of another key": (another_key, (400, "invalid_proof")),
    "another order": (other_order, (400, "invalid_proof")),
    "a reference that is none": (lambda agent, _code: polled(asked(agent), approval_reference="x"), (404, "unknown")),
}


def addresses() -> Iterator[str]:
    """Yield addresses of 127.1.0.0/16, a new one after every few requests."""
    for number in range(COUNT):
        yield f"127.1.{number // 20 // 250}.{number // 20 % 250 + 1}"


def test_each_lie_has_its_error_and_none_comes_through() -> None:
    used_up = new_code(max_uses=1)
    assert Agent().ask(used_up).status_code == 200
    found: Counter[tuple[str, int, str]] = Counter()
    started = timezone.now()
    for address, (name, (lie, _expected)) in zip(addresses(), islice(cycle(LIES.items()), COUNT), strict=True):
        answer = lie(Agent(client=Client(REMOTE_ADDR=address)), used_up)
        found[name, answer.status_code, answer.json().get("code", "")] += 1
    keep_figures(enrolments=COUNT, seconds=(timezone.now() - started).total_seconds())
    assert {(name, *LIES[name][1]) for name in LIES} == found.keys()
    assert not RefreshToken.objects.exists()
    assert not DeviceApproval.objects.filter(status="completed").exists()
    # What an administrator approved waits for its device, and works for nobody else meanwhile.
    assert not Device.objects.exclude(last_seen=None).exists()
    assert InstallCode.objects.earliest("pk").uses == 1


def test_one_address_is_stopped_by_its_limit_and_its_neighbours_are_not() -> None:
    code, answers = new_code(), Counter[int]()
    for _number in range(45):
        answers[Agent(client=Client(REMOTE_ADDR="127.1.0.1")).ask("wrong").status_code] += 1
    assert answers == {400: 40, 429: 5}
    assert Agent(client=Client(REMOTE_ADDR="127.1.0.2")).ask(code).status_code == 200


def test_a_poll_that_is_replayed_after_the_tokens_were_collected_gets_none() -> None:
    agent = Agent().enrol(new_code())
    body = agent.poll_body()
    for address in ("127.1.0.1", "127.1.0.2"):
        answer = Client(REMOTE_ADDR=address).post(POLL, body, content_type="application/json")
        assert (answer.status_code, answer.json()) == (200, {"status": "approved", "detail": "finalized"})
