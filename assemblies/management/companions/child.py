"""What runs in a companion's process: the companion itself, and a thread that hears the supervisor.

When the supervisor is gone, however it went, the connection to it ends and so does the process: an orphan would keep
answering on the port.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from threading import Event, Thread
from typing import Any

import django
from django.utils.module_loading import import_string

from assemblies.companion_states import replace_states
from assemblies.management.server.listening import CannotListen

# What the supervisor says to begin the work, to end it when it is done, and to end it soon; anything else is the states
# of the companions.
BEGIN, LEAVE, END = "begin", "leave", "end"
# What a process says once it has imported what it needs.
LOADED = "loaded"
HELD_SIGNALS = [number for name in ("SIGHUP", "SIGINT", "SIGTERM") if (number := getattr(signal, name, None))]


class Stopped(Event):
    """Set when a companion is to end; it need not hurry where its successor is at work already."""

    hurries = True


def run_companion(path: str, arguments: Mapping[str, Any], imports: Sequence[str], supervisor: Connection) -> None:
    """Import, wait until the supervisor says to begin, then run the function at `path` until it or SIGTERM ends that.

    Says why when it cannot listen.
    """
    begun, stopped = Event(), Stopped()
    # Ctrl-C goes to the whole group; when to end, the supervisor says.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    at_hang_up(lambda: None)
    stop_at(signal.SIGTERM, stopped)
    _let_signals_through()
    Thread(target=_hear, args=(supervisor, begun, stopped), name="supervisor", daemon=True).start()
    django.setup()
    for needed in imports:
        import_string(needed)
    run: Callable[..., None] = import_string(path)
    # What was imported stays: no later search for garbage goes through it, so that they may be as frequent as usual.
    gc.freeze()
    gc.set_threshold(700, 10, 10)
    supervisor.send(LOADED)
    begun.wait()
    try:
        run(stopped, **arguments)
    except CannotListen as error:
        supervisor.send(str(error))


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold signals back while this process is forked: the new one would still do at them what this one does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HELD_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _let_signals_through() -> None:
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_SIGNALS)


def stop_at(number: int, stopped: Event) -> None:
    """Set `stopped` at a signal, from a thread: the main thread may hold the event's lock when the signal comes."""
    signal.signal(number, lambda *_: Thread(target=stopped.set, daemon=True).start())


def at_hang_up(handle: Callable[[], object]) -> None:
    """Call `handle` at SIGHUP; on Windows there is no such signal."""
    if (number := getattr(signal, "SIGHUP", None)) is not None:
        signal.signal(number, lambda *_: handle())


def _hear(supervisor: Connection, begun: Event, stopped: Stopped) -> None:
    while True:
        try:
            message = supervisor.recv()
        except (EOFError, OSError):
            # At once and without clean-up: every acknowledged change is durable already.
            os._exit(1)
        if message == BEGIN:
            begun.set()
        elif message in (LEAVE, END):
            stopped.hurries = message == END
            stopped.set()
        else:
            replace_states(message)
