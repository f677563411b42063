"""How long "within a second" is here: traced code runs several times slower, and other programs take their share."""

import subprocess
import sys

TRACED = sys.gettrace() is not None
# Of processor time, which other programs do not take.
A_SECOND = 5.0 if TRACED else 1.0
# Until a server of its own that a test starts answers: its processes are traced as the test is.
TO_START_SECONDS = 20.0 if TRACED else 5.0
# What is still not there after so long never comes. No promise: it only ends a test that hangs.
HANG_SECONDS = 180.0
_IDLE = 1.2
# How many seconds pass while a process of its own, as a server is, gets a second of a processor.
_WAITS = """
import time
started, worked = time.perf_counter(), time.process_time()
while time.process_time() - worked < 0.2:
    sum(range(1000))
print((time.perf_counter() - started) / 0.2)
"""


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
