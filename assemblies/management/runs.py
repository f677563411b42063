"""Runs on the command line: which one is meant, and how one is told of."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from django.core.management.base import CommandError

from assemblies.domains import ExitMeaning
from assemblies.execution.models import Run
from assemblies.execution.reading import Sight, run_lines
from assemblies.management.tables import printable

# Anyone who may run a command owns the files anyway.
ALL = Sight(on_devices=True, on_server=True)
SGR = re.compile(r"\x1b\[([\x20-\x3b]*)m")


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
        exit_code += f" ({ExitMeaning(item['exit_meaning']).label})" if item["exit_meaning"] else ""
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


def print_output(content: bytes, stream: TextIO) -> None:
    """Write the bytes of a run as they are; on a terminal, what it may obey of them."""
    if stream.isatty():
        stream.write(for_terminal(content.decode(errors="replace")))
    else:
        # What was written as text stands before it.
        stream.flush()
        stream.buffer.write(content)


def for_terminal(text: str) -> str:
    """Return output with its colours, and nothing else that a terminal would obey."""
    # The odd parts are what stands between the introducer of a colour and its `m`.
    parts = (f"\x1b[{part}m" if place % 2 else _harmless(part) for place, part in enumerate(SGR.split(text)))
    return "".join(parts)


def _harmless(text: str) -> str:
    return "".join(each if each in "\n\t" else printable(each) for each in text)
