"""Companions for tests: functions of a module, since a process is sent their path."""

import os
import signal
from pathlib import Path
from threading import Event
from time import sleep

from assemblies.companion_states import companion_states
from assemblies.management.server.listening import listen


def work_until_stopped(stopped: Event, *, folder: str) -> None:
    """Leave a file with the process id for each start, and one at an orderly end."""
    Path(folder, f"started-{os.getpid()}").touch()
    stopped.wait()
    Path(folder, "ended").touch()


def die_twice(stopped: Event, *, folder: str) -> None:
    """Die by an exception, then by a signal or by returning, then work."""
    deaths = len(list(Path(folder).glob("death-*")))
    Path(folder, f"death-{deaths}").touch()
    if deaths == 0:
        raise RuntimeError("planted")
    if deaths == 1:
        if os.getppid() == int(os.environ.get("SUPERVISOR", "0")):
            os.kill(os.getpid(), signal.SIGKILL)
        return
    work_until_stopped(stopped, folder=folder)


def die(_stopped: Event) -> None:
    raise RuntimeError("planted")


def listen_at(_stopped: Event, *, port: int) -> None:
    listen("127.0.0.1", port).close()


def write_states(stopped: Event, *, folder: str) -> None:
    """Write down which companions the process has heard of."""
    while not stopped.is_set():
        Path(folder, "states").write_text("".join(f"{name}:{one.state} " for name, one in companion_states().items()))
        sleep(0.02)


def hang(_stopped: Event) -> None:
    """Work on, whatever is said."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        sleep(1)
