"""Log-in limits: shared by all processes, atomic, aimed at one account, and open again after a while."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client

from devmode.accounts.attempts import Limit, TooManyAttempts, give_back_attempt, take_attempt
from devmode.addresses import neighbourhood
from devmode.models import ApiToken, AttemptCount, AuditEntry
from tests.hardening.conftest import PASSWORD, browser_of, log_in
from tests.patience import HANG_SECONDS

pytestmark = pytest.mark.database

LIMIT = Limit(name="door:192.0.2.1", attempts=2, lock_out=timedelta(minutes=5))
WINDOW_ONLY = Limit(name="imports", attempts=2)
doors = pytest.mark.parametrize("door", ["api", "admin"])
STATUS_OF_WRONG = {"api": 401, "admin": 200}
STATUS_OF_RIGHT = {"api": 200, "admin": 302}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that a test sets."""

    class Clock:
        now = datetime(2026, 3, 1, 12, tzinfo=UTC)

        def pass_by(self, **time: int) -> None:
            self.now += timedelta(**time)

    clock = Clock()
    monkeypatch.setattr("devmode.accounts.attempts.timezone.now", lambda: clock.now)
    return clock


def is_taken(*limits: Limit) -> bool:
    try:
        take_attempt(limits)
    except TooManyAttempts:
        return False
    return True


@pytest.mark.usefixtures("library")
class TestCounting:
    def test_what_is_over_the_limit_is_refused_until_the_lock_out_ends(self, clock: Any) -> None:
        assert [is_taken(LIMIT) for _ in range(4)] == [True, True, False, False]
        clock.pass_by(seconds=299)
        assert not is_taken(LIMIT)
        clock.pass_by(seconds=1)
        assert [is_taken(LIMIT) for _ in range(3)] == [True, True, False]

    def test_a_count_is_over_a_minute_after_its_first_attempt(self, clock: Any) -> None:
        assert [is_taken(LIMIT) for _ in range(2)] == [True, True]
        clock.pass_by(seconds=60)
        assert is_taken(LIMIT)

    def test_without_a_lock_out_the_next_minute_is_open(self, clock: Any) -> None:
        assert [is_taken(WINDOW_ONLY) for _ in range(3)] == [True, True, False]
        clock.pass_by(seconds=59)
        assert not is_taken(WINDOW_ONLY)
        clock.pass_by(seconds=1)
        assert is_taken(WINDOW_ONLY)

    def test_who_is_refused_is_told_how_long_to_wait_and_the_first_one_starts_it(self, clock: Any) -> None:
        found = []
        for seconds in (0, 0, 0, 100, 100):
            clock.pass_by(seconds=seconds)
            try:
                take_attempt([LIMIT])
            except TooManyAttempts as refusal:
                found.append((refusal.wait_seconds, refusal.starts_lock_out))
        assert found == [(300, True), (200, False), (100, False)]

    def test_a_refused_attempt_uses_up_nothing_that_others_share(self) -> None:
        office = Limit(name="office", attempts=3)
        assert [is_taken(LIMIT, office) for _ in range(50)].count(True) == 2
        assert AttemptCount.objects.get(pk=office.key).attempts == 2
        assert is_taken(Limit(name="somebody else", attempts=2), office)

    def test_a_rightful_attempt_is_given_back_but_no_lock_out_is_lifted(self) -> None:
        for _ in range(20):
            take_attempt([LIMIT])
            give_back_attempt([LIMIT])
        assert [is_taken(LIMIT) for _ in range(3)] == [True, True, False]
        give_back_attempt([LIMIT])
        assert not is_taken(LIMIT)
        give_back_attempt([Limit(name="never taken", attempts=1)])

    def test_a_clock_set_back_locks_nobody_out_for_hours(self, clock: Any) -> None:
        assert [is_taken(LIMIT) for _ in range(3)] == [True, True, False]
        clock.pass_by(hours=-3)
        assert is_taken(LIMIT)

    def test_a_slightly_slower_clock_next_to_ours_opens_nothing(self, clock: Any) -> None:
        assert [is_taken(LIMIT) for _ in range(3)] == [True, True, False]
        clock.pass_by(seconds=-3)
        assert not is_taken(LIMIT)

    def test_a_restart_and_an_empty_cache_forget_nothing(self) -> None:
        assert [is_taken(LIMIT) for _ in range(3)] == [True, True, False]
        cache.clear()
        connection.queries_log.clear()
        assert not is_taken(LIMIT)

    def test_counts_that_are_long_over_are_removed(self, clock: Any) -> None:
        take_attempt([LIMIT, WINDOW_ONLY])
        clock.pass_by(hours=2)
        take_attempt([Limit(name="new", attempts=1)])
        assert AttemptCount.objects.count() == 1
        assert str(AttemptCount.objects.get()) == "1 attempts until 14:01:00"

    def test_a_flood_during_a_lock_out_writes_nothing(self, django_assert_num_queries: Any) -> None:
        assert [is_taken(LIMIT) for _ in range(3)] == [True, True, False]
        with django_assert_num_queries(1):
            assert not is_taken(LIMIT)

    def test_neither_names_nor_addresses_are_kept(self) -> None:
        log_in("a typed name", "wrong", address="192.0.2.99")
        kept = str(list(AttemptCount.objects.values()))
        assert "typed" not in kept
        assert "192.0.2.99" not in kept


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("", "unknown", False),
    ],
)
def test_an_ipv6_site_is_one_neighbourhood(one: str, other: str, same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) is same


