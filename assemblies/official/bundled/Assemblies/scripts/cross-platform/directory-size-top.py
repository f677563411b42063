"""Find the directories that hold the most bytes below a starting point.

Needs only the standard library (Python 3.8 or newer) and changes nothing. Links and junctions are not followed, a file
with several hard links counts once, and on POSIX the space really allocated is what counts.
Exit: 0 within the limit, 1 the total is above the limit, 2 bad input.
"""

from __future__ import annotations

import heapq
import os
import stat
import sys
from typing import NoReturn

MEBIBYTE = 1024 * 1024
JUNCTION_TAG = 0xA0000003


def bad_input(message: str) -> NoReturn:
    print(f"bad input: {message}", file=sys.stderr)
    sys.exit(2)


def whole_number(name: str, text: str, lowest: int, highest: int) -> int:
    if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
        bad_input(f"{name} must be a whole number from {lowest} to {highest}")
    return int(text)


def truth(name: str, text: str) -> bool:
    if text.lower() in ("true", "1", "yes"):
        return True
    if text.lower() in ("false", "0", "no"):
        return False
    bad_input(f"{name} must be true or false")


class Tally:
    """Bytes per directory down to a depth, summed up while the tree is walked without recursion."""

    def __init__(self, start: str, depth: int, one_file_system: bool) -> None:
        self.bytes_by_directory: dict[str, int] = {start: 0}
        self.unreadable = 0
        self._depth = depth
        self._device = os.stat(start).st_dev if one_file_system else None
        self._seen: set[tuple[int, int]] = set()
        # Each entry carries the ancestors that its bytes are added to.
        self._waiting: list[tuple[str, tuple[str, ...]]] = [(start, (start,))]

    def walk(self) -> None:
        while self._waiting:
            directory, ancestors = self._waiting.pop()
            try:
                with os.scandir(directory) as entries:
                    for entry in entries:
                        self._add(entry, ancestors)
            except OSError:
                self.unreadable += 1

    def _add(self, entry: os.DirEntry[str], ancestors: tuple[str, ...]) -> None:
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            self.unreadable += 1
            return
        if stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == JUNCTION_TAG:
            return
        if stat.S_ISDIR(status.st_mode):
            if self._device is not None and status.st_dev not in (self._device, 0):
                return
            if len(ancestors) <= self._depth:
                ancestors = (*ancestors, entry.path)
                self.bytes_by_directory[entry.path] = 0
            self._waiting.append((entry.path, ancestors))
        if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
            if (status.st_dev, status.st_ino) in self._seen:
                return
            self._seen.add((status.st_dev, status.st_ino))
        size = getattr(status, "st_blocks", -1) * 512
        for ancestor in ancestors:
            self.bytes_by_directory[ancestor] += size if size >= 0 else status.st_size


def main() -> int:
    start = os.environ.get("START_DIRECTORY", "")
    if not start:
        bad_input("START_DIRECTORY is required")
    if not os.path.isabs(start) or not os.path.isdir(start):
        bad_input(f"START_DIRECTORY must be the absolute path of a directory: {start}")
    top_count = whole_number("TOP_COUNT", os.environ.get("TOP_COUNT") or "20", 1, 1000)
    depth = whole_number("REPORT_DEPTH", os.environ.get("REPORT_DEPTH") or "4", 0, 64)
    limit = whole_number("TOTAL_LIMIT_MEBIBYTES", os.environ.get("TOTAL_LIMIT_MEBIBYTES") or "0", 0, 10**9)
    one_file_system = truth("ONE_FILE_SYSTEM", os.environ.get("ONE_FILE_SYSTEM") or "true")

    start = os.path.realpath(start)
    tally = Tally(start, depth, one_file_system)
    tally.walk()
    largest = heapq.nlargest(top_count, tally.bytes_by_directory.items(), key=lambda item: item[1])
    for path, size in largest:
        # Names on disk need not be text, output has to be.
        print(f"{size / MEBIBYTE:>14.1f} MiB  {path.encode('utf-8', 'backslashreplace').decode()}")
    total = tally.bytes_by_directory[start]
    over = limit > 0 and total > limit * MEBIBYTE
    verdict = "over the limit" if over else "within the limit"
    print(f"Total: {total / MEBIBYTE:.1f} MiB, {verdict}, unreadable entries: {tally.unreadable}.")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
