"""The way back to the list somebody came from. Only the list's own words are taken from what was sent."""

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from assemblies.admin.grid.asked import Asked


def address_of(asked: Asked) -> str:
    """Return the address of the list that `asked` describes, at its page."""
    return f"{reverse('admin:assemblies_assembly_changelist')}?{asked.here}".removesuffix("?")


def back_to_list(request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(address_of(Asked.of_text(request.POST.get("query", ""))))
