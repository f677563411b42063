"""What somebody keeps of the list for themselves: views under names of their own, and favourites."""

import contextlib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assemblies.actions.permit import get_permit
from assemblies.actions.saved_views import remove_view, save_view
from assemblies.actions.settings import remove_setting, set_setting
from assemblies.admin.grid.address import ListAddress, back_to_list
from assemblies.admin.page import refusals_as_pages
from assemblies.audit_events import LibraryEvent
from assemblies.errors import InvalidField, LibraryBusy, SettingNotFound
from assemblies.models import SettingCategory
from assemblies.permissions import Place
from assemblies.web.actors import actor_of


@require_POST
def view_save(request: HttpRequest) -> HttpResponseRedirect:
    """Save the list somebody looks at; a name they have used already stands for the new one from now on."""
    user: Any = request.user
    address = ListAddress.of_text(request.POST.get("query", ""))
    try:
        view = save_view(user.pk, request.POST.get("name", ""), address.query())
    except (InvalidField, LibraryBusy) as error:
        messages.error(request, _("The view was not saved. %(why)s") % {"why": error.message})
    else:
        messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
    return back_to_list(request)


@require_POST
def view_remove(request: HttpRequest) -> HttpResponseRedirect:
    """Remove a view of one's own."""
    user: Any = request.user
    name = request.POST.get("name", "")
    try:
        if remove_view(user.pk, name):
            messages.success(request, _("The view “%(name)s” is gone.") % {"name": name})
        else:
            messages.warning(request, _("You have no saved view of that name."))
    except LibraryBusy as error:
        messages.error(request, error.message)
    return back_to_list(request)


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
