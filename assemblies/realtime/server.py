"""The process of the realtime server: granian around the application, until it is told to end.

What is leaned on beyond granian's documented constructor is its embedded server; a test names the version.
"""

import asyncio
import logging
import sys
from threading import Event

from django.conf import settings
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from assemblies.realtime.application import Application
from assemblies.realtime.hub import Hub
from assemblies.realtime.idle import IdleConnections

logger = logging.getLogger(f"borealis.engine.{__name__}")
# The default of the library would stop at 2,000 connections, silently.
MAX_CONNECTIONS = 20_000
FILES_FOR_THE_REST = 250
BACKLOG = 2048
MAX_HEADER_BYTES = 64 * 1024
HEADER_MILLISECONDS = 10_000
SECONDS_TO_NOTICE = 0.2


def serve_realtime(stopped: Event) -> None:
    """Answer at BOREALIS_HOST and BOREALIS_REALTIME_PORT until `stopped` is set. Raises CannotListen."""
    asyncio.run(_serve(stopped))


async def _serve(stopped: Event) -> None:
    hub, room = Hub(), room_for_connections()
    connections = IdleConnections(port=settings.REALTIME_PORT, room=room)
    server = Server(
        Application(hub, connections),
        address=settings.HOST,
        port=settings.REALTIME_PORT,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        backpressure=room,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=MAX_HEADER_BYTES),
        log_enabled=False,
    )
    watching = asyncio.ensure_future(_watch(hub, connections))
    serving = asyncio.ensure_future(server.serve())
    logger.info("realtime: listens at port %d", settings.REALTIME_PORT)
    try:
        while not stopped.is_set() and not serving.done() and not watching.done():
            await asyncio.sleep(SECONDS_TO_NOTICE)
    finally:
        watching.cancel()
        server.stop()  # type: ignore[no-untyped-call]
        await asyncio.wait({serving}, timeout=5)
        hub.close()
    for task in (serving, watching):
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error


async def _watch(hub: Hub, connections: IdleConnections) -> None:
    await asyncio.gather(hub.watch(), connections.watch())


def room_for_connections() -> int:
    """Return how many connections can be held, after asking the system for as many files as it gives."""
    if sys.platform == "win32":
        return MAX_CONNECTIONS
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + FILES_FOR_THE_REST
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return max(limit - FILES_FOR_THE_REST, 1)
