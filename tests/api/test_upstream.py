"""The upstream head and the token for its hosting API over REST."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from assemblies.upstream.models import HostingToken
from assemblies.upstream.token import find_token, token_state
from devmode.models import AuditEntry
from tests.api.conftest import Api, assert_refused
from tests.upstream.hosting_api import GOOD_TOKEN, ONE, HostingApi, serving

HEAD, TOKEN = "/api/repo/current_hash", "/api/github/token"


@pytest.fixture
def hosting(tmp_path: Path, settings: Settings) -> Iterator[HostingApi]:
    with serving() as api:
        settings.REPO, settings.GITHUB_API, settings.CACHE_DIR = "acme/scripts", api.address, tmp_path / "cache"
        yield api


def test_everybody_signed_in_reads_the_head(hosting: HostingApi, as_viewer: Api, anonymous: Api) -> None:
    assert_refused(anonymous.get(HEAD), 401, "not_authenticated")
    answer = as_viewer.get(HEAD)
    expected = {"repo": "acme/scripts", "branch": "main", "sha": ONE, "cached": False}
    assert (answer.status_code, answer.json()) == (
        200,
        expected | {"age_seconds": 0, "source": "github", "error": None},
    )
    again = as_viewer.get(f"{HEAD}?ttl=1&refresh=1").json()
    assert (again["cached"], again["source"]) == (True, "cache")


def test_without_a_sha_it_is_503(hosting: HostingApi, as_viewer: Api, settings: Settings) -> None:
    hosting.status = 500
    answer = as_viewer.get(HEAD)
    assert (answer.status_code, answer.json()["source"], answer.json()["sha"]) == (503, "unavailable", None)
    settings.REPO = ""
    assert as_viewer.get(HEAD).status_code == 503


def test_another_repository_is_for_administrators(hosting: HostingApi, as_viewer: Api, as_administrator: Api) -> None:
    assert_refused(as_viewer.get(f"{HEAD}?repo=other/one"), 403, "forbidden")
    assert as_administrator.get(f"{HEAD}?repo=other/one&branch=next/one").json()["repo"] == "other/one"
    assert hosting.requests[-1][0] == "/repos/other/one/branches/next%2Fone"


@pytest.mark.parametrize(
    "query", ["repo=other", "repo=a/b/c", "repo=a/..", "branch=../x", "branch=a%20b", "ttl=-1", "x=1"]
)
def test_what_is_no_repository_is_refused(hosting: HostingApi, as_administrator: Api, query: str) -> None:
    assert as_administrator.get(f"{HEAD}?{query}").status_code == 400
    assert hosting.requests == []


def test_the_token_is_kept_encrypted_told_masked_and_sent(hosting: HostingApi, as_administrator: Api) -> None:
    assert as_administrator.get(TOKEN).json()["has_token"] is False
    answer = as_administrator.post(TOKEN, {"token": GOOD_TOKEN})
    told = answer.json()
    assert (answer.status_code, told["valid"], told["status"], told["token"]) == (200, True, "valid", "********wxyz")
    assert told["rate_limit"]["limit"] == 5000
    row = HostingToken.objects.get()
    assert GOOD_TOKEN.encode() not in bytes(row.ciphertext)
    assert find_token() == GOOD_TOKEN
    as_administrator.get(HEAD)
    assert hosting.requests[-1][1]["authorization"] == f"Bearer {GOOD_TOKEN}"
    assert GOOD_TOKEN not in "".join(entry.detail for entry in AuditEntry.objects.all())
    assert AuditEntry.objects.filter(event="upstream.set_token", outcome="success").count() == 1
    assert as_administrator.post(TOKEN, {"token": ""}).json()["has_token"] is False
    assert HostingToken.objects.count() == 0


def test_what_the_api_thinks_of_a_token_is_told(hosting: HostingApi, as_administrator: Api, settings: Settings) -> None:
    told = as_administrator.post(TOKEN, {"token": "ghp_expired0000"}).json()
    assert (told["valid"], told["status"], told["token"]) == (False, "invalid", "********0000")
    hosting.status = 429
    assert as_administrator.get(TOKEN).json()["status"] == "limited"
    settings.GITHUB_API = "http://127.0.0.1:9"
    told = as_administrator.get(TOKEN).json()
    assert (told["valid"], told["status"]) == (None, "unreachable")
    settings.SECRET_KEY = "another secret key of at least fifty characters, as it has to be"
    assert (find_token(), token_state().status) == ("", "missing")


@pytest.mark.parametrize("token", ["short", "with space in it", "x" * 401, "line\nend of it"])
def test_what_is_no_token_is_refused(as_administrator: Api, token: str) -> None:
    assert as_administrator.post(TOKEN, {"token": token}).status_code == 400
    assert HostingToken.objects.count() == 0


def test_the_token_is_for_administrators(as_viewer: Api, as_operator: Api, anonymous: Api) -> None:
    for api, status in ((as_viewer, 403), (as_operator, 403), (anonymous, 401)):
        assert api.get(TOKEN).status_code == status
        assert api.post(TOKEN, {"token": GOOD_TOKEN}).status_code == status
    assert HostingToken.objects.count() == 0
