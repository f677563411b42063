"""Saved views: the question of the list, kept under a name of one's own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assemblies.actions.saved_views import remove_view, save_view
from assemblies.admin.grid.address import ListAddress, back_to_list
from assemblies.errors import InvalidField, LibraryBusy


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
