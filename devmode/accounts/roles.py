"""Roles by permission: viewer, operator, administrator. DEVMODE_OPERATOR_PERMISSION names what makes an operator."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission, User
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from devmode.actor import Role

ENTER_DEV_MODE = "devmode.enter_dev_mode"


def role_of(user: AbstractBaseUser | AnonymousUser) -> Role:
    """Return the role of a signed-in user."""
    if user.has_perm(ENTER_DEV_MODE):  # type: ignore[union-attr]
        return Role.ADMINISTRATOR
    is_operator = user.has_perm(settings.DEVMODE_OPERATOR_PERMISSION)  # type: ignore[union-attr]
    return Role.OPERATOR if is_operator else Role.VIEWER


def with_roles(users: QuerySet[User]) -> QuerySet[User]:
    """Return the users annotated with what `annotated_role` reads, so that a list costs no query per row."""
    labels = {"may_enter": ENTER_DEV_MODE, "may_operate": settings.DEVMODE_OPERATOR_PERMISSION}
    return users.annotate(**{name: Exists(_holders_permission(label)) for name, label in labels.items()})


def _holders_permission(label: str) -> QuerySet[Permission]:
    """Return the permission of a row of users, given to it or to one of its groups."""
    of_row = Q(user=OuterRef("pk")) | Q(group__user=OuterRef("pk"))
    return _permissions(label).filter(of_row)


def annotated_role(user: Any) -> Role:
    """Return the role of a user of `with_roles`, as `role_of` would; who may not sign in is a viewer."""
    if user.is_active and (user.is_superuser or user.may_enter):
        return Role.ADMINISTRATOR
    return Role.OPERATOR if user.is_active and user.may_operate else Role.VIEWER


def ensure_groups(using: str, **signal: Any) -> None:
    """Make the two groups and give them their permissions; runs after every migrate of `default`."""
    if using != "default":
        return
    for name, labels in _groups().items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*chain.from_iterable(_permissions(label) for label in labels))


def are_permissions_whole() -> bool:
    """Say whether `default` has all that follows its migrations: each model's permissions, and the groups' own."""
    held = set(Permission.objects.values_list("content_type__app_label", "content_type__model", "codename"))
    has_permissions = all(held.issuperset(_permissions_of(model)) for model in apps.get_models())
    groups = Group.objects.values_list("name", "permissions__content_type__app_label", "permissions__codename")
    given = {(name, f"{app_label}.{codename}") for name, app_label, codename in groups}
    return has_permissions and given.issuperset((name, label) for name, labels in _groups().items() for label in labels)


def _permissions_of(model: type[Model]) -> Iterator[tuple[str, str, str]]:
    facts = model._meta
    own = [codename for codename, _words in facts.permissions]
    for codename in [*own, *(get_permission_codename(action, facts) for action in facts.default_permissions)]:
        yield facts.app_label, str(facts.model_name), codename


def _groups() -> dict[str, list[str]]:
    """Return the permissions that each group has."""
    operators = [settings.DEVMODE_OPERATOR_PERMISSION]
    return {"Operators": operators, "Administrators": [*operators, ENTER_DEV_MODE]}


def _permissions(label: str) -> QuerySet[Permission]:
    """Return the permission, or nothing after a migrate of other applications only."""
    app_label, codename = label.split(".")
    return Permission.objects.filter(content_type__app_label=app_label, codename=codename)
