"""Refresh tokens: bound to the key that enrolled; a copy ends the family, a lost answer does not."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from assemblies.fleet.models import Device, RefreshToken, UsedProof
from tests.fleet.agent import HEARTBEAT, REFRESH, Agent, enrolled

pytestmark = pytest.mark.usefixtures("db_of_library")


@pytest.fixture
def agent() -> Agent:
    return enrolled()


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, code), answer.content
    assert (answer.status_code == 401) == ("WWW-Authenticate" in answer)


def age(**columns: Any) -> None:
    RefreshToken.objects.exclude(last_used_at=None).update(**columns)


def test_it_is_replaced_by_another_pair_that_works(agent: Agent) -> None:
    before = agent.tokens["refresh_token"]
    answer = agent.refresh()
    assert (answer.status_code, answer.json()["token_type"], answer.json()["expires_in"]) == (200, "DPoP", 900)
    assert agent.tokens["refresh_token"] != before
    assert agent.call(HEARTBEAT).status_code == 200
    assert agent.refresh().status_code == 200
    assert RefreshToken.objects.values("family").distinct().count() == 1


def test_it_slides_for_ninety_days(agent: Agent) -> None:
    RefreshToken.objects.update(expires_at=timezone.now() + timedelta(seconds=5))
    assert agent.refresh().status_code == 200
    newest = RefreshToken.objects.get(last_used_at=None)
    assert newest.expires_at > timezone.now() + timedelta(days=89)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"guid": "x"},
        {"refresh_token": "x"},
        {"guid": 1, "refresh_token": "x"},
        {"guid": "x", "refresh_token": None},
    ],
)
def test_a_body_that_lacks_something_is_refused(agent: Agent, body: Any) -> None:
    refused(agent.post(REFRESH, body, {"DPoP": agent.proof("POST", REFRESH)}), 400, "invalid_request")


def test_an_unknown_device_is_refused(agent: Agent) -> None:
    refused(agent.refresh(guid="00000000-0000-4000-8000-000000000000"), 404, "device_not_found")


def test_a_revoked_device_is_refused(agent: Agent) -> None:
    Device.objects.update(status="revoked")
    refused(agent.refresh(), 403, "device_revoked")


def test_an_unknown_token_and_that_of_another_device_are_refused(agent: Agent) -> None:
    refused(agent.refresh("unknown"), 401, "invalid_refresh_token")
    other = enrolled("web-2")
    refused(agent.refresh(other.tokens["refresh_token"]), 401, "invalid_refresh_token")
    assert other.refresh().status_code == 200


def test_an_expired_token_is_refused(agent: Agent) -> None:
    RefreshToken.objects.update(expires_at=timezone.now())
    refused(agent.refresh(), 401, "refresh_token_expired")


def test_without_a_proof_it_is_refused_and_stays_bound(agent: Agent) -> None:
    refused(agent.refresh(proof=""), 401, "dpop_required")
    thief = Agent(key=Ed25519PrivateKey.generate(), tokens=dict(agent.tokens))
    refused(thief.refresh(), 401, "dpop_mismatch")
    assert agent.refresh().status_code == 200


def test_a_stolen_token_is_of_no_use_and_what_the_thief_tries_ends_nothing(agent: Agent) -> None:
    stolen = agent.tokens["refresh_token"]
    agent.refresh()
    thief = Agent(tokens=dict(agent.tokens))
    refused(thief.refresh(stolen), 401, "dpop_mismatch")
    assert agent.refresh().status_code == 200


def test_a_proof_that_was_used_is_refused_and_changes_nothing(agent: Agent) -> None:
    proof = agent.proof("POST", REFRESH)
    assert agent.refresh(proof=proof).status_code == 200
    refused(agent.refresh(proof=proof), 401, "dpop_replayed")
    assert agent.refresh().status_code == 200


def test_a_refused_refresh_leaves_everything_as_it_was(agent: Agent) -> None:
    before = list(RefreshToken.objects.values())
    agent.refresh("unknown")
    agent.refresh(proof="")
    assert list(RefreshToken.objects.values()) == before
    assert not UsedProof.objects.exists()


def test_a_lost_answer_is_no_theft(agent: Agent) -> None:
    token = agent.tokens["refresh_token"]
    assert agent.refresh(token).status_code == 200
    assert agent.refresh(token).status_code == 200
    assert agent.refresh().status_code == 200


def test_after_a_minute_the_token_before_is_a_copy_and_ends_the_family(agent: Agent) -> None:
    token = agent.tokens["refresh_token"]
    agent.refresh(token)
    age(last_used_at=timezone.now() - timedelta(seconds=61))
    refused(agent.refresh(token), 401, "refresh_token_revoked")
    refused(agent.refresh(), 401, "refresh_token_revoked")
    assert not RefreshToken.objects.filter(revoked_at=None).exists()


def test_within_the_minute_too_once_the_next_one_was_used(agent: Agent) -> None:
    token = agent.tokens["refresh_token"]
    agent.refresh(token)
    agent.refresh()
    refused(agent.refresh(token), 401, "refresh_token_revoked")
    refused(agent.refresh(), 401, "refresh_token_revoked")


def test_the_grace_is_not_prolonged_by_using_it(agent: Agent) -> None:
    token = agent.tokens["refresh_token"]
    agent.refresh(token)
    first = RefreshToken.objects.get(previous=None).last_used_at
    agent.refresh(token)
    assert RefreshToken.objects.get(previous=None).last_used_at == first
