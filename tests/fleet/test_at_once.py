"""What happens at once: of two polls one gets the tokens, a proof is accepted once, codes and counts are exact.

With real commits, threads and connections of their own, on the engine of this run.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from assemblies.fleet.approvals import Decision, approve
from assemblies.fleet.models import DeviceApproval, InstallCode, RefreshToken
from tests.fleet.agent import POLL, REFRESH, REQUEST, Agent, enrolled, new_code
from tests.permits import may_administer

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.engine]
THREADS = 4


def at_once(ask: Callable[[int], Any]) -> Counter[tuple[int, str]]:
    """Return how often each status and code was answered to requests that start together."""
    ready = Barrier(THREADS)

    def one(number: int) -> tuple[int, str]:
        try:
            ready.wait(timeout=30)
            answer = ask(number)
            return answer.status_code, str(answer.json().get("code") or answer.json().get("detail", ""))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(one, range(THREADS)))


def test_of_polls_at_once_one_gets_the_tokens() -> None:
    agent = Agent()
    agent.ask(new_code())
    approve(agent.approval.pk, Decision(), permit=may_administer(), now=timezone.now())
    body = agent.poll_body()
    found = at_once(lambda _number: Agent(client=Client()).post(POLL, body))
    assert found[(200, "")] == 1
    assert found[(409, "proof_replayed")] + found[(200, "finalized")] == THREADS - 1
    assert RefreshToken.objects.count() == 1


def test_of_refreshes_with_one_proof_one_is_accepted() -> None:
    agent = enrolled()
    body = {"guid": agent.guid, "refresh_token": agent.tokens["refresh_token"]}
    proof = {"DPoP": agent.proof("POST", REFRESH)}
    found = at_once(lambda _number: Agent(client=Client()).post(REFRESH, body, proof))
    assert found == {(200, ""): 1, (401, "dpop_replayed"): THREADS - 1}
    assert RefreshToken.objects.count() == 2


def test_a_code_is_used_no_more_often_than_it_says() -> None:
    code = new_code(max_uses=2)
    found = at_once(lambda _number: Agent(client=Client()).ask(code))
    assert found == {(200, ""): 2, (400, "invalid_enrollment_code"): THREADS - 2}
    assert (InstallCode.objects.get().uses, DeviceApproval.objects.count()) == (2, 2)


def test_a_limit_counts_each_request_once(settings: Settings) -> None:
    settings.ENROLMENTS_PER_ADDRESS = 2
    found = at_once(lambda _number: Agent(client=Client()).post(REQUEST, {}))
    assert found == {(400, "hostname_required"): 2, (429, "rate_limited"): THREADS - 2}


def test_of_two_that_decide_at_once_one_does() -> None:
    agent = Agent()
    agent.ask(new_code())
    number = agent.approval.pk
    ready = Barrier(2)

    def decide(_number: int) -> str:
        try:
            ready.wait(timeout=30)
            approve(number, Decision(), permit=may_administer(), now=timezone.now())
        except Exception as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "approved"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(decide, range(2))) == ["ApprovalNotPending", "approved"]
