"""A session's key is in its owner's cookie and nowhere else."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from devmode.accounts.session_store import SessionStore, kept_key
from devmode.grants import session_digest
from tests.hardening.conftest import PASSWORD, browser_of, log_in


def key_of(browser: Client) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def with_key(key: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def test_what_is_kept_of_a_key_is_no_key(ada: User) -> None:
    key = key_of(browser_of(ada))
    row = Session.objects.get()
    assert row.session_key == kept_key(key) != key
    assert len(row.session_key) == Session._meta.pk.max_length
    assert with_key(key).get("/api/assemblies").status_code == 200
    for stolen in (row.session_key, kept_key(row.session_key), key.upper(), "x" * 32, "kept:"):
        assert with_key(stolen).get("/api/assemblies").status_code == 401


def test_signing_out_removes_it(ada: User) -> None:
    browser = browser_of(ada)
    key = key_of(browser)
    browser.post("/admin/logout/")
    assert not Session.objects.exists()
    assert with_key(key).get("/api/assemblies").status_code == 401


@pytest.mark.usefixtures("library")
def test_a_store_does_what_djangos_own_does() -> None:
    store = SessionStore()
    store["name"] = "value"
    store.save()
    key = str(store.session_key)
    assert store.exists(key)
    assert SessionStore(key)["name"] == "value"
    store.cycle_key()
    assert not store.exists(key)
    assert SessionStore(key).get("name") is None
    store.delete()
    assert not Session.objects.exists()
    SessionStore().delete()


def test_a_grants_digest_is_of_the_session_whichever_key_is_known(ada: User) -> None:
    key = key_of(browser_of(ada))
    assert session_digest(key) == session_digest(Session.objects.get().session_key)


def test_a_log_in_changes_the_key(ada: User) -> None:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = "a" * 32
    answer: Any = client.post("/admin/login/?next=/admin/", {"username": "ada", "password": PASSWORD})
    assert answer.status_code == 302
    assert key_of(client) != planted
    assert log_in("ada", door="admin").cookies[settings.SESSION_COOKIE_NAME]["httponly"]
