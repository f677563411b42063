"""`run_scheduler --once`: one look at the jobs, at any time."""

import json

import pytest

from assemblies.payloads import PayloadStore
from assemblies.schedules.models import Occurrence
from devmode.actor import Actor
from tests.commands.calling import call
from tests.schedules.jobs_made import TEN, assembly, job_of


@pytest.fixture(autouse=True)
def _ready(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assemblies.management.commands.run_scheduler.check_prepared", lambda: None)
    settings.LOCAL_WORKER = "on"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "now", [str(int(TEN.timestamp())), TEN.isoformat(), "2026-03-01T10:00:00Z", "2026-03-01 10:00"]
)
def test_a_time_can_be_told_in_seconds_or_in_words(library: PayloadStore, granted: Actor, now: str) -> None:
    job = job_of(assembly(library), library, granted)
    first = call("run_scheduler", "--once", "--now", now, "--json")
    [row] = first.answer["occurrences"]
    assert (row["job_id"], row["scheduled_ts"], row["status"]) == (job.pk, int(TEN.timestamp()), "Pending")
    assert call("run_scheduler", "--once", "--now", now, "--json").answer["occurrences"] == []
    assert Occurrence.objects.count() == 1


def test_people_read_what_was_started(library: PayloadStore, granted: Actor) -> None:
    assert call("run_scheduler", "--once").stdout.strip() == "Nothing is due."
    job_of(assembly(library), library, granted)
    assert (
        "2026-03-01 10:00:00 UTC  Every hour: Pending" in call("run_scheduler", "--once", "--now", "1772359200").stdout
    )


@pytest.mark.parametrize("now", ["tomorrow", "nan", "9" * 30])
def test_what_is_no_time_is_refused(library: PayloadStore, now: str) -> None:
    assert call("run_scheduler", "--once", "--now", now).exit_code == 1


def test_a_time_needs_one_look(library: PayloadStore) -> None:
    called = call("run_scheduler", "--now", "0", "--json")
    assert called.exit_code == 1
    assert json.loads(called.stdout)["code"] == "command_failed"
