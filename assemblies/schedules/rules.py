"""When a job is due: arithmetic over times. Nothing here knows of rows, workers or requests.

Fixed types count in UTC from the minute of their start; months and years keep the day of the start, and take the last
day of a month that is too short for it. Cron rules are read in a zone of their own: a time that a change of clocks
leaves out comes right after the gap, and one that it repeats comes once. Rules with `*` for the minute or the hour
follow elapsed time instead, as those of Debian's cron do.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assemblies.errors import InvalidField

MAX_CRON_LENGTH = 200
MAX_START = datetime(2999, 12, 31, tzinfo=UTC)
CRON_FIELDS = 5
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
MAX_EXPIRATION = timedelta(days=366)
NO_EXPIRE = "no_expire"
EXPIRATION = re.compile(r"([1-9][0-9]{0,6})([mhd])", re.ASCII)


class ScheduleType(models.TextChoices):
    """How often a job is due."""

    IMMEDIATELY = "immediately", gettext_lazy("Immediately")
    ONCE = "once", gettext_lazy("Once")
    EVERY_5_MINUTES = "every_5_minutes", gettext_lazy("Every 5 minutes")
    EVERY_10_MINUTES = "every_10_minutes", gettext_lazy("Every 10 minutes")
    EVERY_15_MINUTES = "every_15_minutes", gettext_lazy("Every 15 minutes")
    EVERY_30_MINUTES = "every_30_minutes", gettext_lazy("Every 30 minutes")
    EVERY_HOUR = "every_hour", gettext_lazy("Every hour")
    DAILY = "daily", gettext_lazy("Daily")
    WEEKLY = "weekly", gettext_lazy("Weekly")
    MONTHLY = "monthly", gettext_lazy("Monthly")
    YEARLY = "yearly", gettext_lazy("Yearly")
    CRON = "cron", gettext_lazy("Cron")


STEPS = {
    ScheduleType.EVERY_5_MINUTES: timedelta(minutes=5),
    ScheduleType.EVERY_10_MINUTES: timedelta(minutes=10),
    ScheduleType.EVERY_15_MINUTES: timedelta(minutes=15),
    ScheduleType.EVERY_30_MINUTES: timedelta(minutes=30),
    ScheduleType.EVERY_HOUR: timedelta(hours=1),
    ScheduleType.DAILY: timedelta(days=1),
    ScheduleType.WEEKLY: timedelta(weeks=1),
}
MONTHS = {ScheduleType.MONTHLY: 1, ScheduleType.YEARLY: 12}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A schedule. `start` is in UTC; `cron` (five fields) and its IANA `zone` are for the type cron only."""

    type: ScheduleType
    start: datetime
    cron: str = ""
    zone: str = "UTC"

    def times_after(self, after: datetime) -> Iterator[datetime]:
        """Yield the times of the rule from its start on that are later than `after`, in UTC and in order.

        Raises InvalidField where the cron rule or its zone cannot be read.
        """
        if self.type is ScheduleType.CRON:
            return _cron_times(self.cron, self.zone, max(after, self.start - timedelta(seconds=1)))
        if step := STEPS.get(self.type):
            return _step_times(self.start, step, after)
        if months := MONTHS.get(self.type):
            return _month_times(self.start, months, after)
        return iter([self.start] if self.start > after else [])


def floor_minute(time: datetime) -> datetime:
    """Return the beginning of the minute, in UTC."""
    return time.astimezone(UTC).replace(second=0, microsecond=0)


def check_cron(cron: str, zone: str, *, field: str = "schedule") -> None:
    """Raise InvalidField unless the rule has five fields, a known zone, and at least one time to come."""
    if len(cron) > MAX_CRON_LENGTH or len(cron.split()) != CRON_FIELDS:
        raise InvalidField(_("A cron rule has five fields, as in “30 2 * * 1-5”."), field=f"{field}.cron")
    if zone not in known_zones():
        raise InvalidField(_("Name a zone of the IANA database, as in “Europe/Berlin”."), field=f"{field}.zone")
    try:
        next(CronSim(cron, datetime(2000, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise InvalidField(
            _("The cron rule cannot be read: %(fault)s.") % {"fault": error}, field=f"{field}.cron"
        ) from error
    except StopIteration:
        raise InvalidField(_("The cron rule never comes true."), field=f"{field}.cron") from None


def read_expiration(words: str, *, field: str = "expiration") -> timedelta | None:
    """Return how long an occurrence may wait: `no_expire` is None, else minutes, hours or days as in `30m`, `2h`, `1d`.

    Raises InvalidField.
    """
    if words == NO_EXPIRE:
        return None
    found = EXPIRATION.fullmatch(words)
    length = int(found[1]) * UNITS[found[2]] if found else timedelta(0)
    if not timedelta(0) < length <= MAX_EXPIRATION:
        raise InvalidField(
            _("Write “no_expire”, or a length of time as in 30m, 2h, 1d: 366 days at most."), field=field
        )
    return length


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Return the names of the zones that this machine knows, without those of single systems."""
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def _step_times(start: datetime, step: timedelta, after: datetime) -> Iterator[datetime]:
    first = max(0, (after - start) // step + 1)
    return (start + number * step for number in count(first))


def _month_times(start: datetime, months: int, after: datetime) -> Iterator[datetime]:
    elapsed = (after.year - start.year) * 12 + after.month - start.month
    for number in count(max(0, elapsed // months)):
        time = _months_later(start, number * months)
        if time > after:
            yield time


def _months_later(start: datetime, months: int) -> datetime:
    """Count from the start, never from the time before: 31 January, 29 February, 31 March."""
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))


def _cron_times(cron: str, zone: str, after: datetime) -> Iterator[datetime]:
    """Yield each time once: a time in a gap may fall on another one, and one within a repeated hour may be past."""
    check_cron(cron, zone)
    last = after
    for local in CronSim(cron, after.astimezone(ZoneInfo(zone))):
        time = local.astimezone(UTC)
        if time > last:
            last = time
            yield time
