"""A program that is kept running, for one that takes seconds to start: a line in, a line out.

One question at a time. It is begun with the first question, begun again when it has died, and replaced when it takes
too long or has answered many; it ends when its input closes, with the process that keeps it.
"""

import subprocess
from collections.abc import Mapping, Sequence
from queue import Empty, Queue
from tempfile import gettempdir
from threading import Lock, Thread
from typing import IO

from assemblies.checking.programs import MAX_OUTPUT_BYTES

# What a program leaks goes with it.
MAX_QUESTIONS = 500
TRIES = 2


class WarmProgram:
    """`command` is what is kept running, with `environment`."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = list(command), dict(environment)
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: Queue[bytes] = Queue()
        self._asked = 0

    def ask(self, question: bytes, *, seconds: float) -> bytes | None:
        """Return the line that answers a line; None where none comes in time, or the program does not run."""
        with self._lock:
            for _try in range(TRIES):
                try:
                    answer = self._answer(question, seconds)
                except OSError:
                    answer = b""
                if answer:
                    self._asked += 1
                    if self._asked >= MAX_QUESTIONS:
                        self._stop()
                    return answer
                self._stop()
                if answer is None:
                    return None
        return None

    def stop(self) -> None:
        """End the program; the next question begins it again."""
        with self._lock:
            self._stop()

    def _answer(self, question: bytes, seconds: float) -> bytes | None:
        """Return a line, None after the time, nothing where the program ended. Raises OSError."""
        given = self._begun().stdin
        if given is None:
            return b""
        given.write(question + b"\n")
        given.flush()
        try:
            return self._answers.get(timeout=seconds)
        except Empty:
            return None

    def _begun(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=gettempdir(),
            env=self._environment,
        )
        self._answers, self._asked = Queue(), 0
        # A daemon: it ends with the program, which ends with us.
        Thread(target=_read, args=(self._process.stdout, self._answers), name="warm-program", daemon=True).start()
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)


def _read(printed: IO[bytes], answers: Queue[bytes]) -> None:
    """Hand over each line; nothing at the end, and for a line that is too long."""
    try:
        while (line := printed.readline(MAX_OUTPUT_BYTES + 1)).endswith(b"\n"):
            answers.put(line)
    except (OSError, ValueError):
        pass
    answers.put(b"")


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        # What was not yet written cannot be: the program is gone.
        return
