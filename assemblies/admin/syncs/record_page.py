"""One sync: what it did, which assemblies it wrote, or why it was refused and what to do then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assemblies.admin.history.differences import Differences, differences_between
from assemblies.admin.links_and_badges import item_address
from assemblies.admin.page import render_page
from assemblies.admin.syncs.plan_lines import visible
from assemblies.admin.syncs.status import counts_in_words
from assemblies.catalogue import Snapshot, library_catalogue
from assemblies.conf import payload_store
from assemblies.domains import Domain, Operation
from assemblies.models import Content, JournalEntry, SyncRecord
from assemblies.official.undo import find_undoable
from assemblies.permissions import Verb, may
from assemblies.web.actors import actor_of, is_administrator

MAX_WRITTEN = 200
# Of so many the page says itself what changed; of the others their own pages do.
MAX_COMPARED = 20


@dataclass(frozen=True)
class Written:
    """An assembly that a sync wrote; its name is today's, and `what` is said when it is out of the ordinary."""

    guid: str
    name: str
    domain: str
    sequence: int
    what: Any
    content: Content | None
    differences: Differences | None = None

    @property
    def address(self) -> str:
        return item_address(self.guid)

    @property
    def diff_address(self) -> str:
        """What this sync changed of it."""
        return f"{reverse('admin:assembly_diff', args=[self.guid])}?to={self.sequence}"


def record_page(request: HttpRequest, record: SyncRecord) -> HttpResponse:
    may_sync = may(actor_of(request), Verb.CHANGE, Domain.OFFICIAL)
    written = _written_by(record, library_catalogue().current())
    compared = _compared(written, record)
    return render_page(
        request,
        "library/syncs/record.html",
        title=_("Official sync"),
        record=record,
        undone_by=getattr(record, "undone_by", None),
        counts=counts_in_words(record.counts),
        written=compared,
        is_compared=any(one.differences for one in compared),
        more_written=_count_of(record) - len(written),
        is_administrator=is_administrator(request),
        may_sync=may_sync,
        may_undo=may_sync and find_undoable() == record,
    )


def _count_of(record: SyncRecord) -> int:
    if record.first_sequence is None or record.last_sequence is None:
        return 0
    return record.last_sequence - record.first_sequence + 1


def _written_by(record: SyncRecord, snapshot: Snapshot) -> list[Written]:
    """Return the first of what the sync wrote, in the journal's order."""
    if record.first_sequence is None:
        return []
    entries = JournalEntry.objects.filter(sequence__range=(record.first_sequence, record.last_sequence))
    found = entries.order_by("sequence").values_list("assembly_guid", "domain", "sequence", "operation", "content")[
        :MAX_WRITTEN
    ]
    return [_written(snapshot, *facts) for facts in found]


def _compared(written: Sequence[Written], record: SyncRecord) -> list[Written]:
    """Return them with what changed in the first MAX_COMPARED of those that were there before; two queries."""
    before = _contents_before([one.guid for one in written], record.first_sequence or 0)
    compared = [one.guid for one in written if one.content and one.guid in before][:MAX_COMPARED]
    return [_with_differences(one, before[one.guid]) if one.guid in compared else one for one in written]


def _with_differences(one: Written, before: Content) -> Written:
    return replace(one, differences=differences_between(before, one.content, payload_store())) if one.content else one


def _contents_before(guids: Iterable[str], sequence: int) -> dict[str, Content]:
    """Return what assemblies said before an entry of the journal; of one that was deleted then, nothing."""
    earlier = JournalEntry.objects.filter(assembly_guid__in=guids, sequence__lt=sequence)
    last = earlier.order_by().values("assembly_guid").annotate(last=Max("sequence")).values_list("last", flat=True)
    entries = JournalEntry.objects.filter(sequence__in=list(last)).exclude(content="")
    return {entry.assembly_guid: Content.from_json(entry.content) for entry in entries}


def _written(snapshot: Snapshot, guid: str, domain: str, sequence: int, operation: str, content: str) -> Written:
    entry = snapshot.entries.get(guid)
    name = visible(entry.content.display_name) if entry else guid
    what = "" if operation == Operation.SYNC else Operation(operation).label
    return Written(guid, name, domain, sequence, what, Content.from_json(content) if content else None)
