"""The threads that answer requests, as few at once as is quickest.

Python lets one thread compute. Four that have something to compute take twice the processor's time for it, since each
hands the interpreter to another at every call of the system. So a request waits until the one before it is answered, or
has taken long: then that one waits for something itself, or computes for long, and the next begins next to it.
"""

from threading import get_ident
from time import monotonic
from typing import Any

from waitress.task import ThreadedTaskDispatcher

from assemblies.management.server.connection import Connection
from assemblies.management.server.turns import Turns

# More than most answers take, and little to who waits behind one that waits.
ALONE_SECONDS = 0.02


class Lanes(ThreadedTaskDispatcher):
    """Threads that answer requests, and one of its own for those that ask nothing of a database: they never queue
    behind the others."""

    def __init__(self, quick: ThreadedTaskDispatcher, *, at_once: int) -> None:
        """`at_once`: how many requests may be answered that have not taken long yet."""
        super().__init__()
        self.at_once = at_once
        self.queue = Turns()  # type: ignore[assignment]  # as much of a deque as it uses, under its lock
        self.quick = quick
        # When each thread that answers a request began with it, by the monotonic clock.
        self._began: dict[int, float] = {}
        # The thread that reads requests, and those it has read since it last took them.
        self.reader: int | None = None
        self._read: list[Connection] = []

    def add_task(self, task: Any) -> None:
        """Take a connection that has a request. waitress calls this under a lock that answering needs: what the
        reader brings waits until it takes it back."""
        if get_ident() == self.reader:
            self._read.append(task)
        else:
            self.begin(task)

    def take_read(self) -> list[Connection]:
        """Return the connections whose first request was read; for the reader, which answers or begins each."""
        read, self._read = self._read, []
        return read

    def begin(self, connection: Connection) -> None:
        """Let a thread answer the connection's next request when it is its turn."""
        if connection.is_quick:
            self.quick.add_task(connection)  # type: ignore[arg-type]  # the stubs have a Task where a channel is
            return
        with self.lock:
            self.queue.append(connection)  # type: ignore[arg-type]  # it is of connections
            self._begin_next()

    def look(self) -> None:
        """Let the next request begin if those before it take long; to be called when `seconds_to_look` are over."""
        with self.lock:
            self._begin_next()

    def seconds_to_look(self, seconds: float) -> float:
        """Return in how many seconds the reader has to come back, at most `seconds`."""
        if self._read:
            return 0.0
        # A thread that ends looks by itself.
        is_one_free = len(self._began) < len(self.threads)
        return min(seconds, ALONE_SECONDS) if self.queue and is_one_free else seconds

    def handler_thread(self, thread_no: int) -> None:
        """Answer one request after another, until there are too many threads: what each thread of waitress runs."""
        while True:
            with self.lock:
                while not self.stop_count and not (self.queue and self._may_begin()):
                    self.queue_cv.wait()
                if self.stop_count:
                    self.stop_count -= 1
                    self.threads.discard(thread_no)
                    self.thread_exit_cv.notify()
                    return
                task = self.queue.popleft()
                self._began[thread_no] = monotonic()
            try:
                task.service()
            except BaseException:
                self.logger.exception("Exception when servicing %r", task)
            finally:
                with self.lock:
                    del self._began[thread_no]

    def _begin_next(self) -> None:
        if self.queue and self._may_begin():
            self.queue_cv.notify()

    def _may_begin(self) -> bool:
        now = monotonic()
        return sum(now - began < ALONE_SECONDS for began in self._began.values()) < self.at_once
