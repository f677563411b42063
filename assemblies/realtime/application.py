"""The routes of the realtime server, as an ASGI application: a device's wait, a stream of events, its own health.

Refusals say the same as those of REST. Who may follow a stream is asked of REST itself.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qs

from django.db import Error as DatabaseError
from django.utils import timezone

from assemblies.errors import LibraryError
from assemblies.fleet.device_access import DevicePrincipal, DeviceRequest, authenticate_device
from assemblies.fleet.models import DeviceStatus
from assemblies.realtime.hub import Hub
from assemblies.realtime.idle import IdleConnections
from assemblies.realtime.limits import Unproven
from assemblies.realtime.streams import DEVICES, HistoryTooOld, InvalidTopics, Stream, stream_of
from assemblies.realtime.visitors import find_refusal
from assemblies.web.errors import AGENT_CHALLENGE, ErrorAnswer, agent_body, answer_of

logger = logging.getLogger(f"borealis.engine.{__name__}")
Answer = TypeVar("Answer")
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
WAIT, STREAM, HEALTH = "/api/agent/wait", "/api/events/stream", "/health"
# Below what proxies and routers let an idle connection live.
WAIT_SECONDS = 25.0
PULSE_SECONDS = 15.0
# A stream's right to go on is asked again so often: a token that was revoked, a session that has ended.
CHECK_EVERY_PULSES = 4


@dataclass(frozen=True)
class Response:
    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, send: Send) -> None:
        content = json.dumps(self.body).encode()
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *_SAFE]
        headers.append((b"content-length", str(len(content)).encode()))
        headers += [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


_SAFE = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]


class Application:
    """One process's application; `hub` knows who waits, `connections` which of them have a request on its way."""

    def __init__(self, hub: Hub, connections: IdleConnections) -> None:
        self.hub, self.connections, self.unproven = hub, connections, Unproven()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        with self.connections.busy(scope):
            try:
                answer = await self._answer(scope, receive, send)
            except (LibraryError, DatabaseError) as error:
                answer = _refused(error)
            if answer is not None:
                await answer.send(send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        path = str(scope["path"]).rstrip("/")
        if path not in {WAIT, STREAM, HEALTH}:
            return Response(404, agent_body("not_found", "Not found."))
        if scope["method"] not in {"GET", "HEAD"}:
            return Response(405, agent_body("method_not_allowed", "Only GET is answered here."), {"Allow": "GET"})
        if path == HEALTH:
            return Response(200, {"status": "ok", "waiting": self.hub.waiting})
        if path == STREAM:
            return await self._stream(scope, receive, send)
        return await _unless_gone(self._wait(scope), receive)

    async def _wait(self, scope: Scope) -> Response:
        """Answer as soon as the device has work, or after WAIT_SECONDS."""
        with self.unproven.admitted(scope):
            principal = await self.hub.ask(_device_of, scope)
        if principal.device.status != DeviceStatus.ACTIVE:
            return _waited("quarantined", WAIT_SECONDS)
        async with self.hub.device(principal.guid) as woken:
            try:
                await asyncio.wait_for(woken.wait(), WAIT_SECONDS)
            except TimeoutError:
                return _waited("idle", 0)
        return _waited("work", 0)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        with self.unproven.admitted(scope):
            refusal = await self.hub.ask(find_refusal, scope)
        if refusal:
            return Response(*refusal)
        try:
            stream = await self.hub.ask(stream_of, *_asked_of_stream(scope))
        except InvalidTopics as error:
            return Response(400, agent_body("invalid_field", str(error), {"field": "topics"}))
        except HistoryTooOld:
            return Response(410, agent_body("history-too-old", "Read the events, then follow from their end."))
        await _unless_gone(self._follow(scope, stream, send), receive)
        return None

    async def _follow(self, scope: Scope, stream: Stream, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), *_SAFE]
        # Proxies that collect answers would keep events back.
        headers.append((b"x-accel-buffering", b"no"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async with self.hub.stream(of_devices=DEVICES in stream.topics) as queue:
            for past in await self.hub.ask(stream.take_past, self.hub.seen):
                await _say(send, past)
            pulses = 0
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), PULSE_SECONDS)
                except TimeoutError:
                    pulses += 1
                    if pulses % CHECK_EVERY_PULSES == 0 and await self.hub.ask(find_refusal, scope) is not None:
                        break
                    await _say(send, b": still here\n\n")
                    continue
                if event is None:
                    break
                if told := stream.told(event):
                    await _say(send, told)
        await send({"type": "http.response.body", "body": b""})


async def _say(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def _unless_gone(answering: Coroutine[Any, Any, Answer], receive: Receive) -> Answer | None:
    """Await an answer, and give it up as soon as the client has gone."""
    answer, leaving = asyncio.ensure_future(answering), asyncio.ensure_future(_until_gone(receive))
    try:
        await asyncio.wait({answer, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return answer.result() if answer.done() else None
    finally:
        answer.cancel()
        leaving.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def _device_of(scope: Scope) -> DevicePrincipal:
    headers = headers_of(scope)
    request = DeviceRequest(
        authorization=headers.get("authorization", ""), proof=headers.get("dpop", ""), method="GET", path=WAIT
    )
    return authenticate_device(request, now=timezone.now())


def _asked_of_stream(scope: Scope) -> tuple[str, str]:
    query = parse_qs(bytes(scope["query_string"]).decode("latin-1"))
    return ",".join(query.get("topics", [])), headers_of(scope).get("last-event-id", "")


def headers_of(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _waited(status: str, pause_seconds: float) -> Response:
    line = {"status": status, "poll_after_ms": int(pause_seconds * 1000), "server_time": timezone.now().isoformat()}
    return Response(200, line)


def _refused(error: Exception) -> Response:
    answer = answer_of(error) or ErrorAnswer(503, "busy", "The library cannot be asked now; try again.")
    challenge = {"WWW-Authenticate": AGENT_CHALLENGE} if answer.status == 401 else {}
    return Response(answer.status, agent_body(answer.code, answer.message, answer.detail), answer.headers | challenge)
