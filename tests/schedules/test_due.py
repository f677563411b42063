"""What is run now, and what becomes of the times that came while no scheduler ran."""

from datetime import UTC, datetime, timedelta

import pytest

from assemblies.schedules.due import Misfire, due_times
from assemblies.schedules.rules import Rule, ScheduleType

START = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
HOURLY = Rule(type=ScheduleType.EVERY_HOUR, start=START)
ALL = list(Misfire)


@pytest.mark.parametrize("misfire", ALL)
def test_what_is_on_time_runs_whatever_is_done_about_missed_times(misfire: Misfire) -> None:
    now = START + timedelta(seconds=59)
    due = due_times(HOURLY, after=START - timedelta(seconds=1), now=now, misfire=misfire)
    assert (list(due.run), due.skipped, due.missed) == ([START], None, 0)


@pytest.mark.parametrize("misfire", ALL)
def test_nothing_is_due_before_its_time(misfire: Misfire) -> None:
    assert not due_times(HOURLY, after=START, now=START + timedelta(minutes=59), misfire=misfire).run


def test_missed_times_are_left_out() -> None:
    due = due_times(HOURLY, after=START, now=START + timedelta(hours=3, minutes=30), misfire=Misfire.SKIP)
    assert (list(due.run), due.skipped, due.missed) == ([], START + timedelta(hours=3), 3)


def test_missed_times_run_once_at_the_last_of_them() -> None:
    due = due_times(HOURLY, after=START, now=START + timedelta(hours=3, minutes=30), misfire=Misfire.ONCE)
    assert (list(due.run), due.missed) == ([START + timedelta(hours=3)], 2)


def test_missed_times_are_one_with_the_one_that_is_on_time() -> None:
    due = due_times(HOURLY, after=START, now=START + timedelta(hours=3), misfire=Misfire.ONCE)
    assert (list(due.run), due.missed) == ([START + timedelta(hours=3)], 2)


def test_each_missed_time_of_the_last_day_runs() -> None:
    now = START + timedelta(hours=100, minutes=30)
    due = due_times(HOURLY, after=START, now=now, misfire=Misfire.ALL)
    assert list(due.run) == [START + timedelta(hours=hour) for hour in range(77, 101)]


def test_at_most_a_hundred_missed_times_run() -> None:
    rule = Rule(type=ScheduleType.EVERY_5_MINUTES, start=START)
    due = due_times(rule, after=START, now=START + timedelta(hours=20, seconds=120), misfire=Misfire.ALL)
    assert (len(due.run), due.missed) == (100, 140)
    assert due.run[-1] == START + timedelta(hours=20)


def test_a_sparse_rule_is_found_however_long_ago_it_was_due() -> None:
    rule = Rule(type=ScheduleType.MONTHLY, start=START)
    due = due_times(rule, after=START, now=START + timedelta(days=80), misfire=Misfire.ONCE)
    assert (list(due.run), due.missed) == ([datetime(2026, 5, 1, tzinfo=UTC)], 1)
