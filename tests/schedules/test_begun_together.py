"""Jobs that are due at the same time are begun together, and none of them minds what is wrong with another."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from assemblies.execution.errors import QueueFull
from assemblies.execution.models import Run
from assemblies.execution.submission import submit_groups
from assemblies.payloads import PayloadStore
from assemblies.schedules import scheduler
from assemblies.schedules.models import Job, Occurrence
from devmode import write_lock
from devmode.actor import Actor
from tests.schedules.jobs_made import TEN, assembly, job_of, looked

NOW = TEN + timedelta(seconds=1)


@pytest.fixture
def jobs(library: PayloadStore, granted: Actor) -> list[Job]:
    guid = assembly(library)
    return [job_of(guid, library, granted, name=name) for name in ("First", "Second", "Third")]


@contextmanager
def locks_taken() -> Iterator[list[str]]:
    taken: list[str] = []
    own = write_lock.write_lock

    @contextmanager
    def counted(alias: str, **options: Any) -> Iterator[None]:
        taken.append(alias)
        with own(alias, **options):
            yield

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write_lock, "write_lock", counted)
        yield taken


def begun() -> set[str]:
    """Return the names of the jobs of which an occurrence has its run."""
    rows = Occurrence.objects.select_related("job").exclude(run_id="")
    assert {row.run_id for row in rows} == set(Run.objects.values_list("run_id", flat=True))
    return {row.job.name for row in rows}


def test_they_take_one_transaction_of_the_audit_and_one_of_the_queue(library: PayloadStore, jobs: list[Job]) -> None:
    with locks_taken() as taken:
        tick = looked(library, NOW)
    assert sorted(taken) == ["default", "execution"]
    assert len(tick.occurrences) == 3 and begun() == {"First", "Second", "Third"}


def test_one_that_is_edited_meanwhile_is_left_to_the_next_look(
    library: PayloadStore, jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    def edited_before(*given: Any, **named: Any) -> list[bool]:
        Job.objects.filter(pk=jobs[1].pk).update(revision=jobs[1].revision + 1)
        return submit_groups(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(scheduler, "submit_groups", edited_before)
        tick = looked(library, NOW)
    assert (len(tick.occurrences), tick.faults, begun()) == (2, {}, {"First", "Third"})
    looked(library, NOW)
    assert begun() == {"First", "Second", "Third"}


def test_where_they_cannot_be_begun_together_each_is_begun_alone(
    library: PayloadStore, jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: Any, **_named: Any) -> list[bool]:
        raise QueueFull

    monkeypatch.setattr(scheduler, "submit_groups", full)
    tick = looked(library, NOW)
    assert (len(tick.occurrences), tick.faults, begun()) == (3, {}, {"First", "Second", "Third"})
