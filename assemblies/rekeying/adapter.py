"""What the migration asks of a store: read it, count it, back it up, change single rows in one transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from assemblies.rekeying.plan import Plan
from assemblies.rekeying.registry import Registry
from assemblies.rekeying.rows import Note, Reference, Rows, State
from assemblies.rekeying.words import Words

Work = Callable[[], AbstractContextManager[None]]


class Adapter(Protocol):
    """One kind of store. Rows are changed within `transact` only."""

    words: Words
    location: str

    def read(self, registry: Registry) -> Rows:
        """Return everything a plan is made from, as one consistent state; what cannot be read is in its faults."""

    def count_rows(self) -> dict[str, int]:
        """Return the number of rows by table."""

    def back_up(self, path: Path) -> None:
        """Write a complete copy to `path`, which does not exist. Raises MigrationRefused where that is impossible."""

    def transact(self, plan: Plan, registry: Registry, work: Work) -> None:
        """In one transaction: enter `work`, re-key the plan's parents, leave `work`, commit.

        Work changes the rows below the parents when it is entered. Raising anything rolls everything back.
        """

    def remove_state(self, state: State, *, reason: str, archive: bool) -> bool:
        """Remove a row, and say whether the store itself keeps what it said."""

    def move_state(self, state: State, canonical_id: str) -> None: ...

    def activate_state(self, state: State, updated_at: str) -> None: ...

    def move_note(self, note: Note, canonical_id: str) -> None: ...

    def supersede_note(self, note: Note, canonical_id: str) -> None: ...

    def move_reference(self, reference: Reference, canonical_id: str) -> None: ...

    def extra_summary(self, archived: int) -> dict[str, Any]:
        """Return the counters that only this store has."""
