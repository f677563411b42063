"""How long "within a second" is here: traced code runs several times slower, and other programs take their share."""

import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time

TRACED = sys.gettrace() is not None
# Of processor time, which other programs do not take.
A_SECOND = 5.0 if TRACED else 1.0
# Until a server of its own that a test starts answers: its processes are traced as the test is.
TO_START_SECONDS = 20.0 if TRACED else 5.0
# What is still not there after so long never comes. No promise: it only ends a test that hangs.
HANG_SECONDS = 180.0
_IDLE = 1.2
# What `_known_work` takes of a processor like those that promises of processor time are for.
_KNOWN_SECONDS = 0.03
# How many seconds pass while a process of its own, as a server is, gets a second of a processor.
_WAITS = """
import time
started, worked = time.perf_counter(), time.process_time()
while time.process_time() - worked < 0.2:
    sum(range(1000))
print((time.perf_counter() - started) / 0.2)
"""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Hold what is done within to so much processor time, or to as much more as this processor is slower just now.

    Programs on the same core and in the same caches make a second longer, and nobody's code is at fault then. What
    takes more than a quarter of its limit on a quiet machine needs a larger one.
    """
    # What other tests left in this process is no part of the measure: the collector would walk through all of it.
    gc.freeze()
    began = process_time()
    try:
        yield
        spent = process_time() - began
    finally:
        gc.unfreeze()
    if spent >= seconds * A_SECOND:
        slower = _known_work() / _KNOWN_SECONDS
        assert spent < seconds * A_SECOND * max(slower, 1), f"{spent:.2f} s of a processor {slower:.1f} times slower"


def _known_work() -> float:
    """Return what some work takes that is always the same, and no matter of our code."""
    began = process_time()
    json.loads(json.dumps([{"number": number, "text": "a text " * (number % 7)} for number in range(20_000)]))
    return process_time() - began


def within(seconds: float) -> float:
    """Return the limit that a promise of `seconds` of wall-clock time is held to on this machine, now.

    On an idle machine that is the promise itself. On a busy one it is as much more as a process waits for a processor,
    and three times that: what a test measures waits in several processes.
    """
    command = [sys.executable, "-I", "-c", _WAITS]
    waits = float(subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=True).stdout)
    busy = 1.0 if waits < _IDLE else 3 * waits
    # A traced test starts traced processes.
    return seconds * busy * (4 if TRACED else 1)
