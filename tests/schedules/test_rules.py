"""Fixed schedules, expirations, and what is refused of a rule."""

from datetime import UTC, datetime, timedelta

import pytest

from assemblies.errors import InvalidField
from assemblies.schedules.due import next_times
from assemblies.schedules.rules import Rule, ScheduleType, check_cron, read_expiration

START = datetime(2024, 1, 31, 10, 5, tzinfo=UTC)


def days(kind: ScheduleType, start: datetime, number: int, after: datetime | None = None) -> list[str]:
    times = next_times(Rule(type=kind, start=start), after=after or start - timedelta(days=1), number=number)
    assert all((time.hour, time.minute) == (start.hour, start.minute) for time in times)
    return [f"{time:%Y-%m-%d}" for time in times]


def test_months_keep_the_day_of_their_start() -> None:
    assert days(ScheduleType.MONTHLY, START, 4) == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]


def test_years_keep_29_february() -> None:
    leap = datetime(2024, 2, 29, 10, 5, tzinfo=UTC)
    assert days(ScheduleType.YEARLY, leap, 5) == [f"{year}-02-{28 + (year % 4 == 0)}" for year in range(2024, 2029)]


@pytest.mark.parametrize(
    ("kind", "minutes"),
    [
        (ScheduleType.EVERY_5_MINUTES, 5),
        (ScheduleType.EVERY_10_MINUTES, 10),
        (ScheduleType.EVERY_15_MINUTES, 15),
        (ScheduleType.EVERY_30_MINUTES, 30),
        (ScheduleType.EVERY_HOUR, 60),
        (ScheduleType.DAILY, 1440),
        (ScheduleType.WEEKLY, 10080),
    ],
)
def test_intervals_count_from_their_start(kind: ScheduleType, minutes: int) -> None:
    after = START + timedelta(minutes=minutes * 1000)
    expected = [after + timedelta(minutes=minutes), after + timedelta(minutes=2 * minutes)]
    assert next_times(Rule(type=kind, start=START), after=after, number=2) == expected
    assert next_times(Rule(type=kind, start=START), after=after - timedelta(seconds=1), number=1) == [after]


@pytest.mark.parametrize("kind", [ScheduleType.ONCE, ScheduleType.IMMEDIATELY])
def test_one_time_is_over_once_it_has_come(kind: ScheduleType) -> None:
    rule = Rule(type=kind, start=START)
    assert next_times(rule, after=START - timedelta(seconds=1), number=5) == [START]
    assert next_times(rule, after=START, number=5) == []


def test_a_start_to_come_is_waited_for() -> None:
    rule = Rule(type=ScheduleType.CRON, start=START, cron="5 10 * * *", zone="UTC")
    assert next_times(rule, after=START - timedelta(days=30), number=1) == [START]
    assert days(ScheduleType.DAILY, START, 1, after=START - timedelta(days=30)) == ["2024-01-31"]


@pytest.mark.parametrize(
    ("words", "length"),
    [("no_expire", None), ("30m", timedelta(minutes=30)), ("2h", timedelta(hours=2)), ("366d", timedelta(days=366))],
)
def test_expirations_are_read(words: str, length: timedelta | None) -> None:
    assert read_expiration(words) == length


@pytest.mark.parametrize("words", ["", "0m", "-5m", "5", "5s", "1.5h", "367d", "٣d", "5 m", "99999999d"])
def test_other_expirations_are_refused(words: str) -> None:
    with pytest.raises(InvalidField):
        read_expiration(words)


@pytest.mark.parametrize(
    ("cron", "zone", "field"),
    [
        ("* * * *", "UTC", "schedule.cron"),
        ("* * * * * *", "UTC", "schedule.cron"),
        ("61 * * * *", "UTC", "schedule.cron"),
        ("0 0 31 2 *", "UTC", "schedule.cron"),
        ("@daily", "UTC", "schedule.cron"),
        ("0 0 * * * ; rm", "UTC", "schedule.cron"),
        ("0 0 * * *", "Atlantis/Capital", "schedule.zone"),
        ("0 0 * * *", "../../etc/passwd", "schedule.zone"),
        ("0 0 * * *", "", "schedule.zone"),
    ],
)
def test_a_cron_rule_that_cannot_be_read_is_refused_by_name(cron: str, zone: str, field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        check_cron(cron, zone)
    assert refused.value.detail["field"] == field
