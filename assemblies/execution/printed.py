"""What runs printed: in parts after a position, or all of what was kept."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from assemblies.execution.models import Run, RunOutput, WorkItemAttempt
from assemblies.execution.reading import get_run
from assemblies.execution.states import Status

MAX_CHUNKS = 64


@dataclass(frozen=True)
class OutputPart:
    """Chunks of output after a position; `next` is where to go on, `is_complete` that nothing will follow."""

    chunks: list[RunOutput]
    next: int
    is_complete: bool


def item_before(run: Run, position: int) -> str:
    """Return the work item of the output up to a position."""
    row = output_rows(run).filter(id__lte=position).values_list("work_item_hash", flat=True).last()
    return row or ""


def output_rows(run: Run) -> "QuerySet[RunOutput]":
    return RunOutput.objects.filter(run_id=run.run_id).order_by("id")


def output_after(run: Run, position: int) -> OutputPart:
    """Return the next chunks of a run's output.

    The status is read before the chunks: an item ends only after its last chunk was kept.
    """
    has_ended = Status(get_run(run.run_id).status).is_terminal
    rows = list(output_rows(run).filter(id__gt=position)[: MAX_CHUNKS + 1])
    part = rows[:MAX_CHUNKS]
    return OutputPart(
        chunks=part,
        next=part[-1].pk if part else position,
        is_complete=has_ended and len(rows) <= MAX_CHUNKS,
    )


def chunk_line(row: RunOutput) -> dict[str, Any]:
    """Return a chunk as REST and commands tell of it: as text, or in base64 where it is no UTF-8."""
    content = bytes(row.content)
    facts = {
        "work_item_hash": row.work_item_hash,
        "attempt": row.attempt_number,
        "stream": row.stream,
        "seq": row.seq,
    }
    try:
        return facts | {"text": content.decode()}
    except UnicodeDecodeError:
        return facts | {"base64": base64.b64encode(content).decode()}


def raw_output(run: Run) -> tuple[Iterator[bytes], int, int]:
    """Return a run's output as kept, where to go on after it, and how many bytes of it were not kept."""
    last = output_rows(run).last()
    end = last.pk if last else 0
    rows = output_rows(run).filter(id__lte=end)
    dropped = WorkItemAttempt.objects.filter(run_id=run.run_id).aggregate(Sum("output_dropped_bytes"))
    contents = rows.values_list("content", flat=True).iterator(chunk_size=16)
    return (bytes(content) for content in contents), end, dropped["output_dropped_bytes__sum"] or 0
