"""Dev Mode grants: bound, time-limited, and over the moment they end."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from devmode import grants
from devmode.accounts.tokens import issue_token
from devmode.grants import GrantEnded, session_digest, token_digest
from devmode.models import ApiToken, DevModeGrant
from devmode.models.grant import EndReason

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada", password="a long test password")


@pytest.fixture
def bearer() -> str:
    return session_digest("session-one")


@pytest.fixture
def grant(ada: User, bearer: str) -> DevModeGrant:
    return grants.issue(ada, bearer, reason="repair", remote_address="10.0.0.1", now=NOW)


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def reloaded(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_grant_is_live_for_its_time_only(ada: User, bearer: str, grant: DevModeGrant) -> None:
    assert grants.find_live(ada, bearer, now=minutes(14.9)) == grant
    assert grants.find_live(ada, bearer, now=minutes(15)) is None
    with pytest.raises(GrantEnded):
        grants.use(grant.pk, now=minutes(15))


def test_use_slides_the_end_but_never_past_the_cap(ada: User, bearer: str, grant: DevModeGrant) -> None:
    for minute in range(10, 60, 10):
        grants.use(grant.pk, now=minutes(minute))
    grant.refresh_from_db()
    assert grant.expires_at == grant.absolute_expires_at == minutes(60)
    with pytest.raises(GrantEnded):
        grants.use(grant.pk, now=minutes(60))


def test_a_short_cap_bounds_the_first_end_too(ada: User, bearer: str, settings: Settings) -> None:
    settings.DEV_MODE_MAX_SECONDS = 60
    grant = grants.issue(ada, bearer, reason="", remote_address="", now=NOW)
    assert grant.expires_at == grant.absolute_expires_at == minutes(1)


def test_another_session_token_or_user_has_no_part_in_it(ada: User, bearer: str, grant: DevModeGrant) -> None:
    eve = User.objects.create_superuser("eve", password="a long test password")
    _token, record = issue_token(ada, ttl_seconds=3600, now=NOW)
    others = [(ada, session_digest("two")), (ada, token_digest(record)), (eve, bearer)]
    assert [grants.find_live(user, other, now=minutes(1)) for user, other in others] == [None, None, None]


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(user: User) -> None:
    user.set_password("another long password")
    user.save()


def take_rights(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_superuser=False)


@pytest.mark.parametrize("happening", [deactivate, change_password, take_rights])
def test_it_ends_when_its_holder_loses_the_right(
    ada: User, bearer: str, grant: DevModeGrant, happening: Callable[[User], None]
) -> None:
    happening(ada)
    assert grants.find_live(ada, bearer, now=minutes(1)) is None
    with pytest.raises(GrantEnded):
        grants.use(grant.pk, now=minutes(1))
    grants.end_broken(now=minutes(1))
    grant.refresh_from_db()
    assert grant.end_reason == EndReason.RIGHTS_LOST


@pytest.mark.parametrize("back", [timedelta(seconds=3), timedelta(hours=1), timedelta(days=1)])
def test_a_clock_set_back_ends_it(ada: User, bearer: str, grant: DevModeGrant, back: timedelta) -> None:
    grants.use(grant.pk, now=minutes(5))
    assert grants.find_live(ada, bearer, now=minutes(5) - back) is None
    with pytest.raises(GrantEnded):
        grants.use(grant.pk, now=minutes(5) - back)


def test_a_newer_grant_of_the_same_bearer_replaces_it(ada: User, bearer: str, grant: DevModeGrant) -> None:
    newer = grants.issue(ada, bearer, reason="again", remote_address="", now=minutes(1))
    grant.refresh_from_db()
    assert grant.end_reason == EndReason.REPLACED
    assert grants.find_live(ada, bearer, now=minutes(1)) == newer


def test_an_ended_grant_keeps_its_first_end(ada: User, bearer: str, grant: DevModeGrant) -> None:
    grants.end(grant, EndReason.REVOKED, by="boss", now=minutes(1))
    grants.end(grant, EndReason.LEFT, by="ada", now=minutes(2))
    grant.refresh_from_db()
    assert (grant.ended_by, grant.end_reason) == ("boss", EndReason.REVOKED)
    with pytest.raises(GrantEnded):
        grants.use(grant.pk, now=minutes(2))


def test_it_ends_with_its_token(ada: User) -> None:
    _token, record = issue_token(ada, ttl_seconds=3600, now=NOW)
    grant = grants.issue(record.user, grants.token_digest(record), reason="", remote_address="", now=timezone.now())
    ApiToken.objects.filter(pk=record.pk).delete()
    grant.refresh_from_db()
    assert grant.end_reason == EndReason.SIGNED_OUT


def test_the_session_key_itself_is_not_stored(grant: DevModeGrant) -> None:
    assert "session-one" not in str(DevModeGrant.objects.values().get())
    assert "ada" in str(grant)
