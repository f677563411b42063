"""The front page's pictures: title, sentence, bars, their labels, and the numbers as a table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assemblies.admin.front.activity import Day, Hour
from assemblies.admin.front.bars import Bar, Bars, lying_bars, standing_bars
from assemblies.catalogue import Snapshot
from assemblies.catalogue.entry import YES, facet_key
from assemblies.catalogue.parameters import Filters
from assemblies.catalogue.selection import count_facet_keys
from assemblies.domains import Domain, Kind, UpstreamState

WIDTH, HEIGHT, THICKNESS = 320, 110, 26
# Room for what stands before and next to the bars of a picture.
NAMES_WIDTH, TOTAL_WIDTH, SCALE_WIDTH = 88, 44, 34
# Short enough to stand below a bar in every language.
DAY_FORMAT, HOUR_FORMAT = "j M", "H:i"
KIND_NAMES: dict[Kind, Any] = {
    Kind.SCRIPT: gettext_lazy("Scripts"),
    Kind.WORKFLOW: gettext_lazy("Workflows"),
    Kind.ANSIBLE: gettext_lazy("Playbooks"),
}


@dataclass(frozen=True)
class Tally:
    """For each domain, how many of its assemblies have each value of each filter."""

    counts: Mapping[Domain, "Counter[str]"]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Tally":
        return cls({domain: count_facet_keys(snapshot, Filters(domain=domain)) for domain in Domain})

    @property
    def live(self) -> int:
        return sum(map(sum, self.by_kind_and_domain().values()))

    def by_kind_and_domain(self) -> dict[Kind, list[int]]:
        """Return for each kind how many there are in each domain, in the domains' order."""
        return {kind: [self.counts[domain][facet_key("kind", kind)] for domain in Domain] for kind in Kind}

    def in_state(self, state: UpstreamState) -> int:
        return self._count(facet_key("upstream_state", state))

    def of_changed_originals(self) -> int:
        return self._count(facet_key("origin_changed", YES))

    def _count(self, key: str) -> int:
        return sum(counts[key] for counts in self.counts.values())


@dataclass(frozen=True)
class Row:
    """One bar with its label; the label is drawn when there is room for it."""

    label: str
    is_labelled: bool
    bar: Bar
    values: Sequence[int]


@dataclass(frozen=True)
class Series:
    """One of the numbers in each bar: its colour's name, its words, and its sum."""

    name: str
    label: Any
    total: int


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A picture of numbers by domain."""

    key: str
    title: Any
    description: str
    head: Any
    bars: Bars
    rows: list[Row]
    series: list[Series]


def assemblies_figure(tally: Tally) -> Figure:
    """Return how many assemblies there are of each kind, by domain."""
    numbers = tally.by_kind_and_domain()
    bars = lying_bars(list(numbers.values()), width=WIDTH - NAMES_WIDTH - TOTAL_WIDTH, thickness=THICKNESS)
    rows = [
        Row(str(KIND_NAMES[kind]), True, bar, values)
        for (kind, values), bar in zip(numbers.items(), bars.bars, strict=True)
    ]
    words = ngettext("%(count)s assembly in all.", "%(count)s assemblies in all.", tally.live) % {"count": tally.live}
    return _figure("assemblies", _("Assemblies by kind and domain"), words, _("Kind"), bars, rows)


def changes_figure(days: Sequence[Day]) -> Figure:
    """Return how much was changed on each day, by domain."""
    numbers = [[day.counts.get(domain, 0) for domain in Domain] for day in days]
    bars = standing_bars(numbers, width=WIDTH - SCALE_WIDTH, height=HEIGHT)
    every = max(len(days) // 4, 1)
    rows = [
        Row(date_format(day.date, DAY_FORMAT), index % every == every // 2, bar, values)
        for index, (day, bar, values) in enumerate(zip(days, bars.bars, numbers, strict=True))
    ]
    total = sum(bar.total for bar in bars.bars)
    words = ngettext("%(count)s change in %(days)s days.", "%(count)s changes in %(days)s days.", total)
    return _figure(
        "changes",
        _("Changes per day"),
        words % {"count": total, "days": len(days)},
        _("Day"),
        bars,
        rows,
    )


def flushes_figure(hours: Sequence[Hour]) -> Figure:
    """Return how often each domain's database was written in each hour."""
    numbers = [[hour.counts.get(domain, 0) for domain in Domain] for hour in hours]
    bars = standing_bars(numbers, width=WIDTH - SCALE_WIDTH, height=HEIGHT / 2)
    rows = [
        Row(date_format(localtime(hour.begins_at), HOUR_FORMAT), index % 8 == 3, bar, values)
        for index, (hour, bar, values) in enumerate(zip(hours, bars.bars, numbers, strict=True))
    ]
    total = sum(bar.total for bar in bars.bars)
    words = ngettext(
        "The domain databases were written once in %(hours)s hours.",
        "The domain databases were written %(count)s times in %(hours)s hours.",
        total,
    )
    return _figure(
        "flushes",
        _("Written to the domain databases"),
        words % {"count": total, "hours": len(hours)},
        _("Hour"),
        bars,
        rows,
    )


def _figure(key: str, title: str, description: str, head: str, bars: Bars, rows: list[Row]) -> Figure:
    totals = [sum(column) for column in zip(*(row.values for row in rows), strict=True)]
    series = [Series(domain.value, domain.label, total) for domain, total in zip(Domain, totals, strict=True)]
    return Figure(key=key, title=title, description=description, head=head, bars=bars, rows=rows, series=series)
