"""The revisions of an assembly, newest first, for the History tab, and the way back to one at the press of a button.

A page of them costs three queries, no payload."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assemblies.actions.permit import get_permit
from assemblies.actions.revert import revert
from assemblies.admin.history.field_words import changes_in_words
from assemblies.admin.links_and_badges import source_badge
from assemblies.admin.page import number_of, refusals_as_pages, sent_number
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import Failure, GuidInOtherDomain, RevisionConflict, RevisionNotFound
from assemblies.journal.pending import persisted_sequences
from assemblies.models import Content, JournalEntry
from assemblies.web.actors import actor_of
from assemblies.web.lookups import get_any_entry

PAGE_SIZE = 25
# What a page's oldest revision is compared with: the one before, or before that when that was a deletion.
LOOK_BACK = 2


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One line of the history; `changes` is None where there was nothing before.

    `number` counts the revisions of this assembly from 1, `sequence` is the journal's.

    `other_source` is the badge of another domain, of the assembly that owned the GUID then.
    """

    number: int
    sequence: int
    recorded_at: datetime
    actor: str
    operation: str
    display_name: str
    other_source: SafeString | None
    changes: Sequence[Any] | None
    is_deletion: bool
    is_current: bool
    is_waiting: bool
    can_come_back: bool


@dataclass(frozen=True, kw_only=True)
class History:
    """A page of the history; `older` and `newer` are the numbers of the pages before and after it, or None."""

    guid: str
    current_revision: int
    is_deleted: bool
    total: int
    revisions: Sequence[Revision]
    older: int | None
    newer: int | None

    @property
    def comparable(self) -> list[int]:
        return [revision.sequence for revision in self.revisions if not revision.is_deletion]

    @property
    def suggested_from(self) -> int | None:
        return self.comparable[1] if len(self.comparable) > 1 else None

    @property
    def suggested_to(self) -> int | None:
        return self.comparable[0] if len(self.comparable) > 1 else None


def history_of(entry: CatalogueEntry, number_of_page: int | str = 1) -> History:
    """Return a page of an assembly's history, `number_of_page` as an address says it; beyond the last page the last."""
    entries = JournalEntry.objects.of_assembly(entry.guid).order_by("-sequence")
    total = entries.count()
    number = min(max(number_of(str(number_of_page)) or 1, 1), max(-(-total // PAGE_SIZE), 1))
    start = (number - 1) * PAGE_SIZE
    found = [(one, one.read_content()) for one in entries[start : start + PAGE_SIZE + LOOK_BACK]]
    persisted = persisted_sequences()
    return History(
        guid=entry.guid,
        current_revision=entry.revision,
        is_deleted=entry.deleted_at is not None,
        total=total,
        revisions=[
            _revision(found, at, entry, persisted, total - start - at) for at in range(min(len(found), PAGE_SIZE))
        ],
        older=number + 1 if start + PAGE_SIZE < total else None,
        newer=number - 1 if number > 1 else None,
    )


def _revision(
    found: Sequence[tuple[JournalEntry, Content | None]],
    at: int,
    entry: CatalogueEntry,
    persisted: Mapping[Domain, int],
    number: int,
) -> Revision:
    one, content = found[at]
    before = next((earlier for _entry, earlier in found[at + 1 :] if earlier), None)
    is_current = one.sequence == entry.revision
    return Revision(
        number=number,
        sequence=one.sequence,
        recorded_at=one.recorded_at,
        actor=one.actor,
        operation=one.get_operation_display(),
        display_name=content.display_name if content else "",
        other_source=source_badge(one.domain) if one.domain != entry.domain else None,
        changes=changes_in_words(before, content) if before and content else None,
        is_deletion=content is None,
        is_current=is_current,
        is_waiting=one.sequence > persisted[Domain(one.domain)],
        # A GUID may have had another owner earlier; what was that one's does not come back under this one's domain.
        can_come_back=content is not None and not is_current and one.domain == entry.domain,
    )


@require_POST
@refusals_as_pages
def assembly_restore(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Restore the revision `sequence` if `revision` is still the newest; what was deleted needs none to come back."""
    entry = get_any_entry(guid)
    sequence = sent_number(request.POST, "sequence")
    if sequence is None:
        raise RevisionNotFound(assembly_guid=entry.guid)
    seen = sent_number(request.POST, "revision")
    if seen is None and entry.deleted_at is None:
        # No revision has this number: it is refused like one that was overtaken.
        seen = 0
    permit = get_permit(actor_of(request), LibraryEvent.REVERT, Domain(entry.domain), guid=entry.guid)
    try:
        receipt = revert(entry.guid, sequence=sequence, permit=permit, store=payload_store(), expected_revision=seen)
    except RevisionConflict:
        messages.error(request, _("Somebody changed this meanwhile. Nothing was restored: look at the newest first."))
    except (GuidInOtherDomain, Failure) as error:
        messages.error(request, _("Nothing was restored. %(reason)s") % {"reason": error.message})
    else:
        numbers = {"earlier": sequence, "revision": receipt.revision}
        if receipt.changed:
            messages.success(request, _("Revision %(earlier)s is back, as revision %(revision)s.") % numbers)
        else:
            messages.info(request, _("Nothing to do: it is as it was in revision %(earlier)s already.") % numbers)
    return HttpResponseRedirect(f"{reverse('admin:assemblies_assembly_change', args=[entry.guid])}#history")
