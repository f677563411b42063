"""GET /health and /health/ready."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.utils import timezone

from assemblies.journal.flush import flush
from assemblies.models import DomainState, JournalHead, Watermark
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, MakeAssembly


def test_anybody_may_ask_and_no_database_is_asked() -> None:
    for path in ("/health", "/health/"):
        answer = Client().get(path, headers={"Authorization": "Token nonsense"})
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_an_anonymous_visitor_learns_whether_it_is_ready_and_no_more(anonymous: Api) -> None:
    answer = anonymous.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_viewer_sees_each_part(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    make_assembly()
    DomainState.objects.create(domain="user", attempts=3, last_error="locked")
    body = as_viewer.get("/health/ready/").json()
    assert body["databases"].keys() == set(connections)
    assert {state["status"] for state in (*body["databases"].values(), body["payloads"])} == {"ok"}
    assert body["flush"]["official"] == {
        "pending": 0,
        "lag_seconds": 0.0,
        "attempts": 0,
        "last_error": "",
        "overdue": False,
    }
    waiting = body["flush"]["user"]
    assert (waiting["pending"], waiting["attempts"], waiting["last_error"]) == (1, 3, "locked")
    assert waiting["lag_seconds"] > 0
    assert body["journal"]["sequence"] == 1
    assert (body["runs"]["upcoming"], body["runs"]["workers"], body["runs"]["waiting_for"]) == (0, 0, {})


def test_a_database_that_is_not_there_makes_it_unready(
    as_viewer: Api, anonymous: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(question: object) -> bool:
        raise OperationalError("unable to open database file /srv/official.db")

    monkeypatch.setattr(Watermark.objects, "using", fail)
    answer = as_viewer.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "error")
    state = answer.json()["databases"]["official"]
    assert (state["status"], "/srv" in state["message"], bool(state["message"])) == ("error", False, True)
    assert anonymous.get("/health/ready").json() == {"status": "error"}


def test_without_the_journal_there_is_no_more_to_say(as_viewer: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JournalHead.objects, "exists", _raise)
    body = as_viewer.get("/health/ready").json()
    assert (body["status"], body["flush"], body["journal"]) == ("error", {}, {})


@pytest.mark.parametrize("moved", [timedelta(hours=-1), timedelta(days=1)])
def test_it_is_not_ready_while_a_flush_is_overdue_or_the_clock_was_set_back(
    as_viewer: Api, make_assembly: MakeAssembly, moved: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as clock:
        then = timezone.now() + moved
        clock.setattr(timezone, "now", lambda: then)
        make_assembly()
    answer = as_viewer.get("/health/ready")
    assert (answer.status_code, answer.json()["flush"]["user"]["overdue"]) == (503, True)
    assert answer.json()["flush"]["user"]["lag_seconds"] >= 0
    flush()
    assert as_viewer.get("/health/ready").status_code == 200


def _raise() -> bool:
    raise OperationalError("no such table")


def test_an_unreadable_payload_store_makes_it_unready(
    as_viewer: Api, library: PayloadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> bool:
        raise OSError(5, "Input/output error", "/srv/payloads")

    monkeypatch.setattr(library.storage, "exists", fail)
    body = as_viewer.get("/health/ready").json()
    assert (body["status"], body["payloads"]["status"]) == ("error", "error")
    assert "/srv" not in body["payloads"]["message"]
