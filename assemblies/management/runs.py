"""Runs on the command line: which one is meant, and how one is told of."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.management.base import CommandError

from assemblies.execution.models import Run
from assemblies.execution.reading import Sight, run_lines
from assemblies.management.tables import printable

# Anyone who may run a command owns the files anyway.
ALL = Sight(on_devices=True, on_server=True)
SGR = range(0x20, 0x3C)  # what may stand between the introducer of a colour and its `m`


def facts_of_run(run: Run) -> dict[str, Any]:
    [line] = run_lines([run], ALL)
    return line


def run_words(line: Mapping[str, Any]) -> Iterator[str]:
    """Yield a run as people read it."""
    yield f"Run        {line['run_id']}"
    yield f"Assembly   {printable(line['display_name'])} {line['assembly_guid']} revision {line['revision'] or '-'}"
    yield f"Status     {line['status']}"
    yield f"Submitted  {line['created_at']:%Y-%m-%d %H:%M:%S} UTC by {printable(line['actor'])}"
    if line["reason"]:
        yield f"Reason     {printable(line['reason'])}"
    for item in line["items"]:
        exit_code = "" if item["exit_code"] is None else f", exit code {item['exit_code']}"
        waits = f", waits for {item['waiting_for']}" if item["waiting_for"] else ""
        yield f"  {item['target']}: {item['status']}{exit_code}{waits}, attempt {item['attempt_number']}"
        if item["last_error"]:
            yield f"    {printable(item['last_error'])}"


def read_variables(words: Iterable[str]) -> dict[str, str]:
    """Read `name=value` words. Raises CommandError."""
    variables = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise CommandError(f"{word!r} is no variable: use name=value.")
        variables[name] = value
    return variables


def for_terminal(text: str) -> str:
    """Return output with its colours, and nothing else that a terminal would obey."""
    shown = []
    rest = text
    while rest:
        before, escape, rest = rest.partition("\x1b")
        shown.append("".join(each if each in "\n\t" else printable(each) for each in before))
        if escape:
            colour, rest = _colour(rest)
            shown.append(colour)
    return "".join(shown)


def _colour(text: str) -> tuple[str, str]:
    """Return the colour that begins after an escape, as a terminal takes it, and the rest; else the escape as text."""
    length = next((place for place, each in enumerate(text[1:], 1) if ord(each) not in SGR), 0)
    if text.startswith("[") and length and text[length] == "m":
        return f"\x1b{text[: length + 1]}", text[length + 1 :]
    return "\\x1b", text
