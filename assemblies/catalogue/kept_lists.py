"""What was requested recently, kept while there is room: the memory it takes is bounded by the lengths in sum."""

from collections.abc import Callable, Hashable, Sized
from threading import Lock
from typing import Any, TypeVar

# References of 8 bytes in lists, about 50 in sets and dictionaries.
MAX_KEPT_MEMBERS = 400_000
Kept = TypeVar("Kept", bound=Sized)


class KeptLists:
    """The least recently used one goes first; the newest stays however long it is."""

    def __init__(self, max_members: int = MAX_KEPT_MEMBERS) -> None:
        self._lock = Lock()
        self._kept: dict[Hashable, Any] = {}
        self._members = 0
        self._max_members = max_members

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return what is kept under `key`, made now where nothing is."""
        kept: Kept | None = self.find(key)
        return self.keep(key, make()) if kept is None else kept

    def find(self, key: Hashable) -> Any:
        with self._lock:
            if key in self._kept:
                self._kept[key] = self._kept.pop(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, value: Kept) -> Kept:
        with self._lock:
            self._members += len(value) - len(self._kept.pop(key, ()))
            self._kept[key] = value
            while self._members > self._max_members and len(self._kept) > 1:
                self._members -= len(self._kept.pop(next(iter(self._kept))))
        return value

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._members = 0

    def items(self) -> list[tuple[Any, Any]]:
        with self._lock:
            return list(self._kept.items())
