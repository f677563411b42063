"""Assemblies at Django's own addresses: the list of all domains, and the page of each."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from assemblies.admin.grid.page import grid
from assemblies.admin.item.deletion import delete_item
from assemblies.admin.item.new import new_item
from assemblies.admin.item.save import item
from assemblies.admin.links_and_badges import item_address
from assemblies.admin.lists import LibraryAdmin
from assemblies.models import Assembly


@admin.register(Assembly)
class AssemblyAdmin(LibraryAdmin):
    """The whole library. Its pages are the library's own; none of them goes through Django's forms."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Everyone who is signed in may read the library."""
        return self.admin_site.has_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return grid(request)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        return item(request, unquote(object_id))

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return new_item(request)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return delete_item(request, unquote(object_id))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return _to_history(object_id)


def _to_history(object_id: str) -> HttpResponseBase:
    """Lead to the library's own history; Django's knows nothing of it."""
    return HttpResponseRedirect(item_address(object_id) + "#history")
