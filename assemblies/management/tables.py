"""Tables for people: drawn on a terminal's width, plain and complete elsewhere."""

from collections.abc import Iterable, Sequence
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 200


def table_lines(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, terminal: bool) -> list[str]:
    """Return the lines of a table; colours and the terminal's width only where there is a terminal."""
    table = Table(*columns, title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        # Text, not str: what stands in documents and file names must not be read as mark-up.
        table.add_row(*(Text(str(cell), overflow="fold") for cell in row))
    width = None if terminal else PLAIN_WIDTH
    console = Console(file=StringIO(), force_terminal=terminal, width=width, legacy_windows=False)
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines()]
