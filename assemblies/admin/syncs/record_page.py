"""One sync: what it did, which assemblies it wrote, or why it was refused and what to do then."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assemblies.admin.addresses import item_address
from assemblies.admin.page import render_page
from assemblies.admin.syncs.counts import counts_in_words
from assemblies.admin.syncs.diff_lines import visible
from assemblies.catalogue import Snapshot, library_catalogue
from assemblies.domains import Domain, Operation
from assemblies.models import JournalEntry, SyncRecord
from assemblies.official.undo import find_undoable
from assemblies.permissions import Verb, may
from assemblies.web.actors import actor_of, is_administrator

MAX_WRITTEN = 200


@dataclass(frozen=True)
class Written:
    """An assembly that a sync wrote; its name is today's, and `what` is said when it is out of the ordinary."""

    guid: str
    name: str
    domain: str
    sequence: int
    what: Any
    has_content: bool

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
    return render_page(
        request,
        "library/syncs/record.html",
        title=_("Official sync"),
        record=record,
        undone_by=getattr(record, "undone_by", None),
        counts=counts_in_words(record.counts),
        written=written,
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


def _written(snapshot: Snapshot, guid: str, domain: str, sequence: int, operation: str, content: str) -> Written:
    entry = snapshot.entries.get(guid)
    name = visible(entry.content.display_name) if entry else guid
    what = "" if operation == Operation.SYNC else Operation(operation).label
    return Written(guid, name, domain, sequence, what, has_content=bool(content))
