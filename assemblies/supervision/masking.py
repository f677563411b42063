"""Secrets are replaced before output is kept, counted or hashed, wherever it is cut and in the usual spellings.

Known spellings: as it is, in UTF-16 (as Windows tools write), in JSON, in a URL, in single quotes of a shell, each line
of a secret of several; and base64 of it in any alignment, standard or URL-safe. Line ends in between do not hide it.
Of base64 up to four bits at either edge of the secret stay. A script that wants to give a secret away can do so: it is
masked, not confined.
"""

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

MASK = b"[secret]"
# Shorter than this, base64 of a secret says little and is found everywhere.
_MIN_ENCODED_BYTES = 4
_MIN_LINE_CHARACTERS = 8
_LINE_ENDS = b"\r\n"


class Masker:
    """One stream's. What could be the beginning of a secret is held back until more is known."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._texts = sorted(filter(None, {text.translate(None, _LINE_ENDS) for text in _texts(secrets)}))
        self._longest = max(map(len, self._texts), default=0)
        self._held = b""
        # How much of the beginning of `_held` lies within a mask that was given already.
        self._covered = 0

    def feed(self, data: bytes) -> bytes:
        """What is certain by now."""
        return self._masked(self._held + data, last=False) if self._texts else data

    def finish(self) -> bytes:
        """What was held back, once nothing follows."""
        return self._masked(self._held, last=True) if self._texts else b""

    def _masked(self, buffer: bytes, *, last: bool) -> bytes:
        line = _Unbroken(buffer)
        held_from = len(buffer) if last else self._held_from(line)
        certain: list[bytes] = []
        position = 0
        for start, end in _merged([(0, self._covered), *self._found(line)]):
            if start >= held_from and start > 0:
                break
            certain += [buffer[position:start], b"" if start == 0 and self._covered else MASK]
            position = end
        certain.append(buffer[position:held_from])
        self._held = buffer[held_from:]
        self._covered = max(position - held_from, 0)
        return b"".join(certain)

    def _found(self, line: "_Unbroken") -> Iterator[tuple[int, int]]:
        for text in self._texts:
            for start, end in _occurrences(line.text, text):
                yield line.place(start), line.place(end - 1) + 1

    def _held_from(self, line: "_Unbroken") -> int:
        first = min(_unfinished(line.text, text) for text in self._texts)
        place = line.place(first) if first < len(line.text) else len(line.buffer)
        # Nobody's secret consists of line ends: what has so many is not waited for.
        return len(line.buffer) if len(line.buffer) - place > 4 * self._longest else place


class _Unbroken:
    """A buffer without its line ends, and where each of its bytes was."""

    def __init__(self, buffer: bytes) -> None:
        self.buffer = buffer
        self.text = buffer.translate(None, _LINE_ENDS)
        self._breaks: list[int] | None = None

    def place(self, at: int) -> int:
        if self._breaks is None:
            ends = re.finditer(rb"[\r\n]", self.buffer)
            self._breaks = [end.start() - number for number, end in enumerate(ends)]
        return at + bisect_right(self._breaks, at)


def _occurrences(line: bytes, text: bytes) -> Iterator[tuple[int, int]]:
    """Where the text is; occurrences that overlap are one."""
    at = line.find(text)
    while at != -1:
        start, end = at, at + len(text)
        while (at := line.find(text, at + 1)) != -1 and at < end:
            end = at + len(text)
        yield start, end


def _unfinished(line: bytes, text: bytes) -> int:
    """Where the text begins that the line's end leaves unfinished; the line's length where there is none."""
    at = line.find(text[:1], max(len(line) - len(text) + 1, 0))
    while at != -1 and not text.startswith(line[at:]):
        at = line.find(text[:1], at + 1)
    return len(line) if at == -1 else at


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _texts(secrets: Sequence[str]) -> Iterator[bytes]:
    for secret in secrets:
        for spelling in _spellings(secret):
            yield spelling
            yield from _base64_texts(spelling)
        lines = secret.splitlines()
        if len(lines) > 1:
            yield from (line.encode() for line in lines if len(line) >= _MIN_LINE_CHARACTERS)


def _spellings(secret: str) -> set[bytes]:
    quoted = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], _in_url(secret))
    texts = (secret, *quoted, secret.replace("'", "'\\''"))
    return {text.encode() for text in texts} | {secret.encode("utf-16-le")}


def _in_url(secret: str) -> str:
    # As urllib.parse.quote does, whose import would take as long as all others of a supervisor.
    return re.sub(rb"[^A-Za-z0-9_.~-]", lambda match: b"%%%02X" % match[0][0], secret.encode()).decode()


def _base64_texts(secret: bytes) -> Iterator[bytes]:
    """The characters of base64 that the secret alone decides, for each of its three alignments."""
    if len(secret) < _MIN_ENCODED_BYTES:
        return
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret)
        text = encoded[-(-shift * 8 // 6) : (shift + len(secret)) * 8 // 6]
        yield text
        yield text.translate(bytes.maketrans(b"+/", b"-_"))
