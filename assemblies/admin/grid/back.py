"""The way back to the list somebody came from. Only the list's own words are taken from what was sent."""

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from assemblies.admin.grid.address import ListAddress


def address_of(address: ListAddress) -> str:
    """Return the address of the list that `address` describes, at its page."""
    return f"{reverse('admin:assemblies_assembly_changelist')}?{address.here}".removesuffix("?")


def back_to_list(request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(address_of(ListAddress.of_text(request.POST.get("query", ""))))
