"""A rule as people read it, in the reader's language."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.utils.dates import MONTHS as MONTH_WORDS
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assemblies.schedules.rules import Rule, ScheduleType, read_expiration

ANY = "*"
MINUTES, HOURS, DAYS, MONTHS, WEEKDAY_NUMBERS = range(60), range(24), range(1, 32), range(1, 13), range(7)
DAY_NAMES = "SUN MON TUE WED THU FRI SAT".split()
MONTH_NAMES = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
LAST_DAY_OF_EVERY_MONTH = 28
NOTHING, MINUTE, HOUR, DAY = timedelta(0), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def rule_words(rule: Rule) -> str:
    """Return what a rule means, as one sentence without its full stop."""
    if rule.type is ScheduleType.CRON:
        return _("%(rule)s (%(zone)s)") % {"rule": cron_words(rule.cron), "zone": rule.zone}
    return _FIXED.get(rule.type, _interval_words)(rule)


def cron_words(cron: str) -> str:
    """Return a cron rule of five fields in words."""
    minute, hour, day, month, weekday = cron.upper().split()
    words = [_time_words(minute, hour), *_day_words(hour, day, weekday)]
    if month != ANY:
        words.append(_("in %(months)s") % {"months": _list(month, MONTHS, _month_name)})
    return " ".join(words)


def expiration_words(words: str) -> str:
    """Return how long an occurrence may wait, in words. Raises InvalidField."""
    length = read_expiration(words)
    if length is None:
        return _("Never")
    if length % DAY == NOTHING:
        return ngettext("%(count)d day", "%(count)d days", length // DAY) % {"count": length // DAY}
    if length % HOUR == NOTHING:
        return ngettext("%(count)d hour", "%(count)d hours", length // HOUR) % {"count": length // HOUR}
    return ngettext("%(count)d minute", "%(count)d minutes", length // MINUTE) % {"count": length // MINUTE}


def _interval_words(rule: Rule) -> str:
    return _("%(interval)s, from %(start)s UTC on") % {
        "interval": str(rule.type.label),
        "start": date_format(rule.start, "DATETIME_FORMAT"),
    }


def _once_words(rule: Rule) -> str:
    return _("Once, on %(start)s UTC") % {"start": date_format(rule.start, "DATETIME_FORMAT")}


def _immediately_words(_rule: Rule) -> str:
    return _("At once, when it is saved or enabled")


def _daily_words(rule: Rule) -> str:
    return _("Every day at %(time)s UTC") % {"time": _clock(rule)}


def _weekly_words(rule: Rule) -> str:
    return _("Every %(weekday)s at %(time)s UTC") % {"weekday": WEEKDAYS[rule.start.weekday()], "time": _clock(rule)}


def _monthly_words(rule: Rule) -> str:
    facts = {"day": rule.start.day, "time": _clock(rule)}
    if rule.start.day > LAST_DAY_OF_EVERY_MONTH:
        return _("On day %(day)s of every month at %(time)s UTC; of a shorter month on its last day") % facts
    return _("On day %(day)s of every month at %(time)s UTC") % facts


def _yearly_words(rule: Rule) -> str:
    facts = {"date": date_format(rule.start, "MONTH_DAY_FORMAT"), "time": _clock(rule)}
    if (rule.start.month, rule.start.day) == (2, 29):
        return _("Every year on %(date)s at %(time)s UTC; of other years on 28 February") % facts
    return _("Every year on %(date)s at %(time)s UTC") % facts


_FIXED: dict[ScheduleType, Callable[[Rule], str]] = {
    ScheduleType.IMMEDIATELY: _immediately_words,
    ScheduleType.ONCE: _once_words,
    ScheduleType.DAILY: _daily_words,
    ScheduleType.WEEKLY: _weekly_words,
    ScheduleType.MONTHLY: _monthly_words,
    ScheduleType.YEARLY: _yearly_words,
}


def _clock(rule: Rule) -> str:
    return f"{rule.start:%H:%M}"


def _time_words(minute: str, hour: str) -> str:
    if minute == ANY and hour == ANY:
        return _("Every minute")
    if hour == ANY and minute.startswith("*/"):
        return _("Every %(number)s minutes") % {"number": minute[2:]}
    if hour == ANY:
        return _("Every hour at minute %(minutes)s") % {"minutes": _list(minute, MINUTES)}
    hours = _values(hour, HOURS)
    if minute.isdecimal() and hours:
        return _("At %(times)s") % {"times": _joined(f"{one:02}:{int(minute):02}" for one in hours)}
    minutes = _("every minute") if minute == ANY else _("minute %(minutes)s") % {"minutes": _list(minute, MINUTES)}
    return _("At %(minutes)s of hour %(hours)s") % {"minutes": minutes, "hours": _list(hour, HOURS)}


def _day_words(hour: str, day: str, weekday: str) -> Iterable[str]:
    """Yield on which days; both fields are an alternative, unless one of them begins with a star."""
    days = _("on %(days)s") % {"days": _days_of_month(day)}
    weekdays = _("on %(weekdays)s") % {"weekdays": _list(weekday, WEEKDAY_NUMBERS, _weekday_name)}
    if ANY not in (day, weekday):
        either = day[0] != ANY and weekday[0] != ANY
        yield (_("%(one)s or %(other)s") if either else _("%(one)s, if that is %(other)s")) % {
            "one": days,
            "other": weekdays,
        }
    elif day != ANY:
        yield days
    elif weekday != ANY:
        yield weekdays
    elif hour != ANY:
        yield _("every day")


def _days_of_month(day: str) -> str:
    named = {"L": _("the last day of the month"), "LW": _("the last weekday of the month")}
    return named.get(day) or _("day %(days)s of the month") % {"days": _list(day, DAYS)}


def _list(field: str, numbers: range, name: Callable[[str], str] = str) -> str:
    return _joined(words for term in field.split(",") for words in _term_words(term, numbers, name))


def _joined(parts: Iterable[str]) -> str:
    *head, last = parts
    return _("%(head)s and %(last)s") % {"head": ", ".join(head), "last": last} if head else last


def _term_words(term: str, numbers: range, name: Callable[[str], str]) -> list[str]:
    """Return one part of a field in words: a range by its ends, everything else by each of its values."""
    first, dash, last = term.partition("-")
    if dash and "/" not in last:
        return [_("%(first)s to %(last)s") % {"first": name(first), "last": name(last)}]
    values = _values(term, numbers) if "/" in term else []
    return [name(str(value)) for value in values] or [name(term)]


def _values(field: str, numbers: range) -> list[int]:
    """Return the numbers that a field of single values and steps stands for; of any other field none."""
    found: list[int] = []
    for term in field.split(","):
        values, slash, step = term.partition("/")
        first, dash, last = values.replace(ANY, f"{numbers[0]}-{numbers[-1]}").partition("-")
        if not first.isdecimal() or (dash and not (slash and last.isdecimal())):
            return []
        end = int(last) if dash else (numbers[-1] if slash else int(first))
        found += range(int(first), end + 1, int(step or 1))
    return found


def _weekday_name(word: str) -> str:
    """Return the name of a weekday, of the n-th of a month (`5#2`), or of the last (`5L`)."""
    day, mark, number = word.partition("#")
    if mark:
        return _("%(weekday)s number %(number)s of the month") % {"number": number, "weekday": _weekday_name(day)}
    if day.endswith("L") and day[:-1].isdecimal():
        return _("the last %(weekday)s of the month") % {"weekday": _weekday_name(day[:-1])}
    number_of_day = DAY_NAMES.index(day) if day in DAY_NAMES else int(day) if day.isdecimal() else None
    return day if number_of_day is None else str(WEEKDAYS[(number_of_day - 1) % 7])


def _month_name(word: str) -> str:
    number = MONTH_NAMES.index(word) + 1 if word in MONTH_NAMES else int(word) if word.isdecimal() else None
    return word if number is None else str(MONTH_WORDS[number])
