"""Count lines that match a pattern in log files, and show which matched texts come most often.

Needs only the standard library (Python 3.8 or newer), reads plain and gzip files line by line and changes nothing.
Exit: 0 at most the allowed number of matches, 1 more, 2 bad input, 3 a file could not be read.
"""

from __future__ import annotations

import collections
import glob
import gzip
import os
import re
import sys
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

# A log without line ends must not fill the memory; longer lines count as several.
LINE_BYTES = 64 * 1024


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


def compiled(text: str, ignore_case: bool) -> re.Pattern[str]:
    if not text:
        bad_input("LINE_PATTERN is required")
    try:
        return re.compile(text, re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        bad_input(f"LINE_PATTERN is not a regular expression: {error}")


def files_of(text: str) -> list[str]:
    if not text:
        bad_input("LOG_FILES is required")
    if not os.path.isabs(text):
        bad_input("LOG_FILES must be an absolute path, in which * and ? may stand in names")
    # A pipe or device that matches would never end.
    return sorted(path for path in glob.glob(text) if os.path.isfile(path))


def lines_of(path: str) -> Iterator[str]:
    stream: BinaryIO
    with open(path, "rb") as plain:
        is_compressed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        stream = gzip.GzipFile(fileobj=plain) if is_compressed else plain  # type: ignore[assignment]
        for line in iter(lambda: stream.readline(LINE_BYTES), b""):
            yield line.decode("utf-8", "replace").rstrip("\r\n")


def count(path: str, pattern: re.Pattern[str], texts: collections.Counter[str]) -> int:
    matches = 0
    for line in lines_of(path):
        match = pattern.search(line)
        if match:
            matches += 1
            # With a group in the pattern, the group is what people want to see counted.
            texts[(match.group(1) or "") if pattern.groups else match.group(0)] += 1
    return matches


def main() -> int:
    files = files_of(os.environ.get("LOG_FILES", ""))
    ignore_case = truth("IGNORE_CASE", os.environ.get("IGNORE_CASE") or "true")
    pattern = compiled(os.environ.get("LINE_PATTERN", ""), ignore_case)
    allowed = whole_number("ALLOWED_MATCHES", os.environ.get("ALLOWED_MATCHES") or "0", 0, 10**9)
    top_count = whole_number("TOP_COUNT", os.environ.get("TOP_COUNT") or "10", 0, 1000)
    if not files:
        bad_input("LOG_FILES matches no file on this host")

    texts: collections.Counter[str] = collections.Counter()
    total = 0
    unreadable = 0
    for path in files:
        try:
            matches = count(path, pattern, texts)
        except (OSError, EOFError, zlib.error) as error:
            unreadable += 1
            print(f"UNREADABLE {path}: {error}", file=sys.stderr)
            continue
        total += matches
        print(f"{matches:>10}  {path}")
    for text, number in texts.most_common(top_count):
        print(f"{number:>10}  matched {text[:200]!r}")
    print(f"Files: {len(files)}, matches: {total}, allowed: {allowed}, unreadable: {unreadable}.")
    if total > allowed:
        return 1
    return 3 if unreadable else 0


if __name__ == "__main__":
    sys.exit(main())
