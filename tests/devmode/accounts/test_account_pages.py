"""The pages of accounts: roles as words, boxes in place of pickers of single permissions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from devmode.accounts.roles import annotated_role, role_of, with_roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("susan"))
    for name, group in (("olga", "Operators"), ("ada", "Administrators"), ("gone", "Administrators")):
        user = User.objects.create_user(name, is_active=name != "gone")
        user.groups.add(Group.objects.get(name=group))
    direct = User.objects.create_user("dora")
    direct.user_permissions.add(Permission.objects.get(codename="enter_dev_mode"))
    User.objects.create_user("vera")
    return client


def test_a_list_says_the_roles_that_people_have(
    people: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for user in with_roles(User.objects.all()):
        assert annotated_role(user) == role_of(User.objects.get(pk=user.pk)), user.username
    with django_assert_max_num_queries(10):
        page = people.get("/admin/auth/user/").content.decode()
    assert "<h1>Users</h1>" in page
    assert page.count('<td class="field-role">Administrator</td>') == 3
    assert page.count('<td class="field-role">Operator</td>') == 1
    assert "Authentication and Authorization" not in page


def test_permissions_that_no_box_shows_stay(people: Client) -> None:
    dora, operators = User.objects.get(username="dora"), Group.objects.get(name="Operators")
    page = people.get(f"/admin/auth/user/{dora.pk}/change/").content.decode()
    assert "user_permissions" not in page
    assert page.count('type="checkbox" name="groups"') == 2
    sent = {"username": "dora", "is_active": "on", "groups": [operators.pk]}
    assert people.post(f"/admin/auth/user/{dora.pk}/change/", sent).status_code == 302
    dora = User.objects.get(username="dora")
    assert list(dora.groups.all()) == [operators]
    assert dora.has_perm("devmode.enter_dev_mode")
