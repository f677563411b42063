"""How the companions of this process stand, as their supervisor says: kept in memory, for pages and probes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from threading import Lock
from typing import Any


class State(StrEnum):
    """What a companion does: it runs, waits for its next start, or stays out, as its port is taken."""

    RUNNING = "running"
    RESTARTING = "restarting"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class CompanionState:
    """A companion's state, how often it was started again, and why it does not run."""

    state: State
    restarts: int = 0
    reason: str = ""

    def json(self) -> dict[str, Any]:
        return asdict(self)


_states: dict[str, CompanionState] = {}
_lock = Lock()


def replace_states(states: Mapping[str, CompanionState]) -> None:
    """Keep what the supervisor said last."""
    with _lock:
        _states.clear()
        _states.update(states)


def companion_states() -> dict[str, CompanionState]:
    """Return the states by name; none where no supervisor runs, as alongside another WSGI server."""
    with _lock:
        return dict(_states)
