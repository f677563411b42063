"""How much was changed on each of the last days, as the viewer's calendar has them, and how often queues were written.

Days come from the journal in one grouped query; after that only what came since is counted, until the day or the zone
is another one. Flushes are in the snapshot already.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from threading import Lock

from django.db.models import Case, Count, IntegerField, Value, When

from assemblies.catalogue import Snapshot
from assemblies.catalogue.catalogue import is_in_the_journal
from assemblies.catalogue.snapshot import Position
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
    counts = _counts_of(starts).up_to(snapshot.position)
    return [Day(one, {domain: counts[index, domain] for domain in Domain}) for index, one in enumerate(dates)]


class ChangeCounts:
    """How many journal entries there are by day and domain, counted on from where they were counted last."""

    def __init__(self, starts: tuple[datetime, ...]) -> None:
        self._lock = Lock()
        self._starts = starts
        self._position = Position()
        self._counts: Counter[tuple[int, str]] = Counter()

    def up_to(self, position: Position) -> "Counter[tuple[int, str]]":
        with self._lock:
            if position.hash != self._position.hash:
                self._go_on(position)
            return self._counts.copy()

    def _go_on(self, position: Position) -> None:
        """Count what came since. A restored journal has another past, and an earlier one is not subtracted from."""
        if self._position.sequence > position.sequence or not is_in_the_journal(self._position):
            self._position, self._counts = Position(), Counter()
        news = JournalEntry.objects.after(self._position.sequence).filter(sequence__lte=position.sequence)
        # Comparing with each midnight is exact whatever the zone does, and costs less than reckoning in zones.
        days = [When(recorded_at__gte=start, then=Value(index)) for index, start in self._latest_first()]
        recent = news.filter(recorded_at__gte=self._starts[0]).order_by()
        grouped = recent.annotate(day=Case(*days, output_field=IntegerField())).values_list("day", "domain")
        found = grouped.annotate(count=Count("sequence"))
        self._counts.update({(day, domain): count for day, domain, count in found})
        self._position = position

    def _latest_first(self) -> list[tuple[int, datetime]]:
        return list(reversed(list(enumerate(self._starts))))


@lru_cache(maxsize=64)
def _counts_of(starts: tuple[datetime, ...]) -> ChangeCounts:
    return ChangeCounts(starts)


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
