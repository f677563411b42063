"""Splitting the text between two brackets at its commas, by the tokens of a language; in one pass over the text."""

import re
from collections.abc import Iterator

# Longer lists than this are no longer plain, and bound what one opening bracket can cost.
MAX_LIST_CHARACTERS = 32 * 1024
_OPENING, _CLOSING = "([{", ")]}"


def split_list(text: str, start: int, tokens: re.Pattern[str]) -> list[str] | None:
    """The parts of the list whose opening bracket ends at `start`; None where it does not end.

    `tokens` matches comments, strings and single characters; what group `comment` matches is left out.
    """
    depth, part = 0, ""
    parts: list[str] = []
    for word, is_comment in _tokens(text, start, tokens):
        if is_comment:
            part += " "
        elif word in _CLOSING and depth == 0:
            return [*parts, part.strip()] if part.strip() else parts
        elif word == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            depth += (word in _OPENING) - (word in _CLOSING)
            part += word
    return None


def _tokens(text: str, start: int, tokens: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    for match in tokens.finditer(text, start, start + MAX_LIST_CHARACTERS):
        yield match[0], match["comment"] is not None
