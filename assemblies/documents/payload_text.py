"""The bytes of a payload as text: whether they are text at all, and how they pass through a browser's text box.

Text is UTF-8 without NUL; everything else is binary, UTF-16 too: its bytes are kept and never re-encoded.
A browser gives text back with CRLF, whatever ended the lines before, and people do not see a byte order mark. Text that
is the same but for these leaves the bytes as they are; in changed text every line that stayed keeps its end, and new
lines end as most of the others do.
"""

import re
from collections import Counter

BYTE_ORDER_MARK = "\ufeff"
LINE_FEED = "\n"
_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE_AND_END = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")

Line = tuple[str, str]


def decode_text(payload: bytes) -> str | None:
    """Return a payload as text, a byte order mark included, or None for a binary one."""
    if b"\0" in payload:
        return None
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None


def text_for_editing(payload: bytes) -> str | None:
    """Return what a text box shows, or None for bytes that are no text."""
    text = decode_text(payload)
    return None if text is None else with_line_feeds(text.removeprefix(BYTE_ORDER_MARK))


def payload_from_editing(typed: str, stored: bytes | None = None) -> bytes:
    """Return the bytes to keep for what came back from a text box that showed `stored`."""
    before = decode_text(stored) if stored is not None else None
    if before is None:
        return with_line_feeds(typed).encode()
    mark = BYTE_ORDER_MARK if before.startswith(BYTE_ORDER_MARK) else ""
    return (mark + with_ends_of(before.removeprefix(mark), typed)).encode()


def with_line_feeds(text: str) -> str:
    return _LINE_END.sub(LINE_FEED, text)


def with_ends_of(before: str, typed: str) -> str:
    """Return `typed` with the line ends of `before`: in a line that stayed its own, in others the usual one."""
    old, new = _lines(before), _lines(with_line_feeds(typed))
    head = _common(old, new)
    max_tail = min(len(old), len(new)) - head
    tail = min(_common(old[::-1], new[::-1]), max_tail)
    usual = usual_line_end(before)
    come = [(line, usual if end else "") for line, end in new[head : len(new) - tail]]
    return "".join(line + end for line, end in (*old[:head], *come, *old[len(old) - tail :]))


def usual_line_end(text: str) -> str:
    """Return what ends most lines; a line feed where nothing does."""
    ends = Counter(_LINE_END.findall(text))
    return ends.most_common(1)[0][0] if ends else LINE_FEED


def _lines(text: str) -> list[Line]:
    """Return each line with its end, which only the last one may lack."""
    found = [(match[1], match[2]) for match in _LINE_AND_END.finditer(text)]
    return [line for line in found if line != ("", "")]


def _common(old: list[Line], new: list[Line]) -> int:
    """Return how many lines are the same from the start, whatever ends them."""
    pairs = zip(old, new, strict=False)
    different = (at for at, (one, other) in enumerate(pairs) if (one[0], bool(one[1])) != (other[0], bool(other[1])))
    return next(different, min(len(old), len(new)))
