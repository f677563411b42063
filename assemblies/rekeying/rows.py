"""What a store holds, in the words of the planner: parents, what is stated about them, notes, references.

An adapter fills these from its tables; `row_id` is whatever the store names the row by.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

ACTIVE = "active"
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Parent:
    """A row that others hang on. One that is not live is known only to be reused, never a shadow."""

    row_id: Any
    name: str
    live: bool = True
    domain: str | None = None
    revision: int = 0


@dataclass(frozen=True)
class State:
    """One statement about a parent. `normal_value` is the value as it is compared, where that is not as it stands."""

    row_id: Any
    parent_id: Any
    category: str
    key: str
    value: Any
    status: str
    updated_at: str
    normal_value: Any = None

    @property
    def meaning(self) -> Any:
        """Two rows of the same meaning say the same."""
        return self.value if self.normal_value is None else self.normal_value

    @property
    def triple(self) -> tuple[str, str]:
        """Where it stands below its parent."""
        return self.category, self.key

    @property
    def is_active(self) -> bool:
        return self.status == ACTIVE


@dataclass(frozen=True)
class Note:
    """A note about whatever `name` names."""

    row_id: Any
    note_type: str
    content: str
    name: str | None
    status: str
    updated_at: str


@dataclass(frozen=True)
class Reference:
    """A place that names something. `owner` is the row it stands in, if that row may go: ("parent" | "state", id)."""

    row_id: Any
    name: str | None
    place: str = ""
    owner: tuple[str, Any] | None = None


@dataclass(frozen=True)
class Rows:
    """Everything a plan is made from."""

    parents: Sequence[Parent] = ()
    states: Sequence[State] = ()
    notes: Sequence[Note] = ()
    references: Sequence[Reference] = ()
    faults: tuple[str, ...] = field(default=())


def instant(text: str) -> datetime:
    """Read a time however the store spells it; one without a zone is UTC, one that cannot be read is long ago."""
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return LONG_AGO
    return time if time.tzinfo else time.replace(tzinfo=UTC)
