"""Kept answers outside of the framework's handling of requests: what the thread that reads for everybody gives."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from assemblies.journal.flush import flush
from assemblies.web.replay import MAX_BYTES_AT_ONCE, KeptAnswer, answer_at_once
from tests.api.conftest import Answer, Api, MakeAssembly, path_of
from tests.api.test_replay import TOKEN_ENDS

# A request's end closes connections, which one inside of a test's transaction must not.
pytestmark = [
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.sqlite("a server of databases is waited for"),
]


def asked_again(answer: Answer) -> KeptAnswer | None:
    """Return what the reader has for the same request, as it comes from a server: the framework writes into it."""
    environ = answer.wsgi_request.environ
    return answer_at_once({**environ, "SCRIPT_NAME": "", "PATH_INFO": environ["PATH_INFO"].encode().decode("latin-1")})


def assert_same(kept: KeptAnswer | None, answer: Answer) -> None:
    assert kept is not None
    assert (kept.status, dict(kept.headers), kept.body) == (answer.status_code, dict(answer.items()), answer.content)


def test_it_is_the_answer_of_the_ordinary_path(
    as_viewer: Api, as_administrator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly("Disk use")
    for api in (as_viewer, as_administrator):
        for address in (path_of(guid), "/api/assemblies", "/api/assemblies?type=bash&limit=1"):
            first = api.get(address)
            assert_same(asked_again(first), first)
            unchanged = api.get(address, If_None_Match=first["ETag"])
            assert unchanged.status_code == 304
            assert_same(asked_again(unchanged), unchanged)


def test_below_a_prefix_it_is_the_same_answer(as_viewer: Api, make_assembly: MakeAssembly, settings: Settings) -> None:
    settings.URL_PREFIX = settings.FORCE_SCRIPT_NAME = "/lib"
    make_assembly("Disk use")
    make_assembly("Uptime")
    page = as_viewer.get("/api/assemblies?limit=1")
    assert "/lib/api/assemblies?" in page.json()["next"]
    assert_same(asked_again(page), page)


def test_no_lock_is_waited_for(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    assert asked_again(as_viewer.get(path_of(make_assembly())))
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (0,)
    connection.close()


def test_it_is_none_when_anything_moved(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly("Disk use")
    first = as_viewer.get(path_of(guid))
    for move in (lambda: make_assembly("Uptime"), flush):
        assert asked_again(first)
        move()
        assert asked_again(first) is None
        first = as_viewer.get(path_of(guid))


@TOKEN_ENDS
def test_it_is_none_when_the_token_opens_nothing(
    as_viewer: Api, make_assembly: MakeAssembly, end: Callable[[], Any]
) -> None:
    first = as_viewer.get(path_of(make_assembly()))
    assert asked_again(first)
    end()
    assert asked_again(first) is None


def test_what_is_large_is_left_to_a_thread_that_may_take_its_time(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(script="#" * (MAX_BYTES_AT_ONCE + 1))
    item = as_viewer.get(path_of(guid))
    assert asked_again(item) is None
    whole = as_viewer.get("/api/assemblies")
    assert len(whole.content) < MAX_BYTES_AT_ONCE
    assert_same(asked_again(whole), whole)
