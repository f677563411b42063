"""Texts cut to the width of a box. How wide a letter is, only the browser knows; this errs on the narrow side. Pure."""

import unicodedata
from itertools import accumulate

NARROW, PLAIN, CAPITAL, WIDE = 0.32, 0.56, 0.7, 1.05


def fitted(text: str, width: int, size: int) -> str:
    """Return as much of `text` as `width` holds in letters of `size`, with an ellipsis where it is cut."""
    ends = list(accumulate(_width(letter) * size for letter in text))
    if not ends or ends[-1] <= width:
        return text
    room = width - PLAIN * size
    return f"{text[: sum(end <= room for end in ends)]}…"


def width_of(text: str, size: int) -> int:
    return round(sum(map(_width, text)) * size)


def _width(letter: str) -> float:
    if letter in "iljtfrI.,:;'|!()[] ":
        return NARROW
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF" or letter in "mwMW@":
        return WIDE
    return CAPITAL if letter.isupper() else PLAIN
