"""Long work that lets itself be watched."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import OperationalError
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone, translation
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.admin import progress
from assemblies.admin.progress import NDJSON, THREAD_NAME, Work, progress_answer
from assemblies.domains import Domain
from assemblies.errors import DevModeRequired, SyncRefused
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from assemblies.progress import Track
from devmode.actor import Actor
from tests.documents_made import script
from tests.patience import HANG_SECONDS
from tests.permits import may_create

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
COUNT = 7


@pytest.fixture(autouse=True)
def ended(library: PayloadStore) -> Iterator[None]:
    """No work outlives its test."""
    yield
    wait_for_the_work()
    assert not working()


def working() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(THREAD_NAME)]


def wait_for_the_work() -> None:
    for thread in working():
        thread.join(timeout=HANG_SECONDS)


def asked(**headers: str) -> HttpRequest:
    request = RequestFactory().post("/admin/", headers=headers)
    request.session = {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request


def streamed(work: Work) -> Any:
    return progress_answer(asked(accept=NDJSON), work)


def lines(work: Work) -> list[dict[str, Any]]:
    return [json.loads(line) for line in streamed(work).streaming_content if line.strip()]


def counting(track: Track) -> str:
    for _number in track(range(COUNT), "Counting", COUNT):
        pass
    return "/admin/counted/"


def failing(error: Exception) -> Work:
    def work(track: Track) -> str:
        raise error

    return work


def test_each_step_is_a_line_and_the_last_one_says_where_to_go() -> None:
    answer = streamed(counting)
    assert (answer["Content-Type"], answer["X-Accel-Buffering"]) == (NDJSON, "no")
    said = [json.loads(line) for line in answer.streaming_content]
    assert said[0] == {"phase": "Counting", "done": 0, "total": COUNT}
    assert said[-1] == {"next": "/admin/counted/"}


def test_lines_are_few_however_many_steps_there_are() -> None:
    def work(track: Track) -> str:
        return str(sum(track(range(200_000), "Adding", 200_000)))

    started = timezone.now()
    said = lines(work)
    seconds = (timezone.now() - started).total_seconds()
    assert said[-1] == {"next": str(sum(range(200_000)))}
    assert len(said) <= 3 + seconds / progress.SECONDS_BETWEEN_LINES


def test_steps_that_take_long_are_all_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0)
    assert [line.get("done") for line in lines(counting)] == [0, *range(1, COUNT + 1), None]


def test_work_that_says_nothing_for_long_keeps_the_answer_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECONDS_OF_SILENCE", 0.01)
    goes_on = threading.Event()

    def work(track: Track) -> str:
        goes_on.wait(HANG_SECONDS)
        return "/admin/"

    said = iter(streamed(work).streaming_content)
    assert next(said) == b"\n"
    goes_on.set()
    assert b'"next"' in list(said)[-1]


def test_the_work_goes_on_when_nobody_listens_any_more(operator: Actor, store: PayloadStore) -> None:
    seen = threading.Event()

    def work(track: Track) -> str:
        seen.wait(HANG_SECONDS)
        for number in track(range(3), "Making", 3):
            create(script(f"Number {number}"), domain=Domain.USER, permit=may_create(operator), store=store)
        return "/admin/"

    answer = streamed(work)
    answer.close()
    seen.set()
    wait_for_the_work()
    assert Assembly.objects.count() == 3


def test_a_refusal_is_said_in_its_own_words() -> None:
    assert lines(failing(SyncRefused("The source is empty."))) == [{"error": "The source is empty."}]


def test_what_nobody_foresaw_is_logged_and_said_plainly(caplog: pytest.LogCaptureFixture) -> None:
    assert lines(failing(ZeroDivisionError("at /srv/secret"))) == [
        {"error": "Something went wrong on the server; engine.log says what."}
    ]
    assert "ZeroDivisionError: at /srv/secret" in caplog.text


def test_a_database_that_fails_has_a_name() -> None:
    [said] = lines(failing(OperationalError("disk I/O error")))
    assert said["error"].startswith("A database or a disk of the library cannot be used")


def test_the_work_speaks_the_asker_s_language_and_tells_their_time() -> None:
    def work(track: Track) -> str:
        return f"{translation.get_language()} {timezone.get_current_timezone_name()}"

    with translation.override("de"), timezone.override("Asia/Kathmandu"):
        answer = streamed(work)
    assert json.loads(b"".join(answer.streaming_content)) == {"next": "de Asia/Kathmandu"}


def test_without_script_the_work_is_done_and_then_comes_a_redirect() -> None:
    answer = progress_answer(asked(accept="text/html"), counting)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/counted/")


def test_without_script_a_refusal_is_a_message_where_one_came_from(settings: Settings) -> None:
    request = asked()
    answer = progress_answer(request, failing(SyncRefused("The source is empty.")), back="/admin/back/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/back/")
    assert [str(message) for message in get_messages(request)] == ["The source is empty."]
    assert progress_answer(asked(), failing(SyncRefused()))["Location"] == "/admin/"


def test_without_script_a_missing_right_is_for_the_page_to_say() -> None:
    with pytest.raises(DevModeRequired):
        progress_answer(asked(), failing(DevModeRequired()))
