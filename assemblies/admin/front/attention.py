"""What somebody should look at: a number, what it is about, and where that is listed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assemblies.admin.front.figures import Tally
from assemblies.catalogue.queue import DomainQueue
from assemblies.domains import Domain, UpstreamState
from assemblies.models import Assembly
from assemblies.upstream.watching import find_update

YES = "true"
STATES: dict[UpstreamState, Any] = {
    UpstreamState.UPDATE_AVAILABLE: _("official, with an update available"),
    UpstreamState.DIVERGED: _("official, changed here and by the source"),
    UpstreamState.LOCALLY_MODIFIED: _("official, changed here"),
    UpstreamState.REMOVED_UPSTREAM: _("official, no longer published"),
}


@dataclass(frozen=True)
class Matter:
    """One thing to look at; `is_urgent` when something does not work."""

    count: int
    words: Any
    address: str
    is_urgent: bool = False
    detail: str = ""


def matters(queues: Iterable[DomainQueue], tally: Tally) -> list[Matter]:
    """Return what needs attention, what does not work first. One query, for those that are flagged."""
    return [*_queue_errors(queues), *_upstream(), *(matter for matter in _assemblies(tally) if matter.count)]


def _queue_errors(queues: Iterable[DomainQueue]) -> Iterator[Matter]:
    for queue in queues:
        if queue.attempts:
            words = _("failed attempts to write the database of %(domain)s") % {"domain": queue.domain.label}
            address = _grid(domain=queue.domain.value, dirty=YES)
            yield Matter(queue.attempts, words, address, is_urgent=True, detail=queue.last_error)


def _upstream() -> Iterator[Matter]:
    if head := find_update():
        words = _("update available: the official source has moved on")
        yield Matter(1, words, reverse("admin:assemblies_syncrecord_changelist"), detail=head[:12])


def _assemblies(tally: Tally) -> Iterator[Matter]:
    flagged = Assembly.objects.live().filter(is_flagged=True).count()
    yield Matter(flagged, _("with hidden characters"), _grid(flagged=YES))
    for state, words in STATES.items():
        yield Matter(tally.in_state(state), words, _grid(domain=Domain.OFFICIAL.value, upstream_state=state.value))
    changed = _("copies whose original changed since")
    yield Matter(tally.of_changed_originals(), changed, _grid(origin_changed=YES))


def _grid(**query: str) -> str:
    return f"{reverse('admin:assemblies_assembly_changelist')}?{urlencode(query)}"
