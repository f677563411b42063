"""Connections over which no request is on its way: how many of them an address may hold.

What accepts them gives each ten seconds to send a request, counts none, and waits where all room is taken. So the
process looks at its own open files from time to time and shuts down what is too much, which is then closed as if the
client had gone. Where the system does not list open files (Windows) the ten seconds are all there is.
"""

import asyncio
import logging
import os
import socket
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings

from devmode.addresses import Networks, find_address, neighbourhood

logger = logging.getLogger(f"borealis.engine.{__name__}")
OPEN_FILES = Path("/dev/fd")
LOOK_SECONDS = 0.5
# As many as may send a request at a time that proves nothing yet. Devices send theirs at once, and close.
MAX_IDLE_PER_ADDRESS = 500
# Of all room so much may be idle; where it is more, the addresses share it evenly.
IDLE_SHARE = 4
# A fleet that comes all at once waits for the event loop: its requests are here, and not known yet.
PATIENCE_SECONDS = 2.0


class Peer(NamedTuple):
    address: str
    port: int


class IdleConnections:
    """The connections of this process; `room` is how many there may be in all."""

    def __init__(self, *, port: int, room: int) -> None:
        self._port, self._room = port, room
        self._proxies = Networks(settings.TRUSTED_PROXIES)
        self._busy: set[Peer] = set()
        self._since: Mapping[Peer, float] = {}

    @contextmanager
    def busy(self, scope: Mapping[str, Any]) -> Iterator[None]:
        """Note that a request is on its way over a connection."""
        peer = _peer_of(scope.get("client") or ("", 0))
        self._busy.add(peer)
        try:
            yield
        finally:
            self._busy.discard(peer)

    async def watch(self) -> None:
        """Close what is too much, until canceled."""
        while OPEN_FILES.is_dir():
            await asyncio.to_thread(self.close_excess)
            await asyncio.sleep(LOOK_SECONDS)

    def close_excess(self) -> None:
        """Shut down the longest idle connections of each address that has too many, but for trusted proxies."""
        now, idle = monotonic(), self._find_idle()
        self._since = {peer: self._since.get(peer, now) for peer in idle}
        networks: defaultdict[str, list[Peer]] = defaultdict(list)
        for peer in sorted(idle, key=self._since.__getitem__):
            networks[neighbourhood(peer.address)].append(peer)
        most = self._most_for_each(len(idle), len(networks))
        for network, peers in networks.items():
            waited = [peer for peer in peers[:-most] if now - self._since[peer] >= self._patience_seconds(len(idle))]
            if closed := sum(self._shut_down(peer, idle[peer]) for peer in waited):
                logger.info("realtime: closed %d idle connections of %s", closed, network)

    def _most_for_each(self, idle: int, networks: int) -> int:
        if idle <= self._room // IDLE_SHARE:
            return MAX_IDLE_PER_ADDRESS
        return min(MAX_IDLE_PER_ADDRESS, max(1, self._room // IDLE_SHARE // networks))

    def _patience_seconds(self, idle: int) -> float:
        return PATIENCE_SECONDS if idle <= self._room // 2 else 0.0

    def _find_idle(self) -> dict[Peer, int]:
        """Return the file of each idle connection; none where there are so few that no address has too many."""
        files = os.listdir(OPEN_FILES)  # noqa: PTH208 (twice a second, of thousands: names are enough)
        if len(files) - len(self._busy) <= min(MAX_IDLE_PER_ADDRESS, self._room // IDLE_SHARE):
            return {}
        found = {peer: int(file) for file in files if (peer := self._find_peer(int(file)))}
        return {peer: file for peer, file in found.items() if peer not in self._busy}

    def _find_peer(self, file: int) -> Peer | None:
        """Return who is at the other end of a connection that was accepted here, unless that is a trusted proxy."""
        with suppress(OSError):
            opened = socket.socket(fileno=file)
            try:
                if opened.family in {socket.AF_INET, socket.AF_INET6} and opened.getsockname()[1] == self._port:
                    peer = _peer_of(opened.getpeername())
                    return None if find_address(peer.address) in self._proxies else peer
            finally:
                # The file is the server's.
                opened.detach()
        return None

    def _shut_down(self, peer: Peer, file: int) -> bool:
        """Shut down a connection, unless that number is another file's by now or a request has come."""
        with suppress(OSError), socket.socket(fileno=os.dup(file)) as own:
            if self._find_peer(own.fileno()) == peer and peer not in self._busy:
                own.shutdown(socket.SHUT_RDWR)
                return True
        return False


def _peer_of(name: Any) -> Peer:
    return Peer(str(find_address(str(name[0])) or name[0]), int(name[1]))
