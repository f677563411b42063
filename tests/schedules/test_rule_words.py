"""Rules in words, in English and in German."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from assemblies.schedules.rules import Rule, ScheduleType
from assemblies.schedules.words import cron_words, rule_words

LEAP_DAY = datetime(2024, 2, 29, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("* * * * *", "Every minute"),
        ("*/15 * * * *", "Every 15 minutes"),
        ("5 * * * *", "Every hour at minute 5"),
        ("30 2 * * 1-5", "At 02:30 on Monday to Friday"),
        ("0 6,18 * * *", "At 06:00 and 18:00 every day"),
        ("0 */8 * * *", "At 00:00, 08:00 and 16:00 every day"),
        ("0 0 1 * *", "At 00:00 on day 1 of the month"),
        ("0 0 L * *", "At 00:00 on the last day of the month"),
        ("0 0 LW * *", "At 00:00 on the last weekday of the month"),
        ("0 0 13 * 5", "At 00:00 on day 13 of the month or on Friday"),
        ("0 0 */10 * MON", "At 00:00 on day 1, 11, 21 and 31 of the month, if that is on Monday"),
        ("0 9 * * MON#2", "At 09:00 on Monday number 2 of the month"),
        ("0 9 * * 5L", "At 09:00 on the last Friday of the month"),
        ("0,30 8-18 * 1-3,DEC *", "At minute 0 and 30 of hour 8 to 18 every day in January to March and December"),
        ("* 8 * * 7", "At every minute of hour 8 on Sunday"),
    ],
)
def test_a_cron_rule_is_told_in_words(cron: str, words: str) -> None:
    assert cron_words(cron) == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ScheduleType.IMMEDIATELY, "At once, when it is saved or enabled"),
        (ScheduleType.ONCE, "Once, on 29 Feb 2024, 10:05 UTC"),
        (ScheduleType.EVERY_5_MINUTES, "Every 5 minutes, from 29 Feb 2024, 10:05 UTC on"),
        (ScheduleType.DAILY, "Every day at 10:05 UTC"),
        (ScheduleType.WEEKLY, "Every Thursday at 10:05 UTC"),
        (ScheduleType.MONTHLY, "On day 29 of every month at 10:05 UTC; of a shorter month on its last day"),
        (ScheduleType.YEARLY, "Every year on February 29 at 10:05 UTC; of other years on 28 February"),
    ],
)
def test_a_fixed_schedule_is_told_in_words(kind: ScheduleType, words: str) -> None:
    assert rule_words(Rule(type=kind, start=LEAP_DAY)) == words


def test_a_cron_rule_names_its_zone() -> None:
    rule = Rule(type=ScheduleType.CRON, start=LEAP_DAY, cron="30 2 * * *", zone="Europe/Berlin")
    assert rule_words(rule) == "At 02:30 every day (Europe/Berlin)"


def test_a_rule_is_told_in_german() -> None:
    with translation.override("de"):
        assert cron_words("30 2 * * 1-5") == "Um 02:30 Montag bis Freitag"
        assert rule_words(Rule(type=ScheduleType.WEEKLY, start=LEAP_DAY)) == "Jeden Donnerstag um 10:05 UTC"
