"""Two revisions of an assembly side by side: any two, or an assembly and what it was copied from."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assemblies.actions.revert import get_revision
from assemblies.admin.checks import ShownReport
from assemblies.admin.history.differences import differences_between
from assemblies.admin.links_and_badges import source_badge
from assemblies.admin.page import refusals_as_pages, render_page, sent_number
from assemblies.catalogue import CatalogueEntry
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import NoOriginal
from assemblies.models import Content, JournalEntry
from assemblies.permissions import Verb, may
from assemblies.revisions.checks import get_new_report
from assemblies.revisions.history import chosen_revisions, find_history, get_origin
from assemblies.web.actors import actor_of
from assemblies.web.lookups import get_any_entry

MAX_CHOICES = 200
CHOICE_FIELDS = ("sequence", "recorded_at", "actor", "operation")


@dataclass(frozen=True)
class Side:
    """A revision with its content."""

    entry: JournalEntry
    content: Content

    @property
    def source(self) -> SafeString:
        return source_badge(self.entry.domain)

    @property
    def source_of_original(self) -> SafeString | None:
        return source_badge(self.content.cloned_from.domain) if self.content.cloned_from else None

    @classmethod
    def of(cls, guid: str, sequence: int) -> "Side":
        return cls(*get_revision(guid, sequence))


@require_safe
@refusals_as_pages
def assembly_diff(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Compare `from` with `to`, by default the last two; with `against=origin`, the original with this copy."""
    entry = get_any_entry(guid)
    against_origin = request.GET.get("against") == "origin"
    before, after = _origin_and_copy(entry) if against_origin else _chosen(request, entry)
    title = _("%(name)s: what changed") % {"name": after.content.display_name}
    context: dict[str, Any] = {
        "entry": entry,
        "source": source_badge(entry.domain),
        "before": before,
        "after": after,
        "against_origin": against_origin,
        "differences": differences_between(before.content if before else None, after.content, payload_store()),
        "checks": ShownReport(get_new_report(before.content if before else None, after.content, payload_store())),
        "choices": [] if against_origin else _choices(entry.guid, before, after),
        "restorable": [] if against_origin else _restorable(request, entry, before, after),
    }
    return render_page(request, "library/history/diff.html", title=title, **context)


def _chosen(request: HttpRequest, entry: CatalogueEntry) -> tuple[Side | None, Side]:
    asked = (sent_number(request.GET, name) for name in ("from", "to"))
    guid, start, end = chosen_revisions(entry.guid, *asked)
    return Side.of(guid, start) if start else None, Side.of(guid, end)


def _origin_and_copy(entry: CatalogueEntry) -> tuple[Side, Side]:
    try:
        origin = Side(*get_origin(entry.guid, entry.content))
    except NoOriginal as error:
        raise Http404(error.message) from error
    return origin, Side.of(entry.guid, entry.revision)


def _choices(guid: str, before: Side | None, after: Side) -> list[JournalEntry]:
    """Return the newest revisions there are to choose from, and with them the two that are shown."""
    entries, _newest = find_history(guid)
    found = list(entries.exclude(content="").only(*CHOICE_FIELDS)[:MAX_CHOICES])
    known = {one.sequence for one in found}
    shown = [side.entry for side in (after, before) if side and side.entry.sequence not in known]
    return sorted([*found, *shown], key=lambda one: one.sequence, reverse=True)


def _restorable(request: HttpRequest, entry: CatalogueEntry, before: Side | None, after: Side) -> list[Any]:
    """Return the shown revisions that the user may restore."""
    if not may(actor_of(request), Verb.CHANGE, Domain(entry.domain)):
        return []
    sides = [side.entry for side in (before, after) if side]
    return [one for one in sides if one.sequence != entry.revision and one.domain == entry.domain]
