"""Payloads on their way to a store: committed elsewhere, durable and named, and without a file yet."""

from collections.abc import Iterable
from typing import Protocol


class JournaledPayloads(Protocol):
    """Where they are until then; the journal writes their files and removes them there."""

    def find_content(self, guid: str) -> bytes | None:
        """Return the bytes of one of them, None of every other payload."""

    def find_guids(self) -> Iterable[str]:
        """Return the GUIDs of all of them."""

    def remove(self, guid: str) -> None:
        """Remove one of them; one that is gone already is no error."""
