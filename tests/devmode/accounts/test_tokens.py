"""API tokens: shown once, kept as a digest, with an end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import Settings

from devmode.accounts.tokens import digest_of, find_token, issue_token
from devmode.models import ApiToken

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


def test_the_table_holds_a_digest_and_eight_characters_of_the_token(ada: User) -> None:
    token, record = issue_token(ada, ttl_seconds=60, now=NOW, made_by_command=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM devmode_apitoken")
        columns = [str(value) for value in cursor.fetchone()]
    assert len(token) >= 43
    assert not any(token in value for value in columns)
    assert [value for value in columns if value and value in token and len(value) > 4] == [token[:8]]
    assert digest_of(token) in columns
    assert record.made_by_command
    assert str(record) == f"{token[:8]}… (ada)"


def test_a_digest_is_useless_without_the_secret_key(settings: Settings) -> None:
    before = digest_of("token")
    settings.SECRET_KEY = "another-" * 10
    assert digest_of("token") != before


def test_no_two_tokens_are_alike(ada: User) -> None:
    tokens = {issue_token(ada, ttl_seconds=60, now=NOW)[0] for _ in range(20)}
    assert len(tokens) == 20


def test_a_token_is_found_until_its_end_and_not_at_it(ada: User, django_assert_num_queries: object) -> None:
    token, record = issue_token(ada, ttl_seconds=60, now=NOW)
    assert record.expires_at == NOW + timedelta(seconds=60)
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = find_token(token, now=NOW + timedelta(seconds=59))
        assert found is not None
        assert found.user == ada
    assert (vars(found) | {"_state": None}) == (vars(ApiToken.objects.get()) | {"_state": None})
    assert (vars(found.user) | {"_state": None}) == (vars(User.objects.get(pk=ada.pk)) | {"_state": None})
    assert find_token(token, now=NOW + timedelta(seconds=60)) is None
    assert list(ApiToken.objects.live(NOW)) == [record]
    assert not ApiToken.objects.live(NOW + timedelta(seconds=60)).exists()


def test_a_revoked_token_is_gone_at_once(ada: User) -> None:
    token, record = issue_token(ada, ttl_seconds=60, now=NOW)
    record.delete()
    assert find_token(token, now=NOW) is None


def test_the_tokens_of_a_removed_account_go_with_it(ada: User) -> None:
    token, _record = issue_token(ada, ttl_seconds=60, now=NOW)
    ada.delete()
    assert find_token(token, now=NOW) is None


@pytest.mark.parametrize("garbage", ["", " ", "x", "\0", "é", "\udcff", "ÿþ", "a" * 100_000, "' OR 1=1 --"])
def test_garbage_is_no_token(ada: User, garbage: str) -> None:
    token, record = issue_token(ada, ttl_seconds=60, now=NOW)
    for text in (garbage, token + garbage if garbage else "", record.digest, record.prefix):
        assert find_token(text, now=NOW) is None
