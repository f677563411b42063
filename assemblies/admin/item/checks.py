"""What the checks say of a script on its page: as kept, while it is typed, and what somebody has accepted, with why.

Nothing is checked for a page: what nobody has looked at yet is said to be under way.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from assemblies.actions.setting_rules import get_setting_permit
from assemblies.actions.settings import remove_setting, set_setting
from assemblies.admin.checks import ShownReport
from assemblies.admin.page import refusals_as_pages
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.checking import Subject, check
from assemblies.domains import AssemblyType, Domain, Kind
from assemblies.errors import SettingNotFound
from assemblies.models import CheckResult, SettingCategory
from assemblies.revisions.checks import Suppression
from assemblies.web.actors import actor_of
from assemblies.web.lookups import get_entry

MAX_VARIABLES = 200
# What the editor finds by itself, with its columns.
OF_THE_EDITOR = ("hidden-character", "byte-order-mark", "carriage-return")
CATEGORY = SettingCategory.SUPPRESSED_CHECK


@dataclass(frozen=True)
class ChecksPanel:
    """`shown` is None where nobody has looked yet."""

    shown: ShownReport | None
    suppressed: Sequence[Suppression]


def checks_of(entry: CatalogueEntry, suppressed: Sequence[Suppression]) -> ChecksPanel | None:
    """Return the panel of an assembly; None for a workflow. One query."""
    if entry.content.kind is Kind.WORKFLOW:
        return None
    report = CheckResult.objects.find_report(entry.content.content_hash)
    shown = None if report is None else ShownReport(report.without(one.rule for one in suppressed))
    return ChecksPanel(shown, suppressed)


@require_POST
def check_typed(request: HttpRequest) -> HttpResponseBase:
    """Answer with `findings` of the posted script; with nothing for what is no script, or too long to be quick.

    It changes nothing; a POST because a script does not fit an address.
    """
    text, type_name = request.POST.get("payload", ""), request.POST.get("assembly_type", "")
    if type_name not in AssemblyType or type_name == AssemblyType.WORKFLOW:
        return HttpResponse(status=204)
    names = tuple(request.POST.getlist("variable")[:MAX_VARIABLES])
    subject = Subject(AssemblyType(type_name), text, names, has_files="has_files" in request.POST)
    # Others are checked once they are saved: an answer is to come between two keys.
    if not subject.is_short:
        return HttpResponse(status=204)
    report = check(subject).without(OF_THE_EDITOR)
    return JsonResponse({"findings": [asdict(one) for one in report.findings]})


@require_POST
@refusals_as_pages
def suppress_check(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Suppress the rule that is sent for the reason that is sent; with `remove`, suppress that rule no more."""
    entry, actor, removed = get_entry(guid), actor_of(request), request.POST.get("remove", "")
    event = LibraryEvent.REMOVE_SETTING if removed else LibraryEvent.SET_SETTING
    rule = removed or request.POST.get("rule", "")
    permit = get_setting_permit(actor, event, Domain(entry.domain), CATEGORY, rule, guid=entry.guid)
    if removed:
        with contextlib.suppress(SettingNotFound):
            remove_setting(entry.guid, CATEGORY, rule, permit=permit)
    else:
        set_setting(entry.guid, CATEGORY, rule, {"reason": request.POST.get("reason", "")}, permit=permit)
    return redirect("admin:assemblies_assembly_change", entry.guid)
