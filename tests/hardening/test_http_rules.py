"""What the server reads as a request, and what it refuses before the application sees it."""

import json
import socket
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest

from assemblies.web.uploads import max_body_bytes
from tests.hardening.server_thread import ServerThread, get, heard

LAST = "Connection: close\r\n\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with ServerThread() as server:
        yield server


def parts(answer: bytes) -> tuple[int, str, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode(), body


def test_waitress_is_the_version_that_was_looked_at() -> None:
    """On an upgrade look at waitress' channel, parser, task and server: what assemblies/management/server overrides or
    sets (the channel's recv, send, del_channel, handle_close, requests, request, total_outbufs_len; the parser's
    parse_header, body_rcv, expect_continue; ErrorTask.execute; the server's channel_class, task_dispatcher, accepting,
    pull_trigger; WSGITask's set_close_on_finish, version, request, has_body; wasyncore.loop), then write the new
    version here."""
    assert version("waitress") == "3.0.2"


@pytest.mark.parametrize(
    "request_text",
    [
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5,5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: x\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n Host: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        "get / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\r\nHost: x\r\n\r\n",
        "GET / HTTP/3.0\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "nonsense\r\n\r\n",
    ],
)
def test_what_two_servers_could_read_differently_is_refused_and_the_connection_closed(
    server: ServerThread, request_text: str
) -> None:
    status, head, body = parts(server.say(request_text.encode() + get("/smuggled")))
    assert status == 400
    assert json.loads(body)["code"] == "bad_request"
    assert "Connection: close" in head


def test_another_transfer_encoding_is_refused(server: ServerThread) -> None:
    status, _head, body = parts(server.say(b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"))
    assert (status, json.loads(body)["code"]) == (501, "not_implemented")


def test_a_body_in_chunks_is_told_to_come_with_its_length(server: ServerThread) -> None:
    _status, _head, body = parts(server.say(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"))
    assert json.loads(body)["message"] == "Announce the size of the body in Content-Length."


@pytest.mark.parametrize("expectation", ["", "Expect: 100-continue\r\n"])
def test_a_body_that_is_too_large_is_refused_before_it_is_sent(server: ServerThread, expectation: str) -> None:
    size = max_body_bytes() + 1
    answer = server.say(f"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n{expectation}\r\n".encode())
    status, head, body = parts(answer)
    assert (status, json.loads(body)["code"]) == (413, "document_too_large")
    assert "application/json" in head


def test_a_header_that_is_too_large_is_refused(server: ServerThread) -> None:
    status, _head, body = parts(server.say(get(X="x" * 70_000)))
    assert (status, json.loads(body)["code"]) == (431, "header_too_large")


def test_a_client_that_waits_for_leave_to_send_gets_it(server: ServerThread) -> None:
    with server.connect() as client:
        client.sendall(f"PUT /p HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n{LAST}".encode())
        assert client.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"hello")
        assert parts(heard(client))[2] == b"PUT /p 127.0.0.1 5"


def test_an_answer_to_head_has_no_body_and_the_next_answer_is_its_own(server: ServerThread) -> None:
    with server.connect() as client:
        client.sendall(b"HEAD /first HTTP/1.1\r\nHost: x\r\n\r\n" + get("/second", Connection="close"))
        head, _, rest = heard(client).partition(b"\r\n\r\n")
    assert b"Content-Length: 23" in head
    assert parts(rest)[::2] == (200, b"GET /second 127.0.0.1 0")


@pytest.mark.parametrize(
    ("target", "path"),
    [
        # As WSGI has it: each byte of the path is a character.
        ("/a%20b%C3%BC?q=1", "/a b\xc3\xbc"),
        ("//evil.example/x", "/evil.example/x"),
        ("http://evil.example/x", "/x"),
    ],
)
def test_paths_are_decoded_once_and_name_no_other_host(server: ServerThread, target: str, path: str) -> None:
    answer = server.say(get(target, Connection="close"))
    assert parts(answer)[2].decode() == f"GET {path} 127.0.0.1 0"


def test_a_header_spelt_with_an_underscore_is_dropped() -> None:
    seen: dict[str, Any] = {}

    def keep(environ: Any, start_response: Any) -> list[bytes]:
        seen.update(environ)
        start_response("204 No Content", [])
        return []

    with ServerThread(keep) as server:
        server.say(get(X_Forwarded_For="192.0.2.1", **{"X-Forwarded-Proto": "https", "Connection": "close"}))
    assert "HTTP_X_FORWARDED_FOR" not in seen
    # Whom to believe, the application decides.
    assert seen["HTTP_X_FORWARDED_PROTO"] == "https"


def test_nothing_names_the_server(server: ServerThread) -> None:
    assert "Server:" not in parts(server.say(get(Connection="close")))[1]


def test_every_address_of_both_kinds_is_listened_at() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("This machine has no IPv6")
    with ServerThread(host="::") as server:
        answers = []
        for host in ("127.0.0.1", "::1"):
            with server.connect(host=host) as client:
                client.sendall(get(Connection="close"))
                answers.append(parts(heard(client))[2])
    assert answers == [b"GET / ::ffff:127.0.0.1 0", b"GET / ::1 0"]


def bodiless(status: str) -> Any:
    def answer(_environ: Any, start_response: Any) -> list[bytes]:
        start_response(status, [("ETag", '"1"'), ("Content-Length", "0")])
        return [b""]

    return answer


@pytest.mark.parametrize("status", ["304 Not Modified", "204 No Content"])
def test_the_connection_stays_open_after_an_answer_without_a_body(status: str) -> None:
    with ServerThread(bodiless(status)) as server:
        both = server.say(get() + get(Connection="close"))
        alone = server.say(get().replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert both.count(f"HTTP/1.1 {status}".encode()) == 2
    assert both.count(b"Connection: close") == 1
    assert alone.count(status.encode()) == 1
