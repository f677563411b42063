"""Who keeps a copy of what was run is told of every change of a row, within the transaction of the change.

Execution knows nothing of the copy: a room above registers it once, when its application is ready, in every process.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from assemblies.execution.models import Manifest, WorkItem, WorkItemAttempt, WorkItemEvent

Row = WorkItem | WorkItemAttempt | WorkItemEvent | Manifest


@dataclass(frozen=True)
class Change:
    """A row of one table, by its primary key as text, that was written for a run."""

    table: str
    key: str
    run_id: str

    @classmethod
    def of(cls, row: Row) -> "Change":
        return cls(row._meta.db_table, str(row.pk), row.run_id)


class Copy(Protocol):
    """What is told. Both methods may use the database `execution` and nothing else."""

    def note(self, changes: Sequence[Change]) -> None:
        """Remember that these rows are to be copied. What it raises undoes the change."""

    def uncopied(self, run_ids: Sequence[str]) -> set[str]:
        """Return those of the runs that are not copied to their end: they must not be removed yet."""


_copies: list[Copy] = []


def register(copy: Copy) -> None:
    _copies.append(copy)


def note(changes: Iterable[Change]) -> None:
    """Tell of changes, after they were written and before they are committed."""
    if not (told := list(changes)):
        return
    for copy in _copies:
        copy.note(told)


def uncopied(run_ids: Sequence[str]) -> set[str]:
    return {run_id for copy in _copies for run_id in copy.uncopied(run_ids)}
