"""How many requests are answered at once, and what the reading thread answers itself."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Event, Semaphore, get_ident
from types import SimpleNamespace
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from waitress.task import ThreadedTaskDispatcher

from assemblies.management.server import lanes as lanes_module
from assemblies.management.server.connection import SHARED_BYTES, Connection
from assemblies.management.server.lanes import ALONE_SECONDS, Lanes
from assemblies.web.replay import KeptAnswer
from tests.hardening.server_thread import ServerThread, echo, get
from tests.patience import HANG_SECONDS

TOKEN = {"Authorization": "Token t"}
ETAG = {"Content-Type": "text/plain", "ETag": '"1"'}


class Requests:
    """Requests that take until they are let go, in lanes whose time stands still."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, at_once: int) -> None:
        self.now = 1000.0
        monkeypatch.setattr(lanes_module, "monotonic", lambda: self.now)
        self.began, self.over = Semaphore(0), Semaphore(0)
        self.lanes = Lanes(ThreadedTaskDispatcher(), at_once=at_once)
        self.lanes.set_thread_count(4)

    def ask(self, *freed: Event) -> None:
        """Ask one request for each of these, which takes until it is set."""
        for number, event in enumerate(freed):
            connection: Any = SimpleNamespace(
                is_quick=False, network=f"n{number}", service=lambda at=event: self._at(at)
            )
            self.lanes.begin(connection)

    def _at(self, freed: Event) -> None:
        self.began.release()
        assert freed.wait(HANG_SECONDS)
        self.over.release()

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds
        self.lanes.look()

    def assert_began(self, count: int) -> None:
        """Assert that so many more have begun, and no other one waits to be let in."""
        for _request in range(count):
            assert self.began.acquire(timeout=HANG_SECONDS)
        assert not self.began.acquire(timeout=0.05)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Requests]]:
    made = []

    def make(*, at_once: int) -> Requests:
        made.append(Requests(monkeypatch, at_once=at_once))
        return made[-1]

    yield make
    for requests in made:
        requests.lanes.shutdown(timeout=int(HANG_SECONDS))


def test_a_request_waits_for_the_one_before_it(ask: Callable[..., Requests]) -> None:
    requests, freed = ask(at_once=1), [Event() for _number in range(3)]
    requests.ask(*freed)
    for event in freed:
        requests.assert_began(1)
        requests.pass_seconds(ALONE_SECONDS / 8)
        requests.assert_began(0)
        event.set()
        assert requests.over.acquire(timeout=HANG_SECONDS)


def test_behind_one_that_takes_long_the_next_begins_and_others_after_it_at_once(ask: Callable[..., Requests]) -> None:
    requests, slow, quick = ask(at_once=1), Event(), [Event() for _number in range(3)]
    requests.ask(slow, *quick)
    requests.assert_began(1)
    requests.pass_seconds(2 * ALONE_SECONDS)
    requests.assert_began(1)
    # What has taken long is waited for no more: only that which is new.
    for event in quick[:-1]:
        event.set()
        requests.assert_began(1)
    quick[-1].set()
    slow.set()
    for _request in range(4):
        assert requests.over.acquire(timeout=HANG_SECONDS)


def test_where_the_database_computes_elsewhere_all_begin(ask: Callable[..., Requests]) -> None:
    requests, freed = ask(at_once=4), [Event() for _number in range(4)]
    requests.ask(*freed)
    requests.assert_began(4)
    for event in freed:
        event.set()


def kept(body: bytes, *, status: int = 200) -> KeptAnswer:
    return KeptAnswer(status, ETAG, [body], None, len(body))


def application(found: KeptAnswer) -> Any:
    """Answer what was kept, as an application does."""

    def answer(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        words = {200: "200 OK", 304: "304 Not Modified"}[found.status]
        length = {} if found.status == 304 else {"Content-Length": str(len(found.body))}
        start_response(words, [*found.headers.items(), *length.items()])
        return [found.body]

    return answer


def undated(answer: bytes) -> list[bytes]:
    return sorted(line for line in answer.split(b"\r\n") if not line.startswith(b"Date:"))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (kept(b'{"a": 1}'), {}),
        (kept(b""), {}),
        (kept(bytes(SHARED_BYTES)), {}),
        (kept(b"", status=304), {}),
        (kept(b'{"a": 1}'), {"Connection": "close"}),
    ],
    ids=["small", "empty", "large", "unchanged", "last"],
)
def test_what_the_reader_answers_is_what_a_thread_would(found: KeptAnswer, said: Mapping[str, str]) -> None:
    threads = set()

    def find(environ: Mapping[str, Any]) -> KeptAnswer | None:
        threads.add(get_ident())
        return found if environ["PATH_INFO"] == "/kept" else None

    asked = get("/kept", **TOKEN, **said)
    last = b"" if said else get("/other", Connection="close")
    with ServerThread(application(found)) as server:
        ordinary = server.say(asked + last)
    with ServerThread(application(found), find_kept=find) as server:
        assert undated(server.say(asked + last)) == undated(ordinary)
        # Three in one piece are answered one after another.
        assert server.say(asked * 3 + last).count(b"HTTP/1.1 ") == (1 if said else 4)
        assert threads == {server.thread.ident}


@pytest.mark.parametrize(
    "unasked",
    [get("/kept"), get("/kept", **TOKEN).replace(b"GET", b"HEAD"), get("/kept", **TOKEN).replace(b"GET", b"DELETE")],
    ids=["without a token", "HEAD", "DELETE"],
)
def test_the_reader_looks_for_nothing_but_what_a_token_reads(unasked: bytes) -> None:
    with ServerThread(echo, find_kept=lambda _environ: kept(b"kept")) as server:
        assert b"\r\n\r\nkept" not in server.say(unasked + get(Connection="close"))


def test_what_goes_wrong_where_it_is_looked_for_is_written_down_and_the_application_answers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def find(_environ: Mapping[str, Any]) -> KeptAnswer | None:
        raise RuntimeError("a fault")

    with caplog.at_level(logging.ERROR), ServerThread(echo, find_kept=find) as server:
        for _time in range(2):
            assert server.say(get("/a", Connection="close", **TOKEN)).endswith(b"GET /a 127.0.0.1 0")
    assert "a fault" in caplog.text


def test_what_goes_wrong_with_one_connection_ends_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: Connection, _find: object) -> bool:
        raise OSError("no route")

    with ServerThread(echo) as server:
        with monkeypatch.context() as patch:
            patch.setattr(Connection, "answer_kept", fail)
            assert server.say(get("/a")) == b""
        assert server.say(get("/a", Connection="close")).endswith(b"GET /a 127.0.0.1 0")


def test_the_reader_comes_back_only_while_a_thread_is_free(ask: Callable[..., Requests]) -> None:
    requests, freed = ask(at_once=4), [Event() for _number in range(5)]
    assert requests.lanes.seconds_to_look(1.0) == 1.0
    requests.ask(*freed)
    requests.assert_began(4)
    assert requests.lanes.seconds_to_look(1.0) == 1.0
    for event in freed:
        event.set()
    requests.assert_began(1)
