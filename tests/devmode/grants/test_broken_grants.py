"""A grant whose right was taken past all signals ends when it is noticed, and does not come back with the right."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from assemblies.payloads import PayloadStore
from devmode.models import DevModeGrant
from devmode.models.grant import EndReason
from tests.api.conftest import PASSWORD, Api
from tests.devmode.conftest import GRANTS, STATE, browser_of, entered, in_dev_mode, program_of

PAGES = "/admin/"
GRANTS_PAGE = "/admin/dev-mode/grants/"
Change = Callable[[User], object]


def leave_group(user: User) -> None:
    User.groups.through.objects.filter(user=user).delete()


def join_group(user: User) -> None:
    User.groups.through.objects.create(user=user, group=Group.objects.get(name="Administrators"))


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def activate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=True)


@pytest.fixture
def grace(library: PayloadStore) -> User:
    user = User.objects.create_user("grace", password=PASSWORD)
    join_group(user)
    return user


def look_oneself(door: str) -> Callable[[Api], object]:
    return lambda api: api.client.get(door, follow=True)


def look_as_another(door: str) -> Callable[[Api], object]:
    def look(_api: Api) -> object:
        client = Client()
        client.force_login(User.objects.create_superuser("boss"))
        return client.get(door)

    return look


LOOKS = {
    "API": look_oneself(STATE),
    "page": look_oneself(PAGES),
    "API of another": look_as_another(GRANTS),
    "page of another": look_as_another(GRANTS_PAGE),
}


RIGHT, ACCOUNT = (leave_group, join_group), (deactivate, activate)


@pytest.mark.parametrize(
    ("look", "take", "give_back"),
    # The API sees nobody where an account was deactivated, and stops there.
    [(look, *RIGHT) for look in LOOKS] + [(look, *ACCOUNT) for look in LOOKS if look != "API"],
)
def test_a_right_given_back_does_not_bring_a_grant_back(
    grace: User, look: str, take: Change, give_back: Change
) -> None:
    api = entered(browser_of(grace))
    take(grace)
    LOOKS[look](api)
    give_back(grace)
    assert not in_dev_mode(api)
    grant = DevModeGrant.objects.get()
    assert (grant.end_reason, grant.ended_by) == (EndReason.RIGHTS_LOST, "")
    assert timezone.now() - timedelta(minutes=1) < (grant.ended_at or grant.issued_at) <= timezone.now()


@pytest.mark.parametrize("look", [LOOKS["API"], LOOKS["API of another"]], ids=["own", "another"])
def test_nor_that_of_a_token(grace: User, look: Callable[[Api], object]) -> None:
    api = entered(program_of(grace))
    leave_group(grace)
    look(api)
    join_group(grace)
    assert not in_dev_mode(api)


def test_a_change_that_is_refused_for_it_notices_it(grace: User, official: str) -> None:
    api = entered(browser_of(grace))
    leave_group(grace)
    assert api.patch(f"/api/assemblies/{official}", {"summary": "Changed."}).status_code == 403
    join_group(grace)
    assert not in_dev_mode(api)


def test_without_looking_nothing_is_noticed(grace: User) -> None:
    """What the tests above would say if nobody looked."""
    api = entered(browser_of(grace))
    leave_group(grace)
    join_group(grace)
    assert in_dev_mode(api)
