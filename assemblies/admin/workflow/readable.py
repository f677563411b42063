"""Texts and colours of a picture made readable: cut to a width, and told from what is behind them. Pure.

How wide a letter is, only the browser knows; this errs on the narrow side.
"""

import unicodedata
from itertools import accumulate

# Widths of letters, as shares of their size.
NARROW, PLAIN, CAPITAL, WIDE = 0.32, 0.56, 0.7, 1.05
DARK_INK, LIGHT_INK = "#000000", "#ffffff"
# The page's background by day and by night.
BACKGROUNDS = ("#ffffff", "#121212")
MIN_CONTRAST = 1.6


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


def ink_on(colour: str) -> str:
    """Return the colour of a text that reads best on `colour`, `#rgb` or `#rrggbb`."""
    return max(DARK_INK, LIGHT_INK, key=lambda ink: contrast(ink, colour))


def is_visible(colour: str) -> bool:
    """Say whether a line of this colour can be seen by day and by night."""
    return all(contrast(colour, background) >= MIN_CONTRAST for background in BACKGROUNDS)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG counts it, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
