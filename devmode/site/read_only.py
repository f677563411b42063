"""Admins of rows that pages show and never change, and admins that are for staff alone.

What is kept here is written by actions and appends alone; Django's form, its outer transaction and its bulk actions
must not become a second way in.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from devmode.accounts.roles import ENTER_DEV_MODE

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


def titled(pages: ModelAdmin) -> dict[str, Any]:
    """Return what heads a list with what it holds, in place of "Select … to change"."""
    return {"title": capfirst(pages.opts.verbose_name_plural)}


class StaffOnly(ModelAdmin):
    """Django's own rules, for staff: the site lets everyone in who is signed in."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, titled(self) | (extra_context or {}))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff and super().has_module_permission(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff and super().has_view_permission(request, obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff and super().has_add_permission(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff and super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff and super().has_delete_permission(request, obj))


class ReadOnlyAdmin(ModelAdmin):
    """Lists and pages for administrators, and for staff with the view permission."""

    actions = None
    change_form_template = "admin/read_only.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        return user.has_perm(ENTER_DEV_MODE) or bool(user.is_staff and super().has_view_permission(request, obj))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, titled(self) | (extra_context or {}))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
