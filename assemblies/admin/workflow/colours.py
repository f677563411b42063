"""Colours that a document asks for: which of them can be seen, and what can be read on them. Pure."""

DARK_INK, LIGHT_INK = "#000000", "#ffffff"
# The page's background by day and by night.
BACKGROUNDS = ("#ffffff", "#121212")
MIN_CONTRAST = 1.6


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
