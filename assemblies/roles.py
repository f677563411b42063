"""Who may do what by standing: viewer, operator, administrator."""

from enum import StrEnum
from itertools import chain
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission
from django.db.models import QuerySet

WRITE_USER_CREATED = "assemblies.write_user_created"
ENTER_DEV_MODE = "devmode.enter_dev_mode"
GROUPS = {"Operators": [WRITE_USER_CREATED], "Administrators": [WRITE_USER_CREATED, ENTER_DEV_MODE]}


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    COMMAND = "command"


def role_of(user: AbstractBaseUser | AnonymousUser) -> Role:
    """Return the role of a signed-in user."""
    if user.has_perm(ENTER_DEV_MODE):  # type: ignore[union-attr]
        return Role.ADMINISTRATOR
    return Role.OPERATOR if user.has_perm(WRITE_USER_CREATED) else Role.VIEWER  # type: ignore[union-attr]


def ensure_groups(using: str, **signal: Any) -> None:
    """Make the two groups and give them their permissions; runs after every migrate of `default`."""
    if using != "default":
        return
    for name, labels in GROUPS.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*chain.from_iterable(_permissions(label) for label in labels))


def _permissions(label: str) -> QuerySet[Permission]:
    """Return the permission, or nothing after a migrate of other applications only."""
    app_label, codename = label.split(".")
    return Permission.objects.filter(content_type__app_label=app_label, codename=codename)
