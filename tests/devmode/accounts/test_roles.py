"""Roles and their groups."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.core.management import call_command

from devmode.accounts.roles import ENTER_DEV_MODE, are_permissions_whole, ensure_groups, role_of
from devmode.actor import Role

pytestmark = pytest.mark.django_db(databases="__all__")


def permissions() -> dict[str, list[str]]:
    return {
        group.name: sorted(f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.all())
        for group in Group.objects.order_by("name")
    }


WRITE_USER_CREATED = "assemblies.write_user_created"
EXPECTED = {"Administrators": [WRITE_USER_CREATED, ENTER_DEV_MODE], "Operators": [WRITE_USER_CREATED]}


def test_migrate_makes_the_groups() -> None:
    assert permissions() == EXPECTED


def test_migrating_again_makes_nothing_twice_and_takes_nothing_away() -> None:
    extra = Permission.objects.get(codename="view_assembly")
    Group.objects.get(name="Operators").permissions.add(extra)
    call_command("migrate", verbosity=0)
    assert permissions() == EXPECTED | {"Operators": ["assemblies.view_assembly", WRITE_USER_CREATED]}


def test_a_removed_group_or_permission_comes_back() -> None:
    Group.objects.get(name="Operators").delete()
    Group.objects.get(name="Administrators").permissions.clear()
    ensure_groups(using="default")
    assert permissions() == EXPECTED


def test_migrating_a_domain_database_leaves_the_groups_alone() -> None:
    Group.objects.all().delete()
    ensure_groups(using="official")
    assert permissions() == {}


@pytest.mark.parametrize(("group", "role"), [("Operators", Role.OPERATOR), ("Administrators", Role.ADMINISTRATOR)])
def test_a_member_has_the_role_of_the_group(group: str, role: Role) -> None:
    user = User.objects.create_user("olga")
    user.groups.add(Group.objects.get(name=group))
    assert role_of(user) == role


def test_everyone_else_is_a_viewer_but_a_superuser() -> None:
    assert role_of(User.objects.create_user("vera")) == Role.VIEWER
    assert role_of(User.objects.create_user("stefan", is_staff=True)) == Role.VIEWER
    assert role_of(User.objects.create_superuser("ada")) == Role.ADMINISTRATOR
    assert role_of(User.objects.create_superuser("gone", is_active=False)) == Role.VIEWER
    assert role_of(AnonymousUser()) == Role.VIEWER


@pytest.mark.parametrize(
    "lost",
    [
        lambda: Permission.objects.filter(codename="write_user_created").delete(),
        lambda: Group.objects.get(name="Operators").delete(),
        lambda: Group.objects.get(name="Administrators").permissions.clear(),
    ],
)
def test_what_follows_the_migrations_is_missed(lost: Callable[[], object]) -> None:
    assert are_permissions_whole()
    lost()
    assert not are_permissions_whole()
    call_command("migrate", verbosity=0)
    assert are_permissions_whole()
