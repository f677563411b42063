"""What keeps many from holding up the others: how many may come at a time, and how many are woken."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.conf import settings

from assemblies.fleet.errors import RateLimited
from devmode.addresses import Networks, client_address, neighbourhood

# About half a second of a quiet machine's work. A site of thousands behind one address, all of which come at once, is
# above it for a moment, and its devices come again.
MAX_UNPROVEN_PER_ADDRESS = 500


class Unproven:
    """Counts, by address, the requests that have not proved yet who sends them.

    Each costs a thread a signature and a query; a flood of them must not keep those waiting who can prove it.
    """

    def __init__(self) -> None:
        self._proxies = Networks(settings.TRUSTED_PROXIES)
        self._open: Counter[str] = Counter()

    @contextmanager
    def admitted(self, scope: Mapping[str, Any]) -> Iterator[None]:
        """Count a request until it has proved something. Raises RateLimited."""
        address = neighbourhood(self._address_of(scope))
        if self._open[address] >= MAX_UNPROVEN_PER_ADDRESS:
            raise RateLimited
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def _address_of(self, scope: Mapping[str, Any]) -> str:
        peer = str((scope.get("client") or ("", 0))[0])
        said = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
        return str(client_address(peer, said, self._proxies) or peer)


class Pace:
    """Room that grows with time, up to `at_once`: within any second at most `per_second` and `at_once` are let go."""

    def __init__(self, *, per_second: float, at_once: int) -> None:
        self._per_second, self._at_once = per_second, at_once
        self._room, self._counted_at = float(at_once), monotonic()

    def take(self, wanted: int) -> int:
        """Return how many of those that want to may begin now."""
        now = monotonic()
        grown = (now - self._counted_at) * self._per_second
        self._room, self._counted_at = min(self._at_once, self._room + grown), now
        taken = min(wanted, int(self._room))
        self._room -= taken
        return taken
