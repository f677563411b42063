"""How many may begin now: so many a second, and a few at once after a rest."""

from time import monotonic


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
