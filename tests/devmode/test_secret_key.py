"""The fingerprint of the secret key in `default`: kept once, compared at every start, exchanged on purpose only."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from devmode.accounts import secret_key
from devmode.accounts.secret_key import SecretKeyDiffers
from devmode.actor import Actor
from devmode.audit import AuditUnwritable
from devmode.models import ApiToken, AuditEntry, DevModeGrant, Installation
from tests.devmode.audit.test_audit_fails_closed import audit_unwritable
from tests.devmode.conftest import ON, SWITCH, browser_of, program_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
ACTOR = Actor.of_command("prepare")


def known() -> str:
    return Installation.current().secret_key_fingerprint


@pytest.fixture
def other_key(settings: Any) -> None:
    """The library was prepared under the usual key; this server has another one."""
    secret_key.keep_fingerprint()
    settings.SECRET_KEY = "another " * 10


def test_the_first_key_is_kept_and_says_nothing_of_itself(settings: Any) -> None:
    secret_key.require_same_key()
    assert known() == ""
    secret_key.keep_fingerprint()
    kept = known()
    assert (len(kept), settings.SECRET_KEY in kept) == (64, False)
    secret_key.keep_fingerprint()
    secret_key.require_same_key()
    assert (known(), secret_key.find_difference()) == (kept, False)


def test_another_key_is_refused_with_instructions(other_key: None) -> None:
    kept = known()
    for check in (secret_key.require_same_key, secret_key.keep_fingerprint):
        with pytest.raises(SecretKeyDiffers, match=r"BOREALIS_SECRET_KEY.*prepare --adopt-secret-key"):
            check()
    assert (known(), secret_key.find_difference()) == (kept, True)


def test_adopting_it_ends_what_hung_on_the_other_and_is_audited(ada: User, settings: Any) -> None:
    secret_key.keep_fingerprint()
    browser, program = browser_of(ada), program_of(ada)
    assert [one.post(SWITCH, ON).status_code for one in (browser, program)] == [200, 200]
    settings.SECRET_KEY = "another " * 10
    assert secret_key.adopt_secret_key(ACTOR, detail={"credentials": 3}) is True
    assert (ApiToken.objects.count(), Session.objects.count()) == (0, 0)
    assert set(DevModeGrant.objects.values_list("end_reason", flat=True)) == {"secret_key"}
    entry = AuditEntry.objects.get(event="secret_key.adopt")
    assert (entry.actor, entry.read_detail()) == (
        "command:prepare", {"credentials": 3, "grants": 2, "sessions": 1, "tokens": 1}
    )  # fmt: skip
    secret_key.require_same_key()
    assert [one.get(SWITCH.removesuffix("/switch")).status_code for one in (browser, program)] == [401, 401]


def test_adopting_the_known_key_ends_nothing(ada: User) -> None:
    secret_key.keep_fingerprint()
    program_of(ada)
    assert secret_key.adopt_secret_key(ACTOR, detail={}) is False
    assert (ApiToken.objects.count(), AuditEntry.objects.filter(event="secret_key.adopt").count()) == (1, 0)


@pytest.mark.sqlite("the trigger is SQLite's")
def test_without_an_audit_entry_nothing_is_adopted(ada: User, other_key: None) -> None:
    kept = known()
    ApiToken.objects.create(user=ada, digest="d" * 64, created_at=timezone.now(), expires_at=timezone.now())
    with audit_unwritable(), pytest.raises(AuditUnwritable):
        secret_key.adopt_secret_key(ACTOR, detail={})
    assert (known(), ApiToken.objects.count()) == (kept, 1)
