"""The upstream head: cached over restarts, told when it is old, and the API left alone when it wants to be."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from assemblies.upstream.head import Head, current_head, known_head
from tests.upstream.hosting_api import ONE, TWO, HostingApi

pytestmark = pytest.mark.django_db
NOW = 1_900_000_000.0


def head(at: float = 0, *, ttl: int = 60, **options: Any) -> Head:
    return current_head("acme/scripts", "main", ttl_seconds=ttl, clock=lambda: NOW + at, **options)


def test_it_is_read_once_and_then_cached(hosting: HostingApi) -> None:
    assert head() == Head("acme/scripts", "main", ONE, cached=False, age_seconds=0, source="github", error=None)
    hosting.sha = TWO
    again = head(59)
    assert (again.sha, again.cached, again.age_seconds, again.source) == (ONE, True, 59, "cache")
    assert [path for path, _headers in hosting.requests] == ["/repos/acme/scripts/branches/main"]
    assert head(60).sha == TWO


def test_an_unchanged_head_is_recognised_by_its_tag(hosting: HostingApi) -> None:
    head()
    later = head(100)
    assert (later.sha, later.source) == (ONE, "github")
    assert hosting.requests[1][1]["if-none-match"] == f'"{ONE}"'
    assert head(159).source == "cache"


@pytest.mark.parametrize(("ttl", "old", "young"), [(1, 30, 29), (100_000, 3600, 3599)])
def test_the_time_to_live_is_clamped(hosting: HostingApi, ttl: int, old: int, young: int) -> None:
    head()
    assert head(young, ttl=ttl).source == "cache"
    assert head(old, ttl=ttl).source == "github"


def test_a_refresh_works_once_in_thirty_seconds(hosting: HostingApi) -> None:
    head()
    assert head(29, refresh=True).source == "cache"
    assert head(30, refresh=True).source == "github"
    assert head(31, refresh=True).source == "cache"


@pytest.mark.parametrize("status", [404, 500, 502])
def test_what_was_known_is_told_when_the_api_fails(hosting: HostingApi, status: int) -> None:
    head()
    hosting.status = status
    told = head(100)
    assert (told.sha, told.cached, told.source, told.age_seconds) == (ONE, True, "cache-stale", 100)
    assert str(status) in (told.error or "")
    hosting.status, hosting.sha = 200, TWO
    assert head(101).source == "cache-stale"
    assert head(106).sha == TWO


def test_without_anything_known_it_is_unavailable(hosting: HostingApi) -> None:
    hosting.status = 500
    told = head()
    assert (told.sha, told.source, told.cached) == (None, "unavailable", False)


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "120"}, 120),
        ({"X-RateLimit-Reset": str(int(NOW) + 700)}, 600),
        ({}, 300),
        ({"Retry-After": "9e9"}, 300),
    ],
)
def test_the_api_is_left_alone_for_as_long_as_it_says(
    hosting: HostingApi, status: int, headers: dict[str, str], wait: int
) -> None:
    head()
    hosting.status, hosting.headers = status, headers
    assert head(100).source == "cache-stale"
    hosting.status = 200
    assert head(100 + wait - 1, refresh=True).source == "cache-stale"
    assert len(hosting.requests) == 2
    assert head(100 + wait).source == "github"


def test_a_server_that_is_down_or_answers_nonsense_is_no_answer(hosting: HostingApi, settings: Settings) -> None:
    hosting.sha = "not a commit"
    assert "commit" in (head().error or "")
    settings.GITHUB_API = "http://127.0.0.1:9"
    assert head(10).source == "unavailable"
    settings.GITHUB_API = "http://192.0.2.1"
    assert "https" in (head(20).error or "")


def test_the_cache_is_what_a_restart_finds(hosting: HostingApi, settings: Settings) -> None:
    head()
    assert known_head("acme/scripts", "main") == ONE
    assert known_head("acme/scripts", "other") == ""
    [file] = Path(settings.CACHE_DIR).iterdir()
    file.write_text("{ torn")
    assert known_head("acme/scripts", "main") == ""
    assert head(1).source == "github"


def test_a_redirect_elsewhere_gets_no_token(hosting: HostingApi) -> None:
    hosting.status, hosting.headers = 301, {"Location": "http://localhost:9/repos"}
    assert head().source == "unavailable"
    assert len(hosting.requests) == 1
