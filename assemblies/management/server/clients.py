"""Who is connected: how many connections and how many bytes one address may hold, and all of them together.

A client that holds too much loses the connections that cost least to lose: unused ones, or the largest. A trusted proxy
speaks for many clients and may hold as much as all of them.
"""

import logging
import socket
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from waitress.adjustments import Adjustments
from waitress.server import BaseWSGIServer

from assemblies.management.server.connection import Connection
from devmode.addresses import Networks, find_address, neighbourhood

logger = logging.getLogger(f"borealis.engine.{__name__}")
MAX_CONNECTIONS_PER_ADDRESS = 200
MIB = 1024 * 1024
MAX_HELD_BYTES_PER_ADDRESS = 512 * MIB
MAX_HELD_BYTES = 2048 * MIB


class Site(NamedTuple):
    """What counts as one address."""

    network: str
    is_proxy: bool


class Clients:
    """The connections of one server process, by site; used by the loop's thread alone."""

    def __init__(self, proxies: Networks, *, max_connections: int) -> None:
        self.max_connections = max_connections
        self.connections: defaultdict[Site, set[Connection]] = defaultdict(set)
        self.count = 0
        self._site_of = lru_cache(maxsize=4096)(
            lambda address: Site(neighbourhood(address), find_address(address) in proxies)
        )

    def admit(
        self,
        server: BaseWSGIServer,
        sock: socket.socket,
        address: Any,
        adjustments: Adjustments,
        map: Any = None,  # noqa: A002  # waitress names it
    ) -> None:
        """Take a connection that was accepted, or close it where there is no room: the server's `channel_class`."""
        site = self._site_of(address[0])
        if not self._has_room_for(site):
            sock.close()
            return
        try:
            connection = Connection(
                server,
                sock,
                address,
                adjustments,
                map,
                network=site.network,
                on_close=lambda closed: self._forget(site, closed),
            )
        except OSError:
            # Gone already; waitress would take it for a fault of the listening socket, and close that.
            sock.close()
            return
        self.connections[site].add(connection)
        self.count += 1

    def all(self) -> list[Connection]:
        return [connection for own in self.connections.values() for connection in own]

    def close_overdue(self, now: float) -> None:
        """Close what is unused for long, and what stands still; `now` is a reading of the monotonic clock."""
        overdue = [connection for connection in self.all() if connection.is_overdue(now)]
        stalled = sum(not connection.is_unused for connection in overdue)
        if stalled:
            logger.info("server: closing %s connections that stand still", stalled)
        for connection in overdue:
            connection.abort()

    def close_largest(self) -> int:
        """Close the largest connections of each site that holds too much, then of those that hold most.

        Returns how many bytes are held then.
        """
        held = {site: sum(one.held_bytes for one in own) for site, own in self.connections.items()}
        for site in [site for site in held if held[site] > MAX_HELD_BYTES_PER_ADDRESS and not site.is_proxy]:
            held[site] = self._shrink(site, held[site], MAX_HELD_BYTES_PER_ADDRESS)
        while sum(held.values()) > MAX_HELD_BYTES:
            site = max(held, key=lambda one: held[one])
            held[site] = self._shrink(site, held[site], held[site] - 1)
        return sum(held.values())

    def _shrink(self, site: Site, held_bytes: int, max_bytes: int) -> int:
        """Close connections of `site`, the largest first, until it holds `max_bytes`. Returns what it holds then."""
        for connection in sorted(self.connections[site], key=lambda one: -one.held_bytes):
            if held_bytes <= max_bytes:
                break
            freed_bytes = connection.held_bytes
            logger.warning("server: %s holds too much; closing a connection with %s bytes", site.network, freed_bytes)
            connection.abort()
            held_bytes -= freed_bytes
        return held_bytes

    def _has_room_for(self, site: Site) -> bool:
        own = self.connections.get(site, set())
        if len(own) >= MAX_CONNECTIONS_PER_ADDRESS and not site.is_proxy:
            return _close_first(one for one in own if one.is_unused)
        if self.count >= self.max_connections:
            most = max(self.connections.values(), key=len)
            return _close_first(one for one in most if one.is_unused) or _close_first(
                one for one in most if not one.is_answering
            )
        return True

    def _forget(self, site: Site, connection: Connection) -> None:
        own = self.connections.get(site, set())
        if connection in own:
            own.remove(connection)
            self.count -= 1
        if not own:
            self.connections.pop(site, None)


def _close_first(connections: Iterable[Connection]) -> bool:
    """Close the one that has waited for longest. Returns False when there is none."""
    first = min(connections, key=lambda one: one.waits_since, default=None)
    if first is not None:
        first.abort()
    return first is not None
