"""A month of occurrences: what came of those that were, and the times that are to come."""

import calendar
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assemblies.admin.page import render_page
from assemblies.admin.schedules.listing import shown
from assemblies.errors import LibraryError
from assemblies.schedules.models import Job, Occurrence
from assemblies.schedules.reading import occurrence_lines

MAX_PER_DAY = 8
MAX_OCCURRENCES = 2000
MAX_TIMES_OF_JOB = 31 * 24 * 12
# From what is to come to what went wrong.
SEVERITY = ("", "good", "queued", "deleted", "warning", "bad")
Entries = dict[date, dict[int, dict[str, Any]]]


@require_safe
def schedule_calendar(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    first = _month(request.GET.get("month", ""), now)
    after = (first + timedelta(days=31)).replace(day=1)
    entries = _entries(first, after, now)
    weeks = [
        [_day(day, first, entries, now) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    return render_page(
        request,
        "library/schedules/calendar.html",
        title=_("Calendar"),
        month=date_format(first, "YEAR_MONTH_FORMAT"),
        before=(first - timedelta(days=1)).strftime("%Y-%m"),
        after=after.strftime("%Y-%m"),
        weekdays=[WEEKDAYS_ABBR[number] for number in range(7)],
        weeks=weeks,
    )


def _month(words: str, now: datetime) -> date:
    """Return the first day of the month that was named as in 2026-03, else of this one."""
    try:
        found = datetime.strptime(words, "%Y-%m").date()
    except ValueError:
        found = now.date()
    return found.replace(day=1) if 1970 <= found.year < 2999 else now.date().replace(day=1)


def _entries(first: date, after: date, now: datetime) -> Entries:
    """Return an entry for each job and day; of several times on a day the first is named."""
    since, until = (datetime.combine(day, time(), UTC) for day in (first, after))
    found: Entries = defaultdict(dict)
    rows = Occurrence.objects.visible().filter(scheduled_at__gte=since, scheduled_at__lt=until).select_related("job")
    kept = list(rows.order_by("-scheduled_at")[:MAX_OCCURRENCES])
    for row, line in reversed(list(zip(kept, occurrence_lines(kept), strict=True))):
        _add(found, row.job, row.scheduled_at, shown(line))
    for job in Job.objects.filter(enabled=True):
        for at in _coming(job, max(since, now), until):
            _add(found, job, at, {"tone": "", "label": ""})
    return found


def _add(found: Entries, job: Job, at: datetime, facts: dict[str, Any]) -> None:
    """Count a time in the entry of its job and day, which tells of the worst that came of them."""
    new = {"name": job.name, "job_id": job.pk, "scheduled_at": at, "count": 0, "tone": "", "label": ""}
    entry = found[at.date()].setdefault(job.pk, new)
    entry["count"] += 1
    if SEVERITY.index(facts["tone"]) > SEVERITY.index(entry["tone"]):
        entry |= {"tone": facts["tone"], "label": facts["label"]}


def _coming(job: Job, since: datetime, until: datetime) -> list[datetime]:
    try:
        times = job.rule.times_after(max(job.due_after, since - timedelta(seconds=1)))
        return list(islice(takewhile(lambda at: at < until, times), MAX_TIMES_OF_JOB))
    except LibraryError:
        return []


def _day(day: date, first: date, entries: Entries, now: datetime) -> dict[str, Any]:
    of_day = entries.get(day, {}) if day.month == first.month else {}
    found = sorted(of_day.values(), key=lambda entry: entry["scheduled_at"])
    return {
        "day": day,
        "is_of_month": day.month == first.month,
        "is_today": day == now.date(),
        "entries": found[:MAX_PER_DAY],
        "more": max(0, len(found) - MAX_PER_DAY),
    }
