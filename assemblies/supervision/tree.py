"""What a supervisor needs of an operating system: one script started, and its whole tree ended."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .accounts import Account
from .sweep import Swept


@dataclass(frozen=True)
class Command:
    argv: list[str]
    environment: dict[str, str]
    directory: Path
    account: Account | None


@dataclass(frozen=True)
class Exit:
    """How the script's own process ended: one of the two is set, or none where it could not be ended."""

    code: int | None = None
    signal: int | None = None


class ProcessTree(Protocol):
    def start(self, command: Command) -> tuple[int, int]:
        """Starts the script. Returns the descriptors its stdout and stderr are read from. Raises StartFailed."""

    def wait(self) -> None:
        """Returns when the script's own process has ended; processes it started may go on."""

    def is_empty_within(self, seconds: float) -> bool:
        """Whether all that the ended script left ends by itself within the time."""

    def sweep(self, *, grace_seconds: float, give_up_seconds: float) -> Swept:
        """Ends every process of the tree, the script's own one too."""

    def exit(self) -> Exit:
        """How the script ended, after a sweep."""
