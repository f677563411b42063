"""Progress of long work: one line, drawn over itself."""

import shutil
import time
from collections.abc import Iterable, Iterator
from typing import TextIO

from assemblies.progress import T

BAR_WIDTH = 30
REDRAW_SECONDS = 0.1


class ProgressLine:
    """A line on a terminal; on a stream where nobody is looking (`visible` false) nothing is written."""

    def __init__(self, stream: TextIO, *, visible: bool) -> None:
        self.stream = stream
        self.visible = visible

    def say(self, words: str) -> None:
        if self.visible:
            # Blanks instead of a terminal's own erasing, which consoles of Windows print as they are.
            width = shutil.get_terminal_size().columns - 1
            self.stream.write(f"\r{words[:width]:<{width}}")
            self.stream.flush()

    def track(self, items: Iterable[T], phase: str, total: int) -> Iterator[T]:
        """Yield the items and say how many of `total` were taken."""
        due = 0.0
        for done, item in enumerate(items):
            if time.monotonic() >= due:
                self.say(f"{phase} {_bar(done, total)}")
                due = time.monotonic() + REDRAW_SECONDS
            yield item

    def clear(self) -> None:
        if self.visible:
            self.say("")
            self.stream.write("\r")


def _bar(done: int, total: int) -> str:
    full = BAR_WIDTH * min(done, total) // max(total, 1)
    return f"[{'#' * full:<{BAR_WIDTH}}] {done} of {total}"
