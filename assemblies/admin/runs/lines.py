"""Runs as rows of a table: in the list, on the page of an assembly, on the front page; and in the viewer's language
what their records say by a code or in English."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assemblies.execution.local import SERVER
from assemblies.execution.models import Run
from assemblies.execution.reading import Sight, run_lines
from assemblies.execution.states import Status
from assemblies.fleet.targets import hostnames_of
from devmode.actor import Actor

LATEST_RUNS = 10
TONES = {
    Status.DISPATCHED: "running",
    Status.RUNNING: "running",
    Status.COMPLETED: "good",
    Status.FAILED: "bad",
    Status.TIMED_OUT: "bad",
    Status.STALLED: "warning",
    Status.CANCELED: "deleted",
}


@dataclass(frozen=True)
class LatestRuns:
    """The latest runs of an assembly, and how many there are in all."""

    lines: list[dict[str, Any]]
    total: int


def tone_of(status: Status) -> str:
    return TONES.get(status, "queued")


def lines_of(runs: Collection[Run], actor: Actor) -> list[dict[str, Any]]:
    """Return what a row tells of each run; of errors only to those who may know them.

    Two queries, or three where some ran on devices.
    """
    lines = run_lines(runs, Sight.of(actor))
    names = place_names(item["target"] for line in lines for item in line["items"])
    return [_line(line, names) for line in lines]


def latest_runs(guid: str, actor: Actor) -> LatestRuns:
    rows = Run.objects.filter(assembly_guid=guid)
    latest = list(rows.order_by("-created_at", "run_id")[:LATEST_RUNS])
    # Most assemblies were run seldom or never, and need no further query.
    total = len(latest) if len(latest) < LATEST_RUNS else rows.count()
    return LatestRuns(lines_of(latest, actor) if latest else [], total)


def _line(line: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    status = Status(line["status"])
    errors = [item["last_error"] for item in line["items"] if item["last_error"] and not says_only_its_status(item)]
    waits = [item["waiting_for"] for item in line["items"] if item["waiting_for"]]
    return {
        **line,
        "label": status.label,
        "tone": tone_of(status),
        "seconds": seconds_of(line["started_at"], line["finished_at"]),
        "where": ", ".join(dict.fromkeys(names[item["target"]] for item in line["items"])),
        "error": error_words(errors[0]) if errors else "",
        "waiting_for": waits[0] if waits else "",
    }


def says_only_its_status(item: Mapping[str, Any]) -> bool:
    """Say whether an item's error is the name of its status, which stands next to it anyway."""
    return str(item["last_error"]).casefold() == str(item["status"]).casefold()


def seconds_of(started_at: datetime | None, finished_at: datetime | None) -> float | None:
    """Return how long something took or has taken until now, or None where it has not begun."""
    if started_at is None:
        return None
    return max(0.0, ((finished_at or timezone.now()) - started_at).total_seconds())


# What leases and workers end an item with, by the code they store.
CODES: dict[str, Any] = {
    "expired": gettext_lazy("It could not begin in time."),
    "worker_lost": gettext_lazy("Nobody answers for it any more; whether its script ended is unknown."),
    "not_started": gettext_lazy("Its script could not be started."),
}
# What `assemblies.supervision.ending` says of a script, as it is stored.
SENTENCES: list[tuple[re.Pattern[str], Any]] = [
    (
        re.compile(r"The script ended with exit code (?P<code>-?\d+)\."),
        gettext_lazy("The script ended with exit code %(code)s."),
    ),
    (
        re.compile(r"The script was ended by signal (?P<signal>\S+)\."),
        gettext_lazy("The script was ended by signal %(signal)s."),
    ),
    (
        re.compile(r"The script took longer than (?P<seconds>\S+) s\."),
        gettext_lazy("The script took longer than %(seconds)s s."),
    ),
]


def place_names(targets: Iterable[str]) -> dict[str, str]:
    """Return what targets are called, by target and in their order; one query where some of them are devices."""
    wanted = list(dict.fromkeys(targets))
    hosts = hostnames_of(target for target in wanted if target != SERVER and ":" not in target)
    return {target: hosts.get(target) or _place_name(target) for target in wanted}


def _place_name(target: str) -> str:
    if target == SERVER:
        return _("This server")
    kind, _colon, name = target.partition(":")
    words = {"group": _("Group %(name)s"), "tag": _("Tag %(name)s")}.get(kind)
    return words % {"name": name} if words else target


def error_words(error: str) -> str:
    """Return an error that was stored in the viewer's language; what nobody knows stays as it is."""
    if error in CODES:
        return str(CODES[error])
    for pattern, words in SENTENCES:
        if found := pattern.match(error):
            return str(words) % found.groupdict() + error[found.end() :]
    return error
