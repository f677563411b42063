"""Runs for the copy: submitted, claimed and ended by the functions that workers use."""

from datetime import datetime

from django.db import connection

from assemblies.execution.models import WorkItem
from assemblies.execution.states import EventType
from assemblies.execution.worker_messages import Ended, ended, started
from tests.execution.orders import NOW, WORKER, claimed, enqueued

# PostgreSQL keeps no NUL: a queue there rejects it at once.
ERROR = "Zeile ☃" if connection.vendor == "postgresql" else "Zeile\x00 ☃"


def submit(count: int, *, items: int = 1, now: datetime = NOW) -> None:
    for _number in range(count):
        enqueued(items, now=now)


def begin(count: int, *, now: datetime = NOW) -> list[WorkItem]:
    items = claimed(limit=count, now=now)
    for item in items:
        started(item.work_item_hash, item.attempt_number, worker_id=WORKER.worker_id, now=now)
    return items


def finish(items: list[WorkItem], event: EventType = EventType.COMPLETED, *, now: datetime = NOW) -> None:
    for item in items:
        end = Ended(event=event, exit_code=0, error=ERROR, stdout_sha256="a" * 64, result={"n": [1, "ü"]})
        ended(item.work_item_hash, item.attempt_number, end, worker_id=WORKER.worker_id, now=now)


def carry_out(count: int) -> None:
    submit(count)
    finish(begin(count))
