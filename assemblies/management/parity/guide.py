"""The divergence table of the staging guide: what is meant to be different from older servers, and what is not."""

from collections.abc import Iterable
from pathlib import Path

from assemblies.durable_files import replace_file
from assemblies.management.parity.checklist import Outcome, Verdict

BEGIN, END = "<!-- begin: written by parity_check -->", "<!-- end -->"


def table_of(outcomes: Iterable[Outcome]) -> str:
    """Return the table, without what is the same."""
    lines = ["| area | call | older servers | this server | why |", "|---|---|---|---|---|"]
    for one in outcomes:
        if one.verdict is not Verdict.SAME:
            why = one.check.why if one.verdict is Verdict.EXPLAINED else "**not explained**"
            cells = (one.check.area, f"`{one.check.call}`", one.check.older, one.observed, why)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def write_table(guide: Path, outcomes: Iterable[Outcome]) -> bool:
    """Put the table between the marks of a guide; say whether that changed anything. Raises OSError, ValueError."""
    text = guide.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _table, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{guide} has no place for the table: {BEGIN} … {END}")
    filled = f"{before}{BEGIN}\n{table_of(outcomes)}\n{END}{after}"
    if filled != text:
        replace_file(guide, filled.encode())
    return filled != text
