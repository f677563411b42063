"""Accounts and groups, for staff: who somebody is and which role they have, without pickers of single permissions."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from devmode.accounts.roles import annotated_role, with_roles
from devmode.actor import Role
from devmode.site.read_only import StaffOnly

# What roles are called on pages; `Role` itself is what audit entries keep for ever.
ROLE_NAMES: dict[str, Any] = {
    Role.VIEWER: _("Viewer"),
    Role.OPERATOR: _("Operator"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.COMMAND: _("Command"),
    Role.ANONYMOUS: _("Not signed in"),
}
# What Django calls its permissions in English alone.
VERBS = {
    "add": _("Add: %(what)s"),
    "change": _("Change: %(what)s"),
    "delete": _("Delete: %(what)s"),
    "view": _("See: %(what)s"),
}
# What these pages say and Django has no German for yet, so that our own catalogue has it; only makemessages reads it.
WORDS_OF_DJANGO = (
    gettext_noop("After you’ve created a user, you’ll be able to edit more user options."),
    gettext_noop("Password-based authentication"),
    gettext_noop(
        "Whether the user will be able to authenticate using a password or not. If disabled, they may still be able to "
        "authenticate using other backends, such as Single Sign-On or LDAP."
    ),
    gettext_noop("Raw passwords are not stored, so there is no way to see the user’s password."),
    gettext_noop("Reset password"),
)

admin.site.unregister([Group, User])


class NamedPermissions(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Permissions as boxes to tick, by their words."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, permission: Any) -> str:
        verb, _line, _name = str(permission.codename).partition("_")
        model = permission.content_type.model_class()
        if verb not in VERBS or model is None or permission.codename != f"{verb}_{model._meta.model_name}":
            return gettext(permission.name)
        return str(VERBS[verb]) % {"what": model._meta.verbose_name_plural}


@admin.register(Group)
class StaffGroupAdmin(StaffOnly, GroupAdmin):
    """Groups, for staff."""

    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name == "permissions":
            kwargs["form_class"] = NamedPermissions
            kwargs["queryset"] = Permission.objects.select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(User)
class StaffUserAdmin(StaffOnly, UserAdmin):  # type: ignore[type-arg]
    """Accounts, for staff. Single permissions that somebody was given otherwise stay as they are."""

    list_display = ("username", "role", "full_name", "email", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Role"), {"fields": ("groups", "is_active", "is_staff", "is_superuser")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return with_roles(super().get_queryset(request))

    @admin.display(description=_("role"))
    def role(self, user: User) -> Any:
        return ROLE_NAMES[annotated_role(user)]

    @admin.display(description=_("name"))
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs |= {"widget": forms.CheckboxSelectMultiple, "help_text": _("The role follows from the groups.")}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        words = _(
            "Opens the accounts, and other lists, to somebody who has the permission. Anybody may sign in without."
        )
        return super().get_form(request, obj, change=change, help_texts={"is_staff": words}, **kwargs)
