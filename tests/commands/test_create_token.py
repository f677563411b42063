"""`create_token`: a token alone on stdout, kept as a digest, with an end."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from devmode.accounts.tokens import find_token
from devmode.models.audit import AuditEntry
from devmode.models.token import ApiToken


@pytest.fixture
def user(library: object) -> User:
    return User.objects.create_user("olga")


def token_of(*arguments: str) -> str:
    said = StringIO()
    call_command("create_token", *arguments, stdout=said)
    return said.getvalue()


def test_stdout_is_the_token_alone_and_it_finds_its_user(user: User) -> None:
    said = token_of("olga")
    token = said.rstrip("\n")

    assert said == f"{token}\n" and len(token) > 30 and " " not in token
    kept = find_token(token, now=timezone.now())
    assert kept is not None and kept.user == user
    assert kept.made_by_command, "such a token always needs the password to enter Dev Mode"
    assert token not in str(list(ApiToken.objects.values()))


def test_it_ends_when_asked_to(user: User) -> None:
    token = token_of("olga", "--ttl", "60").strip()

    assert find_token(token, now=timezone.now() + timedelta(seconds=50))
    assert find_token(token, now=timezone.now() + timedelta(seconds=61)) is None


def test_making_one_is_audited_without_the_token(user: User) -> None:
    token = token_of("olga").strip()
    entry = AuditEntry.objects.get(event="token.create")

    assert entry.actor == "command:create_token"
    assert "olga" in entry.detail
    assert token not in entry.detail


@pytest.mark.parametrize(("name", "active"), [("nobody", True), ("olga", False)])
def test_unknown_and_inactive_users_get_none(user: User, name: str, active: bool) -> None:
    User.objects.update(is_active=active)
    with pytest.raises(CommandError, match=f"no active user '{name}'"):
        token_of(name)
    assert not ApiToken.objects.exists()


def test_a_time_to_live_below_a_second_is_refused(user: User) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        token_of("olga", "--ttl", "0")
    assert not ApiToken.objects.exists()
