"""Lists that were requested recently, kept while there is room: the memory they take is bounded by their lengths."""

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
            self._kept.pop(key, None)
            self._kept[key] = value
            members = sum(map(len, self._kept.values()))
            while members > self._max_members and len(self._kept) > 1:
                members -= len(self._kept.pop(next(iter(self._kept))))
        return value

    def items(self) -> list[tuple[Any, Any]]:
        with self._lock:
            return list(self._kept.items())
