"""No use of a grant after its end: by the clock, by sign-out, by lost rights.

Each test makes a protected change before the end, so that the refusal after it is known to come from the end.
"""

from collections.abc import Callable

import pytest
from django.conf import settings as project
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from assemblies.models import JournalEntry
from devmode import grants
from devmode.models import ApiToken, DevModeGrant
from devmode.models.grant import DevModeGrantQuerySet, EndReason
from tests.api.conftest import PASSWORD, Api, assert_refused
from tests.devmode.conftest import (
    GRANTS,
    ON,
    STATE,
    SWITCH,
    Clock,
    browser_of,
    changed,
    entered,
    in_dev_mode,
    program_of,
)


@pytest.fixture
def granted_api(api: Api, official: str) -> Api:
    entered(api)
    assert changed(api, official, "Before").status_code == 200
    return api


def assert_over(api: Api, guid: str) -> None:
    before = JournalEntry.objects.count()
    answer = changed(api, guid, "After")
    assert answer.status_code in {401, 403}
    assert answer.json()["code"] in {"dev_mode_required", "forbidden", "not_authenticated", "authentication_failed"}
    assert JournalEntry.objects.count() == before


def test_it_ends_when_it_is_not_used(granted_api: Api, official: str, clock: Clock) -> None:
    clock.jump(seconds=project.DEV_MODE_TTL_SECONDS - 5)
    assert in_dev_mode(granted_api)
    clock.jump(seconds=10)
    assert not in_dev_mode(granted_api)
    assert_over(granted_api, official)


def test_each_use_prolongs_it_and_none_past_the_cap(granted_api: Api, official: str, clock: Clock) -> None:
    for number in range(5):
        clock.jump(minutes=11)
        assert changed(granted_api, official, f"Name {number}").status_code == 200
    clock.jump(minutes=4, seconds=50)
    assert changed(granted_api, official, "Last").status_code == 200
    clock.jump(seconds=15)
    assert_over(granted_api, official)


def test_looking_at_the_state_prolongs_nothing(granted_api: Api, clock: Clock) -> None:
    for _ in range(3):
        clock.jump(minutes=7)
        in_dev_mode(granted_api)
    assert not in_dev_mode(granted_api)


def test_a_change_of_ones_own_domain_prolongs_nothing(granted_api: Api, clock: Clock) -> None:
    before = DevModeGrant.objects.get().expires_at
    clock.jump(minutes=5)
    body = {"display_name": "Mine", "assembly_type": "bash", "payload": "true\n"}
    assert granted_api.post("/api/assemblies", body).status_code == 201
    assert DevModeGrant.objects.get().expires_at == before


def log_out(api: Api, ada: User) -> None:
    assert api.post("/api/auth/logout").status_code == 204


def log_out_everywhere(api: Api, ada: User) -> None:
    assert api.post("/api/auth/logoutall").status_code == 204


def log_out_everywhere_elsewhere(api: Api, ada: User) -> None:
    assert browser_of(ada).post("/api/auth/logoutall").status_code == 204


def delete_tokens_and_sessions(api: Api, ada: User) -> None:
    ApiToken.objects.all().delete()
    Session.objects.all().delete()


def change_password(api: Api, ada: User) -> None:
    ada.set_password("another long password")
    ada.save()


def deactivate(api: Api, ada: User) -> None:
    ada.is_active = False
    ada.save()


def leave_the_group(api: Api, ada: User) -> None:
    ada.groups.clear()


def take_the_right_from_the_group(api: Api, ada: User) -> None:
    Group.objects.get(name="Administrators").permissions.remove(Permission.objects.get(codename="enter_dev_mode"))


def delete_the_group(api: Api, ada: User) -> None:
    Group.objects.get(name="Administrators").delete()


def revoke(api: Api, ada: User) -> None:
    boss = browser_of(User.objects.create_superuser("boss"))
    assert boss.delete(f"{GRANTS}/{DevModeGrant.objects.get().pk}").status_code == 204


REASONS: dict[Callable[[Api, User], None], EndReason] = {
    log_out: EndReason.SIGNED_OUT,
    log_out_everywhere: EndReason.SIGNED_OUT,
    log_out_everywhere_elsewhere: EndReason.SIGNED_OUT,
    delete_tokens_and_sessions: EndReason.SIGNED_OUT,
    change_password: EndReason.RIGHTS_LOST,
    deactivate: EndReason.RIGHTS_LOST,
    leave_the_group: EndReason.RIGHTS_LOST,
    take_the_right_from_the_group: EndReason.RIGHTS_LOST,
    delete_the_group: EndReason.RIGHTS_LOST,
    revoke: EndReason.REVOKED,
}


