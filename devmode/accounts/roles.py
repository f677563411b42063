"""Roles by permission: viewer, operator, administrator. DEVMODE_OPERATOR_PERMISSION names what makes an operator."""

from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission
from django.db.models import QuerySet

from devmode.actor import Role

ENTER_DEV_MODE = "devmode.enter_dev_mode"


def role_of(user: AbstractBaseUser | AnonymousUser) -> Role:
    """Return the role of a signed-in user."""
    if user.has_perm(ENTER_DEV_MODE):  # type: ignore[union-attr]
        return Role.ADMINISTRATOR
    is_operator = user.has_perm(settings.DEVMODE_OPERATOR_PERMISSION)  # type: ignore[union-attr]
    return Role.OPERATOR if is_operator else Role.VIEWER


def ensure_groups(using: str, **signal: Any) -> None:
    """Make the two groups and give them their permissions; runs after every migrate of `default`."""
    if using != "default":
        return
    operators = [settings.DEVMODE_OPERATOR_PERMISSION]
    for name, labels in {"Operators": operators, "Administrators": [*operators, ENTER_DEV_MODE]}.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*chain.from_iterable(_permissions(label) for label in labels))


def _permissions(label: str) -> QuerySet[Permission]:
    """Return the permission, or nothing after a migrate of other applications only."""
    app_label, codename = label.split(".")
    return Permission.objects.filter(content_type__app_label=app_label, codename=codename)
