"""Clients that send or read slowly, or not at all: what they hold is bounded, and ends."""

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from assemblies.management.server import clients, connection, http_server
from assemblies.management.server.connection import FIRST_BYTE_SECONDS
from tests.hardening.server_thread import ServerThread, echo, get, heard, is_closed
from tests.patience import HANG_SECONDS

# Every limit here is one of time.
pytestmark = pytest.mark.alone
ATTACKER, NEIGHBOUR, PROXY = "127.0.0.66", "127.0.0.7", "127.0.0.9"
HALF_SENT = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{"
LARGE = bytes(8 * 1024 * 1024)


def large(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer /large with eight MiB, everything else as `echo` does."""
    if environ["PATH_INFO"] != "/large":
        return echo(environ, start_response)
    start_response("200 OK", [("Content-Length", str(len(LARGE)))])
    return [LARGE]


def is_answered(server: ServerThread, source: str = NEIGHBOUR) -> bool:
    return server.say(get(Connection="close"), source).endswith(f"GET / {source} 0".encode())


@contextmanager
def clients_saying(
    server: ServerThread, text: bytes, count: int, source: str = ATTACKER
) -> Iterator[list[socket.socket]]:
    """Connect so many times, say the text, and then neither say nor read anything."""
    with ExitStack() as stack:
        opened = [stack.enter_context(server.connect(source)) for _ in range(count)]
        for client in opened:
            client.sendall(text)
        yield opened


def held(server: ServerThread) -> dict[str, tuple[int, int]]:
    """Return how many connections each address has, and how many bytes are kept for it."""
    connections = dict(server.http.clients.connections)
    return {site.network: (len(own), sum(one.held_bytes for one in own)) for site, own in connections.items()}


def all_are_answered(server: ServerThread) -> bool:
    return all(one.moved_bytes and not one.requests for one in server.http.clients.all())


def wait_until(is_so: Any) -> None:
    ends_at = time.monotonic() + HANG_SECONDS
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


def test_bodies_that_are_half_sent_hold_no_thread() -> None:
    with ServerThread() as server, clients_saying(server, HALF_SENT, 50):
        assert is_answered(server)


def test_readers_that_do_not_read_hold_no_thread_and_get_all_of_it_later() -> None:
    with ServerThread(large) as server, clients_saying(server, get("/large", Connection="close"), 20) as slow:
        assert all(is_answered(server) for _ in range(5))
        assert all(heard(client).endswith(LARGE) for client in slow)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every patience is a fraction of a second."""
    for name in ("FIRST_BYTE_SECONDS", "UNUSED_SECONDS", "STALL_SECONDS"):
        monkeypatch.setattr(connection, name, 0.5)
    monkeypatch.setattr(http_server, "LOOP_SECONDS", 0.1)


@pytest.mark.parametrize(
    "text",
    [b"", get(), HALF_SENT, b"GET / HT", get("/large")],
    ids=["no byte", "unused", "half a body", "half a header", "an answer not read"],
)
@pytest.mark.usefixtures("impatient")
def test_a_connection_on_which_nothing_moves_is_closed(text: bytes) -> None:
    with ServerThread(large) as server, clients_saying(server, text, 1, NEIGHBOUR):
        wait_until(lambda: server.http.clients.count == 1)
        wait_until(lambda: server.http.clients.count == 0)


@pytest.mark.usefixtures("impatient")
def test_a_body_that_trickles_is_closed_and_one_that_moves_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALL_BYTES", 1000)
    with ServerThread() as server, server.connect(ATTACKER) as trickling, server.connect(NEIGHBOUR) as moving:
        for client in (trickling, moving):
            client.sendall(b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 40000\r\n\r\n")
        ends = []
        for _ in range(20):
            moving.sendall(bytes(2000))
            try:
                trickling.sendall(b"x")
            except OSError:
                ends.append("trickling")
            time.sleep(0.1)
        assert heard(moving).endswith(b"40000")
    assert ends


@pytest.mark.usefixtures("impatient")
def test_a_request_that_takes_long_here_is_waited_for() -> None:
    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        time.sleep(1.5)
        return echo(environ, start_response)

    with ServerThread(slow) as server:
        assert is_answered(server)


def test_one_address_has_so_many_connections_and_a_proxy_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MAX_CONNECTIONS_PER_ADDRESS", 5)
    with ServerThread(proxies=[PROXY]) as server:
        with clients_saying(server, HALF_SENT, 5):
            wait_until(lambda: sum(one.request is not None for one in server.http.clients.all()) == 5)
            with server.connect(ATTACKER) as sixth:
                assert is_closed(sixth, seconds=FIRST_BYTE_SECONDS / 2)
            assert is_answered(server)
        with clients_saying(server, HALF_SENT, 8, PROXY):
            assert is_answered(server, PROXY)


def test_an_unused_connection_gives_way_to_a_new_one_of_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MAX_CONNECTIONS_PER_ADDRESS", 5)
    with ServerThread() as server, clients_saying(server, b"", 5) as unused:
        assert is_answered(server, ATTACKER)
        assert is_closed(unused[0], seconds=HANG_SECONDS)
        assert not is_closed(unused[4], seconds=0.1)


@pytest.mark.parametrize("text", [b"", HALF_SENT])
def test_where_all_room_is_taken_the_client_with_most_gives_way(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 12)
    with ServerThread() as server, clients_saying(server, text, 10), clients_saying(server, text, 2, PROXY) as few:
        assert is_answered(server)
        assert not any(is_closed(client, seconds=0.1) for client in few)


def test_who_makes_the_server_keep_too_much_loses_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    # The kernel takes some of each answer at once, so that less than a whole one is kept.
    monkeypatch.setattr(clients, "MAX_HELD_BYTES_PER_ADDRESS", len(LARGE))
    monkeypatch.setattr(http_server, "LOOP_SECONDS", 0.1)
    with (
        ServerThread(large, proxies=[PROXY]) as server,
        clients_saying(server, get("/large"), 8),
        clients_saying(server, get("/large"), 8, PROXY),
    ):
        wait_until(lambda: held(server).get(PROXY, (0, 0))[0] == 8)
        wait_until(lambda: server.http.clients.count < 16 and all_are_answered(server))
        wait_until(lambda: held(server)[ATTACKER][1] <= len(LARGE))
        assert held(server)[PROXY][0] == 8
        assert held(server)[PROXY][1] > len(LARGE)
        assert is_answered(server)
        assert is_answered(server, ATTACKER)


def test_of_all_together_the_client_that_holds_most_loses_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MAX_HELD_BYTES", 2 * len(LARGE))
    monkeypatch.setattr(http_server, "LOOP_SECONDS", 0.1)
    with (
        ServerThread(large) as server,
        clients_saying(server, get("/large"), 1, NEIGHBOUR),
        clients_saying(server, get("/large"), 8),
    ):
        wait_until(lambda: NEIGHBOUR in held(server))
        wait_until(lambda: server.http.clients.count < 9 and all_are_answered(server))
        wait_until(lambda: sum(size for _count, size in held(server).values()) <= 2 * len(LARGE))
        assert held(server)[NEIGHBOUR][0] == 1


def test_what_slow_readers_leave_moves_to_files_and_readers_keep_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "MAX_HELD_IN_MEMORY_BYTES", len(LARGE))
    monkeypatch.setattr(http_server, "LOOP_SECONDS", 0.1)
    with ServerThread(large) as server, server.connect(ATTACKER) as early:
        with clients_saying(server, get("/large"), 4):
            wait_until(lambda: server.http.server.adj.outbuf_overflow == http_server.BODY_IN_MEMORY_BYTES)
            with clients_saying(server, get("/large"), 1, NEIGHBOUR):
                early.sendall(get("/large"))
                for address in (NEIGHBOUR, ATTACKER):
                    wait_until(lambda address=address: any(map(is_in_a_file, of(server, address))))
        early.close()
        wait_until(lambda: server.http.server.adj.outbuf_overflow == http_server.ANSWER_IN_MEMORY_BYTES)


def is_in_a_file(one: connection.Connection) -> bool:
    return any(getattr(buffer, "overflowed", False) for buffer in one.outbufs)


def of(server: ServerThread, address: str) -> list[connection.Connection]:
    """Return the connections of an address that have something to send."""
    return [one for one in server.http.clients.all() if one.addr[0] == address and one.total_outbufs_len]


def test_a_request_that_asks_no_database_does_not_queue_behind_those_that_do() -> None:
    free = Event()

    def busy(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/busy":
            free.wait(HANG_SECONDS)
        return echo(environ, start_response)

    with ServerThread(busy) as server, clients_saying(server, get("/busy"), 10):
        for path in ("/health", "/health/"):
            assert server.say(get(path, Connection="close")).endswith(f"GET {path} 127.0.0.1 0".encode())
        free.set()


def test_at_the_end_running_requests_are_answered_and_the_others_closed() -> None:
    started = Event()

    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started.set()
        time.sleep(0.5)
        return echo(environ, start_response)

    with ServerThread(slow) as server, clients_saying(server, HALF_SENT, 3), server.connect(NEIGHBOUR) as client:
        client.sendall(get())
        assert started.wait(HANG_SECONDS)
        began = time.monotonic()
        server.stopped.set()
        assert heard(client).endswith(b"GET / 127.0.0.7 0")
        server.thread.join(HANG_SECONDS)
        assert time.monotonic() - began < http_server.SECONDS_TO_FINISH_REQUESTS


def test_a_client_that_never_reads_does_not_keep_it_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "SECONDS_TO_FINISH_REQUESTS", 0.3)
    with ServerThread(large) as server, clients_saying(server, get("/large"), 3):
        wait_until(lambda: sum(one.held_bytes for one in server.http.clients.all()) > 0)
        server.stopped.set()
        server.thread.join(HANG_SECONDS)
        assert not server.thread.is_alive()


@pytest.mark.parametrize(("open_files", "connections"), [(64, 20), (1024, 258), (1_000_000, 2000)])
def test_connections_leave_room_for_the_files_of_the_rest(
    caplog: pytest.LogCaptureFixture, open_files: int, connections: int
) -> None:
    assert http_server.connection_limit(open_files) == connections
    assert bool(caplog.records) is (open_files == 64)
