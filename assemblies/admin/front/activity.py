"""How much was changed on each of the last days, as the viewer's calendar has them, and how often queues were written.

Days come from the journal in one grouped query; it is asked again only when the journal, the day or the zone is another
one. Flushes are in the snapshot already.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from django.db.models import Case, Count, IntegerField, Value, When

from assemblies.catalogue import Snapshot
from assemblies.domains import Domain
from assemblies.models import JournalEntry

DAYS = 30
HOURS = 24


@dataclass(frozen=True)
class Day:
    """A day, and how many changes each domain saw on it."""

    date: date
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Hour:
    """An hour that began at this time, and how often each domain's database was written in it."""

    begins_at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)


def changes_per_day(snapshot: Snapshot, *, now: datetime, zone: tzinfo) -> list[Day]:
    """Return the last days, the earliest first; each begins at the zone's own midnight."""
    today = now.astimezone(zone).date()
    dates = tuple(today - timedelta(days=days) for days in reversed(range(DAYS)))
    starts = tuple(datetime.combine(one, time.min, tzinfo=zone) for one in dates)
    counts = _counted(snapshot.position.sequence, snapshot.position.hash, starts)
    return [Day(one, {domain: counts[index, domain] for domain in Domain}) for index, one in enumerate(dates)]


@lru_cache(maxsize=64)
def _counted(sequence: int, _hash: str, starts: tuple[datetime, ...]) -> "Counter[tuple[int, str]]":
    """Return how many entries there are by day and domain; the hash tells journals apart that are equally long."""
    if not sequence:
        return Counter()
    # Comparing with each midnight is exact whatever the zone does, and costs databases less than reckoning in zones.
    days = [When(recorded_at__gte=start, then=Value(index)) for index, start in reversed(list(enumerate(starts)))]
    entries = JournalEntry.objects.filter(recorded_at__gte=starts[0]).order_by()
    grouped = entries.annotate(day=Case(*days, output_field=IntegerField())).values_list("day", "domain")
    return Counter({(day, domain): count for day, domain, count in grouped.annotate(count=Count("sequence"))})


def flushes_per_hour(snapshot: Snapshot, *, now: datetime) -> list[Hour]:
    """Return the last hours, the earliest first and this one last."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    first = this_hour - timedelta(hours=HOURS - 1)
    counts: Counter[tuple[int, str]] = Counter()
    for domain, flushes in snapshot.persistence.flushes.items():
        for _sequence, flushed_at in reversed(flushes):
            if flushed_at < first:
                break
            counts[int((flushed_at - first) / timedelta(hours=1)), domain] += 1
    hours = [first + timedelta(hours=index) for index in range(HOURS)]
    return [Hour(begins, {domain: counts[index, domain] for domain in Domain}) for index, begins in enumerate(hours)]