@pytest.mark.parametrize("happening", REASONS)
def test_it_ends_at_once_and_for_good(
    granted_api: Api, ada: User, official: str, happening: Callable[[Api, User], None]
) -> None:
    happening(granted_api, ada)
    grant = DevModeGrant.objects.get()
    assert (grant.end_reason, grant.ended_at is None) == (REASONS[happening], False)
    assert_over(granted_api, official)
    give_everything_back(ada)
    assert_over(granted_api, official)
    assert grants.list_live(now=timezone.now()) == []


def give_everything_back(ada: User) -> None:
    """The account as it was, rights and all; only its sessions and tokens do not come back."""
    group, _created = Group.objects.get_or_create(name="Administrators")
    group.permissions.add(Permission.objects.get(codename="enter_dev_mode"))
    ada.groups.add(group)
    ada.is_active = True
    ada.set_password(PASSWORD)
    ada.save()


def test_another_key_of_the_session_ends_it(ada: User, official: str) -> None:
    api = entered(browser_of(ada))
    session = api.client.session
    session.cycle_key()
    session.save()
    api.client.cookies[project.SESSION_COOKIE_NAME] = str(session.session_key)
    assert not in_dev_mode(api)
    assert_over(api, official)
    assert DevModeGrant.objects.get().end_reason == EndReason.SIGNED_OUT


def test_logging_in_over_it_ends_it(ada: User, official: str) -> None:
    api = entered(browser_of(ada))
    api.client.force_login(ada)
    assert_over(api, official)


def test_old_sessions_that_are_cleared_away_take_it_along(ada: User, clock: Clock) -> None:
    entered(browser_of(ada))
    clock.jump(days=30)
    call_command("clearsessions")
    assert DevModeGrant.objects.get().end_reason == EndReason.SIGNED_OUT


def test_a_right_that_was_taken_past_every_signal_is_missed_when_it_is_used(granted_api: Api, official: str) -> None:
    User.objects.update(is_active=False)
    assert_over(granted_api, official)
    User.objects.update(is_active=True)
    User.groups.through.objects.all().delete()
    assert_over(granted_api, official)


@pytest.mark.parametrize("back", [3, 3600, 86400])
def test_a_clock_set_back_ends_it_and_a_clock_put_right_does_not_bring_it_back(
    ada: User, official: str, clock: Clock, back: int
) -> None:
    clock.jump(days=2)
    api = entered(program_of(ada))
    clock.jump(minutes=1)
    assert changed(api, official, "Before").status_code == 200
    clock.jump(seconds=-back)
    assert not in_dev_mode(api)
    assert_over(api, official)
    assert DevModeGrant.objects.get().end_reason == EndReason.CLOCK_SET_BACK
    clock.jump(seconds=back)
    assert not in_dev_mode(api)
    assert_over(api, official)


def test_a_clock_set_back_does_not_wake_one_that_ran_out_unused(ada: User, official: str, clock: Clock) -> None:
    api = entered(program_of(ada))
    clock.jump(minutes=20)
    assert_over(api, official)
    clock.jump(minutes=-10)
    assert not in_dev_mode(api)
    assert_over(api, official)
    clock.jump(seconds=1)
    assert_over(api, official)


def test_a_clock_set_back_does_not_make_an_old_login_fresh(ada: User, clock: Clock) -> None:
    api = browser_of(ada)
    clock.jump(hours=-1)
    assert_refused(api.post(SWITCH, ON), 403, "password_required")


@pytest.mark.parametrize("path", [STATE, GRANTS])
def test_a_clock_put_right_does_not_bring_back_what_was_seen_to_be_over(
    granted_api: Api, clock: Clock, path: str
) -> None:
    clock.jump(seconds=-30)
    assert granted_api.get(path).status_code == 200
    clock.jump(seconds=30)
    assert not in_dev_mode(granted_api)


def test_the_grants_of_others_stay(ada: User, eve: User, official: str) -> None:
    others = entered(browser_of(eve))
    mine = entered(program_of(ada))
    log_out_everywhere(mine, ada)
    assert changed(others, official).status_code == 200


def test_the_tokens_of_an_account_go_with_it(ada: User) -> None:
    entered(program_of(ada))
    ada.delete()
    assert not DevModeGrant.objects.exists()


def test_a_use_after_the_end_is_seen(
    granted_api: Api, official: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A planted fault: the time of a grant is not looked at.
    monkeypatch.setattr(DevModeGrantQuerySet, "live", lambda grants, _now: grants.open())
    with pytest.raises(AssertionError):
        test_each_use_prolongs_it_and_none_past_the_cap(granted_api, official, clock)
