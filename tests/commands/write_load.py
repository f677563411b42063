"""Writers that create assemblies over HTTP until told to stop, and remember what was acknowledged."""

import time
from threading import Event, Lock, Thread
from typing import Self

from tests.commands.deployment import RunningServer
from tests.patience import HANG_SECONDS


class WriteLoad:
    """Runs while its `with` block does."""

    def __init__(self, server: RunningServer, token: str, *, writers: int = 3) -> None:
        self.server = server
        self.token = token
        self.acknowledged: list[str] = []
        self.refused: list[object] = []
        self.stopped = Event()
        self.lock = Lock()
        self.threads = [Thread(target=self._write, args=(number,)) for number in range(writers)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, count: int) -> None:
        """Return once `count` writes are acknowledged."""
        pause, deadline = Event(), time.monotonic() + HANG_SECONDS
        while len(self.acknowledged) < count and not self.refused and time.monotonic() < deadline:
            pause.wait(0.01)
        assert not self.refused, self.refused[:3]
        assert len(self.acknowledged) >= count

    def _write(self, number: int) -> None:
        with self.server.client(self.token) as client:
            for turn in range(100_000):
                if self.stopped.is_set():
                    return
                body = {
                    "display_name": f"writer {number} turn {turn}",
                    "assembly_type": "bash",
                    "payload": f"echo {turn}",
                }
                answer = client.find_answer("POST", "/api/assemblies", body)
                with self.lock:
                    self._note(answer)
                if answer is None:
                    self.stopped.wait(0.05)

    def _note(self, answer: tuple[int, object] | None) -> None:
        if answer is None:
            return
        status, item = answer
        if status == 201 and isinstance(item, dict):
            self.acknowledged.append(item["assembly_guid"])
        else:
            self.refused.append(answer)
