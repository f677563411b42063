"""Accounts and groups, for staff."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from devmode.site.read_only import StaffOnly

admin.site.unregister([Group, User])


@admin.register(Group)
class StaffGroupAdmin(StaffOnly, GroupAdmin):
    """Groups, for staff."""


@admin.register(User)
class StaffUserAdmin(StaffOnly, UserAdmin):  # type: ignore[type-arg]
    """Accounts, for staff."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        words = _(
            "Opens the accounts, and other lists, to somebody who has the permission. Anybody may sign in without."
        )
        return super().get_form(request, obj, change=change, help_texts={"is_staff": words}, **kwargs)
