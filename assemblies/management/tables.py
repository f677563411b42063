"""Tables for people: folded to a terminal's width, a line per row and complete elsewhere.

What is in documents and file names is never obeyed by a terminal: characters that it would not print are written as
escapes.
"""

import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

GAP = "  "
MIN_WIDTH = 8


def table_lines(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, terminal: bool) -> list[str]:
    """Return title, head, rule and rows, each cell folded where the terminal is too narrow for it."""
    cells = [[printable(str(cell)) for cell in row] for row in (columns, *rows)]
    widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
    if terminal:
        widths = narrowed(widths, shutil.get_terminal_size().columns)
    rule = "-" * (sum(widths) + len(GAP) * (len(widths) - 1))
    head, *body = ([*row_lines(row, widths)] for row in cells)
    return [title, *head, rule, *(line for lines in body for line in lines)]


def printable(text: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(0 if unicodedata.combining(each) else _columns(each) for each in text)


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def narrowed(widths: Sequence[int], room: int) -> list[int]:
    """Take from the widest columns, never below MIN_WIDTH, until all fit into the room."""
    fitting = [min(width, room) for width in widths]
    while sum(fitting) + len(GAP) * (len(fitting) - 1) > room and max(fitting) > MIN_WIDTH:
        fitting[fitting.index(max(fitting))] -= 1
    return fitting


def row_lines(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    folded = [folds(cell, width) for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*folded, fillvalue=""):
        yield GAP.join(
            part + " " * (width - width_of(part)) for part, width in zip(parts, widths, strict=True)
        ).rstrip()


def folds(text: str, width: int) -> list[str]:
    """Return the text in pieces of at most `width` columns; in time that grows with its length, whatever that is."""
    pieces, begin, taken = [], 0, 0
    for place, character in enumerate(text):
        columns = width_of(character)
        if taken + columns > width and place > begin:
            pieces.append(text[begin:place])
            begin, taken = place, 0
        taken += columns
    return [*pieces, text[begin:]]