@doors
def test_ten_wrong_passwords_lock_that_account_out_at_that_address_only(ada: User, olga: User, door: str) -> None:
    User.objects.update(is_staff=True)
    statuses = [log_in("ada", "wrong", door=door).status_code for _ in range(12)]
    assert statuses == [STATUS_OF_WRONG[door]] * 10 + [429] * 2
    refused = log_in("ada", door=door)
    assert refused.status_code == 429
    assert 240 < int(refused["Retry-After"]) <= 300
    assert log_in("ADA", door=door).status_code == 429
    assert log_in("olga", door=door).status_code == STATUS_OF_RIGHT[door]
    assert log_in("ada", address="192.0.2.2", door=door).status_code == STATUS_OF_RIGHT[door]


def test_both_doors_count_as_one(ada: User) -> None:
    for number in range(10):
        log_in("ada", "wrong", door="admin" if number % 2 else "api")
    assert {log_in("ada", door=door).status_code for door in ("api", "admin")} == {429}


@doors
def test_a_refusal_at_the_door_has_words_and_a_name(ada: User, door: str) -> None:
    for _ in range(10):
        log_in("ada", "wrong", door=door)
    answer = log_in("ada", door=door)
    if door == "api":
        assert answer.json()["code"] == "throttled"
    else:
        assert b"Too many attempts" in answer.content
        assert settings.SESSION_COOKIE_NAME not in answer.cookies


@doors
def test_one_address_cannot_try_every_account(ada: User, door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devmode.accounts.password_attempt.ADDRESS_LIMIT", 20)
    statuses = {log_in(f"user{number}", "wrong", door=door).status_code for number in range(20)}
    assert statuses == {STATUS_OF_WRONG[door]}
    assert log_in("ada", door=door).status_code == 429
    assert log_in("ada", address="198.51.100.1", door=door).status_code == STATUS_OF_RIGHT[door]


@doors
def test_rightful_log_ins_are_not_counted(ada: User, door: str) -> None:
    assert {log_in("ada", door=door).status_code for _ in range(15)} == {STATUS_OF_RIGHT[door]}


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_of_fifty_attempts_at_once_ten_reach_the_password(library: Any) -> None:
    User.objects.create_user("ada", password=PASSWORD)
    ready, statuses = threading.Barrier(50), []

    def attempt() -> None:
        ready.wait()
        statuses.append(log_in("ada", "wrong").status_code)
        connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=HANG_SECONDS)
    assert Counter(statuses) == {401: 10, 429: 40}
    denials = AuditEntry.objects.filter(event="auth.login", outcome="denied")
    assert Counter("throttled" in entry.detail for entry in denials) == {False: 10, True: 1}
    assert log_in("ada").status_code == 429
    assert not ApiToken.objects.exists()


@doors
def test_every_log_in_is_audited_with_the_name_as_typed_and_never_a_password(ada: User, door: str) -> None:
    log_in("ada", "hunter2-wrong", address="192.0.2.7", door=door)
    log_in("ada", address="192.0.2.7", door=door)
    facts = AuditEntry.objects.order_by("sequence").values_list("actor", "role", "event", "outcome", "remote_address")
    assert list(facts) == [
        ("ada", "anonymous", "auth.login", "denied", "192.0.2.7"),
        ("ada", "administrator", "auth.login", "success", "192.0.2.7"),
    ]
    kept = str(list(AuditEntry.objects.values()))
    assert "hunter2" not in kept
    assert PASSWORD not in kept


def test_a_name_longer_than_any_account_is_cut_in_the_audit(ada: User) -> None:
    log_in("x" * 100_000, "wrong", door="admin")
    assert AuditEntry.objects.get().actor == "x" * 150


def test_an_empty_form_is_no_attempt(ada: User) -> None:
    for words in ({}, {"username": "ada"}, {"password": PASSWORD}):
        assert Client().post("/admin/login/", words).status_code == 200
    assert not AttemptCount.objects.exists()
    assert not AuditEntry.objects.exists()


def test_somebody_who_is_not_staff_is_let_in_and_not_counted_at_the_page(olga: User) -> None:
    assert [log_in("olga", door="admin").status_code for _ in range(11)] == [302] * 11


def test_an_account_that_is_not_active_is_refused_and_counted_at_the_page(olga: User) -> None:
    User.objects.update(is_active=False)
    assert [log_in("olga", door="admin").status_code for _ in range(11)] == [200] * 10 + [429]


def test_the_page_of_the_log_in_says_how_long_to_wait(ada: User) -> None:
    page = [log_in("ada", "wrong", door="admin") for _ in range(11)][-1].content.decode()
    assert "Too many attempts. Wait for 5 minutes, then try again." in page
    assert 'name="username" value="ada"' in page
    assert "wrong" not in page.split("<form")[1]


def test_the_password_change_is_no_way_to_try_passwords(ada: User) -> None:
    browser = browser_of(ada)
    new = {"new_password1": "another long password", "new_password2": "another long password"}
    sent = [browser.post("/admin/password_change/", new | {"old_password": "wrong"}).status_code for _ in range(11)]
    assert sent == [200] * 10 + [429]
    assert browser.post("/admin/password_change/", new | {"old_password": PASSWORD}).status_code == 429
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
    assert AuditEntry.objects.filter(event="auth.password_change", outcome="denied").count() == 11


def test_a_password_change_is_audited_and_keeps_its_own_session_alone(ada: User) -> None:
    browser, elsewhere = browser_of(ada), browser_of(ada)
    new = {"new_password1": "another long password", "new_password2": "another long password"}
    too_short = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    assert browser.post("/admin/password_change/", too_short).status_code == 200
    answer = browser.post("/admin/password_change/", new | {"old_password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/password_change/done/")
    assert AuditEntry.objects.get().event == "auth.password_change"
    assert browser.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302
