"""Accepting what a rule says of an assembly, with a reason; and taking that back."""

import contextlib

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from assemblies.actions.setting_rules import get_setting_permit
from assemblies.actions.settings import remove_setting, set_setting
from assemblies.admin.page import refusals_as_pages
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.errors import SettingNotFound
from assemblies.models import SettingCategory
from assemblies.web.actors import actor_of
from assemblies.web.lookups import get_entry

CATEGORY = SettingCategory.SUPPRESSED_CHECK


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
