"""Which of a job's due times are run now, and what becomes of those that were missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.schedules.rules import Rule

# Until then a time is on time: a restart of the scheduler takes no occurrence away.
GRACE = timedelta(seconds=60)
CATCH_UP = timedelta(hours=24)
MAX_CAUGHT_UP = 100


class Misfire(models.TextChoices):
    """What is done about times that came while no scheduler ran."""

    SKIP = "skip", _("Leave them out")
    ONCE = "once", _("Run once for all of them")
    ALL = "all", _("Run each of the last 24 hours")


class Overlap(models.TextChoices):
    """What is done when a time comes and the run of the one before has not ended."""

    SKIP = "skip", _("Leave it out")
    QUEUE = "queue", _("Run it after the other has ended")
    PARALLEL = "parallel", _("Run both")


@dataclass(frozen=True)
class Due:
    """`run` are the times to be run, in order; `missed` counts the others, and `skipped` is the last of these if it
    is to be kept as skipped."""

    run: Sequence[datetime] = ()
    skipped: datetime | None = None
    missed: int = 0


def due_times(rule: Rule, *, after: datetime, now: datetime, misfire: Misfire) -> Due:
    """Return what is due later than `after`, up to `now`."""
    times = _times(rule, after, now)
    late = [time for time in times if now - time > GRACE]
    on_time = times[len(late) :]
    if misfire is Misfire.SKIP:
        return Due(on_time, late[-1] if late else None, len(late))
    if misfire is Misfire.ONCE:
        run = on_time or late[-1:]
        return Due(run, None, len(times) - len(run))
    kept = [time for time in late if now - time <= CATCH_UP][-MAX_CAUGHT_UP:]
    return Due([*kept, *on_time], None, len(late) - len(kept))


def next_times(rule: Rule, *, after: datetime, number: int) -> list[datetime]:
    """Return up to `number` times later than `after`."""
    return [time for time, _place in zip(rule.times_after(after), range(number), strict=False)]


def _times(rule: Rule, after: datetime, now: datetime) -> list[datetime]:
    """Return the times of the last day or, where there was none, all since `after`: it is dense, or sparse."""
    recent = list(takewhile(lambda time: time <= now, rule.times_after(max(after, now - CATCH_UP))))
    if recent or after >= now - CATCH_UP:
        return recent
    return list(takewhile(lambda time: time <= now, rule.times_after(after)))
