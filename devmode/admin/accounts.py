"""Accounts and groups, for staff."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from devmode.read_only import StaffOnly

admin.site.unregister([Group, User])


@admin.register(Group)
class StaffGroupAdmin(StaffOnly, GroupAdmin):
    """Groups, for staff."""


@admin.register(User)
class StaffUserAdmin(StaffOnly, UserAdmin):  # type: ignore[type-arg]
    """Accounts, for staff."""
