"""The star of a row: a favourite of one's own, set or removed."""

import contextlib

from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_POST

from assemblies.actions.permit import get_permit
from assemblies.actions.settings import remove_setting, set_setting
from assemblies.admin.grid.address import back_to_list
from assemblies.admin.page import refusals_as_pages
from assemblies.audit_events import LibraryEvent
from assemblies.errors import SettingNotFound
from assemblies.models import SettingCategory
from assemblies.permissions import Place
from assemblies.web.actors import actor_of


@require_POST
@refusals_as_pages
def favourite(request: HttpRequest) -> HttpResponseRedirect | JsonResponse:
    """Make what `add` names a favourite, or what `remove` names none; what is so already stays so."""
    actor = actor_of(request)
    if guid := request.POST.get("add", ""):
        permit = get_permit(actor, LibraryEvent.SET_SETTING, Place.OWN, guid=guid)
        set_setting(guid, SettingCategory.FAVOURITE, actor.name, True, permit=permit)
    else:
        named = request.POST.get("remove", "")
        permit = get_permit(actor, LibraryEvent.REMOVE_SETTING, Place.OWN, guid=named)
        with contextlib.suppress(SettingNotFound):
            remove_setting(named, SettingCategory.FAVOURITE, actor.name, permit=permit)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"favourite": bool(guid)})
    return back_to_list(request)
