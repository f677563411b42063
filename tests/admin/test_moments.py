"""How far a moment is away: one wording on every page, in both languages, without a script."""

from datetime import datetime, timedelta

import pytest
from django.template import engines
from django.utils import timezone, translation

from assemblies.templatetags.moments import ago


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


@pytest.mark.parametrize(
    ("away", "english", "german"),
    [
        (timedelta(seconds=-59), "just now", "gerade eben"),
        (timedelta(seconds=30), "in a moment", "gleich"),
        (timedelta(minutes=-1), "1 minute ago", "vor 1 Minute"),
        (timedelta(hours=-23, minutes=-59), "23 hours ago", "vor 23 Stunden"),
        (timedelta(days=-3), "3 days ago", "vor 3 Tagen"),
        (timedelta(days=-61), "2 months ago", "vor 2 Monaten"),
        (timedelta(days=-800), "2 years ago", "vor 2 Jahren"),
        (timedelta(minutes=57), "in 57 minutes", "in 57 Minuten"),
        (timedelta(days=40), "in 1 month", "in 1 Monat"),
    ],
)
def test_a_moment_is_told_in_its_largest_whole_unit(now: datetime, away: timedelta, english: str, german: str) -> None:
    assert ago(now + away) == english
    with translation.override("de"):
        assert ago(now + away) == german


def test_every_template_has_the_filter(now: datetime) -> None:
    template = engines["django"].from_string("{{ moment|ago }}")
    assert template.render({"moment": now + timedelta(hours=2)}) == "in 2 hours"
