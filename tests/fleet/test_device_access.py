"""Routes of agents: a token and a proof of its key, each fault by its name; and a device is nobody anywhere else."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import OKPKey
from pytest_django import Settings

from assemblies.fleet import access_tokens
from assemblies.fleet.access_tokens import issue_access_token
from assemblies.fleet.models import Device, RefreshToken
from devmode.accounts.tokens import issue_token
from tests.fleet.agent import HEARTBEAT, Agent, enrolled, url64
from tests.matrix.routes import path_of, routes
from tests.matrix.stocked import Stocked

pytestmark = pytest.mark.usefixtures("db_of_library")


@pytest.fixture
def agent() -> Agent:
    return enrolled()


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"], answer.json()["code"]) == (status, code, code), answer.content
    assert (status == 401) == ("WWW-Authenticate" in answer)


def own_token(agent: Agent, **claims: Any) -> str:
    """Return a token that this installation signed and that says something else than it would."""
    key = access_tokens._key.__wrapped__(configured.SECRET_KEY)
    now = int(timezone.now().timestamp())
    said = {
        "sub": f"device:{agent.guid}",
        "fingerprint": agent.fingerprint,
        "token_version": 1,
        "cnf": {"jkt": OKPKey.import_key(agent.jwk).thumbprint()},
        "exp": now + 60,
    } | claims
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode({"alg": "Ed25519", "typ": "at+jwt"}, said, key, ["Ed25519"])


def test_a_token_with_a_proof_of_its_key_is_accepted(agent: Agent) -> None:
    assert agent.call(HEARTBEAT).status_code == 200
    assert agent.call(HEARTBEAT, {"guid": agent.guid.lower()}).status_code == 200


@pytest.mark.parametrize("header", ["", "DPoP", "DPoP ", "Bearer x", "Token x", "Basic eDp4"])
def test_without_a_token_it_is_refused(agent: Agent, header: str) -> None:
    answer = agent.post(HEARTBEAT, {}, {"Authorization": header} if header else {})
    refused(answer, 401, "missing_authorization")


def test_the_token_of_a_person_is_none(agent: Agent) -> None:
    token, _record = issue_token(User.objects.create_superuser("ada"), ttl_seconds=60, now=timezone.now())
    refused(agent.post(HEARTBEAT, {}, {"Authorization": f"Token {token}"}), 401, "missing_authorization")


@pytest.mark.parametrize("token", ["x", "a.b.c", "a" * 5000, "é.b.c", "e30.e30.AAAA"])
def test_what_is_no_token_is_refused(agent: Agent, token: str) -> None:
    refused(agent.call(HEARTBEAT, token=token), 401, "invalid_token")


def test_a_token_that_another_key_signed_is_refused(agent: Agent) -> None:
    claims = agent.tokens["access_token"].split(".")[1]
    head = url64(b'{"alg":"Ed25519","typ":"at+jwt"}')
    signature = url64(Ed25519PrivateKey.generate().sign(f"{head}.{claims}".encode()))
    refused(agent.call(HEARTBEAT, token=f"{head}.{claims}.{signature}"), 401, "invalid_token")
    for algorithm in ("none", "HS256", "EdDSA"):
        head = url64(f'{{"alg":"{algorithm}","typ":"at+jwt"}}'.encode())
        refused(agent.call(HEARTBEAT, token=f"{head}.{claims}."), 401, "invalid_token")


def test_a_token_of_another_secret_key_is_refused(agent: Agent, settings: Settings) -> None:
    settings.SECRET_KEY = "another key that is long enough to be one, says the check of it"
    refused(agent.call(HEARTBEAT), 401, "invalid_token")


def test_a_proof_is_no_token(agent: Agent) -> None:
    refused(agent.call(HEARTBEAT, token=agent.proof("POST", HEARTBEAT)), 401, "invalid_token")


def test_a_token_that_is_over_is_refused(agent: Agent) -> None:
    before = issue_access_token(
        agent.device, OKPKey.import_key(agent.jwk).thumbprint(), now=timezone.now() - timedelta(seconds=900)
    )
    refused(agent.call(HEARTBEAT, token=before), 401, "token_expired")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None}, {"exp": "soon"}, {"sub": None}, {"sub": "ada"}, {"fingerprint": None}, {"token_version": "1"},
        {"cnf": None}, {"cnf": {}}, {"cnf": "x"},
    ],
)  # fmt: skip
def test_a_token_that_does_not_say_what_is_needed_is_refused(agent: Agent, claims: dict[str, Any]) -> None:
    refused(agent.call(HEARTBEAT, token=own_token(agent, **claims)), 401, "invalid_claims")


def test_a_device_that_is_not_there_is_refused(agent: Agent) -> None:
    Device.objects.all().delete()
    refused(agent.call(HEARTBEAT), 403, "device_not_found")


def test_a_revoked_device_and_a_decommissioned_one_are_refused(agent: Agent) -> None:
    for status in ("revoked", "decommissioned"):
        Device.objects.update(status=status)
        refused(agent.call(HEARTBEAT), 403, "device_revoked")


def test_a_quarantined_device_is_told_so(agent: Agent) -> None:
    Device.objects.update(status="quarantined")
    assert agent.call(HEARTBEAT).json()["status"] == "quarantined"


def test_a_token_for_a_key_that_the_device_has_no_more_is_refused(agent: Agent) -> None:
    Device.objects.update(fingerprint="0" * 64)
    refused(agent.call(HEARTBEAT), 403, "fingerprint_mismatch")


def test_tokens_of_an_earlier_version_are_refused_until_they_are_refreshed(agent: Agent) -> None:
    Device.objects.update(token_version=2)
    refused(agent.call(HEARTBEAT), 401, "token_version_revoked")
    assert agent.refresh().status_code == 200
    assert agent.call(HEARTBEAT).status_code == 200


def test_a_body_that_names_another_device_is_refused(agent: Agent) -> None:
    refused(agent.call(HEARTBEAT, {"guid": enrolled("web-2").guid}), 403, "device_guid_mismatch")


def test_without_a_proof_it_is_refused(agent: Agent) -> None:
    refused(agent.call(HEARTBEAT, proof=""), 401, "dpop_required")


def test_the_proof_of_another_device_is_refused(agent: Agent) -> None:
    other = enrolled("web-2")
    proof = other.proof("POST", HEARTBEAT, agent.tokens["access_token"])
    refused(agent.call(HEARTBEAT, proof=proof), 401, "dpop_mismatch")


def claims_of(agent: Agent, **other: Any) -> str:
    return agent.proof("POST", HEARTBEAT, agent.tokens["access_token"], **other)


def signed_by_another(agent: Agent) -> str:
    return agent.signed({"jti": "x"}, key=Ed25519PrivateKey.generate())


OPEN_TO_ALL = {"admin/login/", "api/auth/login", "health", "health/ready", "metrics"}
HOSTILE: dict[str, Callable[[Agent], str]] = {
    "no JWT": lambda agent: "x",
    "too long": lambda agent: "x" * 5000,
    "not ASCII": lambda agent: "\u00e9.\u00e9.\u00e9",
    "signed by another key": signed_by_another,
    "no type": lambda agent: agent.signed({}, typ=None),
    "the type of a token": lambda agent: agent.signed({}, typ="at+jwt"),
    "no key": lambda agent: agent.signed({}, jwk=None),
    "a key that is a list": lambda agent: agent.signed({}, jwk=[]),
    "a private key": lambda agent: agent.signed({}, jwk=agent.jwk | {"d": url64(bytes(32))}),
    "a symmetric key": lambda agent: agent.signed({}, jwk={"kty": "oct", "k": url64(bytes(32))}, alg="HS256"),
    "another curve": lambda agent: agent.signed({}, jwk=agent.jwk | {"crv": "X25519"}),
    "no algorithm": lambda agent: agent.signed({}, alg="none"),
    "a critical extension": lambda agent: agent.signed({}, crit=["b64"], b64=False),
    "claims that are no object": lambda agent: agent.signed([1]),
    "another method": lambda agent: claims_of(agent, htm="GET"),
    "another path": lambda agent: claims_of(agent, htu="http://127.0.0.1:5000/api/agent/details"),
    "another host": lambda agent: claims_of(agent, htu=f"http://elsewhere{HEARTBEAT}"),
    "an address that is a number": lambda agent: claims_of(agent, htu=7),
    "no address": lambda agent: claims_of(agent, htu=None),
    "no jti": lambda agent: claims_of(agent, jti=None),
    "an empty jti": lambda agent: claims_of(agent, jti=""),
    "a long jti": lambda agent: claims_of(agent, jti="x" * 129),
    "a jti that is a number": lambda agent: claims_of(agent, jti=1),
    "no time": lambda agent: claims_of(agent, iat=None),
    "a time that is text": lambda agent: claims_of(agent, iat="now"),
    "a time that is true": lambda agent: claims_of(agent, iat=True),
    "a time that is no number": lambda agent: claims_of(agent, iat=float("nan")),
    "an endless time": lambda agent: claims_of(agent, iat=float("inf")),
    "a clock ahead": lambda agent: claims_of(agent, iat=int(timezone.now().timestamp()) + 310),
    "a clock behind": lambda agent: claims_of(agent, iat=int(timezone.now().timestamp()) - 310),
    "no token's hash": lambda agent: claims_of(agent, ath=None),
    "another token's hash": lambda agent: claims_of(agent, ath=url64(bytes(32))),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_proof_is_refused_with_the_time_of_the_server(agent: Agent, kind: str) -> None:
    answer = agent.call(HEARTBEAT, proof=HOSTILE[kind](agent))
    refused(answer, 401, "dpop_invalid")
    assert answer.json()["server_time"].startswith(f"{timezone.now().year}-")


def test_the_older_name_of_the_algorithm_and_another_spelling_of_the_address_are_accepted(agent: Agent) -> None:
    token = agent.tokens["access_token"]
    address = f"HTTP://127.0.0.1:5000{HEARTBEAT}?query#fragment"
    for proof in (agent.signed(payload(agent, token), alg="EdDSA"), agent.proof("POST", HEARTBEAT, token, htu=address)):
        assert agent.call(HEARTBEAT, proof=proof).status_code == 200


def payload(agent: Agent, token: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(agent.proof("POST", HEARTBEAT, token).split(".")[1] + "=="))


def test_a_device_is_nobody_on_every_route_of_people(agent: Agent) -> None:
    """Each route of the resolver, with a token and a proof that its own routes would accept."""
    token, met = agent.tokens["access_token"], set[str]()
    for route in routes():
        path = path_of(route, "user", Stocked())
        headers = {"Authorization": f"DPoP {token}", "DPoP": agent.proof("GET", path.partition("?")[0], token)}
        status = Client().get(path, headers=headers).status_code
        if status not in {401, 302}:
            met.add(route.pattern)
    assert {pattern for pattern in met if not pattern.startswith("api/agent/")} == OPEN_TO_ALL


def test_the_refresh_token_is_no_access_token(agent: Agent) -> None:
    refused(agent.call(HEARTBEAT, token=agent.tokens["refresh_token"]), 401, "invalid_token")
    assert RefreshToken.objects.count() == 1
