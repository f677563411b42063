"""The agent's directory: its key, its tokens, the server's keys it trusts, its spool. Its owner's alone.

Every file is written whole and durably: a power cut leaves the old one or the new one.
"""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assemblies.agent.errors import AgentError, NotEnrolled
from assemblies.durable_files import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, replace_file

VARIABLE = "BOREALIS_AGENT_STATE"
SETTINGS, TOKENS, ENROLMENT = "agent.json", "tokens.json", "enrolment.json"


def default_folder() -> Path:
    """Return where the agent of this account keeps its state."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", "C:\\ProgramData"), "BorealisAgent")
    if os.geteuid() == 0:
        return Path("/var/lib/borealis-agent")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state", "borealis-agent")


class State:
    """One agent's directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the directory, and make it private. Raises AgentError where it is another account's."""
        make_folder(self.folder)
        if sys.platform != "win32" and self.folder.stat().st_uid != os.geteuid():
            raise AgentError(f"{self.folder} belongs to another account.")
        self.folder.chmod(PRIVATE_FOLDER)

    def path(self, name: str) -> Path:
        return self.folder / name

    def read(self, name: str) -> dict[str, Any]:
        """Return what a file says; of one that is not there, nothing. Raises AgentError."""
        try:
            facts = json.loads(self.path(name).read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise AgentError(f"{self.path(name)} cannot be read: {error}") from error
        return facts if isinstance(facts, dict) else {}

    def write(self, name: str, facts: Mapping[str, Any]) -> None:
        replace_file(self.path(name), json.dumps(facts, indent=2, sort_keys=True).encode() + b"\n")

    def forget(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def settings(self) -> dict[str, Any]:
        """Return what enrolment left: `server`, `guid`, `hostname`, `allow`. Raises NotEnrolled."""
        settings = self.read(SETTINGS)
        if "guid" not in settings:
            raise NotEnrolled(f"This device is not enrolled (state in {self.folder}): use `enrol`.")
        return settings

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the directory against another agent. Raises AgentError."""
        self.prepare()
        descriptor = os.open(self.path("lock"), os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            _lock(descriptor)
            yield
        except BlockingIOError as error:
            raise AgentError(f"An agent is running with {self.folder}.") from error
        finally:
            os.close(descriptor)

    def is_in_use(self) -> bool:
        if not self.path("lock").exists():
            return False
        with contextlib.suppress(AgentError), self.exclusive():
            return False
        return True

    def remove(self) -> None:
        shutil.rmtree(self.folder)


def _lock(descriptor: int) -> None:
    """Raises BlockingIOError where another process has it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
        return
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
