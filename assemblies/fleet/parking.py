"""Simulated devices that wait for work with an open request each, as real ones do: thousands in one event loop."""

import asyncio
import json
import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from assemblies.agent.connection import Connection
from assemblies.agent.errors import AgentError
from assemblies.fleet.simulation import Counts, SimulatedAgent

# The realtime server verifies a signature for each that comes.
COMING_PER_SECOND = 200
SECONDS_AFTER_FAILURE = 2.0
SECONDS_TO_NOTICE = 0.2


def wait_for_work(
    agents: Sequence[SimulatedAgent], address: str, counts: Counts, stopped: threading.Event, *, threads: int
) -> None:
    """Let every agent wait at a realtime server and report what it is woken for, until `stopped` is set."""
    asyncio.run(_wait(agents, Connection(address), counts, stopped, threads))


async def _wait(
    agents: Sequence[SimulatedAgent], there: Connection, counts: Counts, stopped: threading.Event, threads: int
) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads))
    waiting = [asyncio.ensure_future(_live(agent, there, counts, len(agents))) for agent in agents]
    while not stopped.is_set():
        await asyncio.sleep(SECONDS_TO_NOTICE)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def _live(agent: SimulatedAgent, there: Connection, counts: Counts, number: int) -> None:
    await asyncio.sleep(random.uniform(0, number / COMING_PER_SECOND))  # noqa: S311 (jitter)
    while True:
        try:
            if await _is_woken(agent, there, counts):
                # Each message takes its place behind those of others, as it would at the server.
                while await asyncio.to_thread(agent.step, counts) == 0.0:
                    continue
        except (AgentError, OSError, ValueError):
            counts.add(errors=1)
            await asyncio.sleep(SECONDS_AFTER_FAILURE * random.uniform(0.5, 1.5))  # noqa: S311 (jitter)


async def _is_woken(agent: SimulatedAgent, there: Connection, counts: Counts) -> bool:
    """Wait once. Raises OSError, ValueError for an answer that is none or a refusal."""
    parts = urlsplit(there.server)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, ssl=parts.scheme == "https" or None)
    try:
        writer.write(agent.wait_request(there))
        await writer.drain()
        head, _line, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    counts.add(waits=1)
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise ValueError("The realtime server refused a device.")
    return bool(json.loads(body)["status"] == "work")
