"""What a sync would do, without doing it: each part with its differences, what it is refused for, what may be allowed.

A plan reads the source and uses the Dev Mode grant, so it is requested by POST. What a guard objects to and somebody
may allow is shown as if it were allowed, so that they see what they would allow."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from assemblies.actions.permit import Permit, get_permit
from assemblies.admin.page import refusals_as_pages, render_page
from assemblies.admin.syncs.plan_lines import sections_of
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import library_catalogue
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import LibraryError, SourceUnreadable, SyncRefused
from assemblies.official.diffs import MAX_DOCUMENTS
from assemblies.official.open_source import open_source
from assemblies.official.report import SyncReport
from assemblies.official.sync import sync
from assemblies.official.sync_records import masked
from assemblies.web.actors import actor_of

TICKED = "yes"


class Arguments(TypedDict):
    """Allowances as a sync takes them."""

    keep_local: bool
    allow_mass_removal: bool
    allow_rollback: bool


@dataclass(frozen=True, kw_only=True)
class Allowances:
    """The arguments of a sync that are for people to decide."""

    keep_local: bool = False
    allow_mass_removal: bool = False
    allow_rollback: bool = False

    @classmethod
    def asked(cls, form: QueryDict) -> "Allowances":
        return cls(**{name: form.get(name) == TICKED for name in cls.__dataclass_fields__})

    def arguments(self) -> Arguments:
        return Arguments(
            keep_local=self.keep_local,
            allow_mass_removal=self.allow_mass_removal,
            allow_rollback=self.allow_rollback,
        )

    def with_all(self, names: list[str]) -> "Allowances":
        """Return the same with those named, too."""
        return replace(self, **dict.fromkeys(names, True))


# Each allowance as a box to tick, in words that say what ticking it means.
BOXES: dict[str, Any] = {
    "keep_local": _("Keep local edits: leave alone what was changed here, whatever the source says."),
    "allow_mass_removal": _("Allow removing more than half of the official assemblies."),
    "allow_rollback": _("Allow going back: accept a version that does not come after the one accepted last."),
}


@dataclass(frozen=True)
class Box:
    """An allowance that matters for this plan."""

    name: str
    label: Any
    is_ticked: bool


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A plan, or why there is none; `may_allow` are the allowances without which it would be refused."""

    report: SyncReport | None
    reasons: list[str]
    skipped: list[dict[str, str]]
    may_allow: list[str]


@require_POST
@refusals_as_pages
def plan_page(request: HttpRequest) -> HttpResponseBase:
    permit = get_permit(actor_of(request), LibraryEvent.SYNC, Domain.OFFICIAL)
    allowed = Allowances.asked(request.POST)
    preview = _previewed(permit, allowed)
    report = preview.report
    return render_page(
        request,
        "library/syncs/plan.html",
        title=_("What a sync would do"),
        preview=preview,
        report=report,
        sections=sections_of(report, library_catalogue().current()) if report else [],
        changes_nothing=report is not None and report.plan.changes_nothing,
        max_diffs=MAX_DOCUMENTS,
        boxes=_boxes(allowed, preview),
    )


def _previewed(permit: Permit, allowed: Allowances) -> Preview:
    """Ask for a plan, and when it is refused for something that may be allowed, once more with that."""
    try:
        return Preview(report=_dry_run(permit, allowed), reasons=[], skipped=[], may_allow=[])
    except (SourceUnreadable, SyncRefused) as refusal:
        first = _refused(refusal)
    if not first.may_allow:
        return first
    try:
        report = _dry_run(permit, allowed.with_all(first.may_allow))
    except (SourceUnreadable, SyncRefused):
        return first
    return Preview(report=report, reasons=first.reasons, skipped=[], may_allow=first.may_allow)


def _dry_run(permit: Permit, allowed: Allowances) -> SyncReport:
    return sync(open_source(), permit=permit, store=payload_store(), dry_run=True, **allowed.arguments())


def _refused(refusal: LibraryError) -> Preview:
    reasons = [masked(reason) for reason in refusal.detail.get("reasons") or [refusal.message]]
    skipped, may_allow = refusal.detail.get("skipped", []), refusal.detail.get("may_allow", [])
    return Preview(report=None, reasons=reasons, skipped=skipped, may_allow=may_allow)


def _boxes(allowed: Allowances, preview: Preview) -> list[Box]:
    """Return the boxes that matter: those ticked, those a guard asks for, and local edits where there are any."""
    ticked: Mapping[str, Any] = allowed.arguments()
    edits = bool(preview.report and preview.report.plan.local_edits)
    shown = {name for name, is_ticked in ticked.items() if is_ticked} | set(preview.may_allow)
    shown |= {"keep_local"} if edits else set()
    return [Box(name, label, ticked[name]) for name, label in BOXES.items() if name in shown]
