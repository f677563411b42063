"""The way in and the way out: who is let in and to where, and what somebody learns who was signed out."""

from datetime import timedelta

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from assemblies.payloads import PayloadStore
from devmode.grants.sessions import LOGGED_IN_AT
from devmode.models import DevModeGrant
from tests.admin.conftest import signed_in

PASSWORD = "correct horse battery staple"
LOG_IN = "/admin/login/"
WORDS = {"username": "vera", "password": PASSWORD}


@pytest.fixture
def vera(library: PayloadStore) -> User:
    return User.objects.create_user("vera", password=PASSWORD)


def log_in_page(client: Client, path: str = "/admin/") -> str:
    answer = client.get(path, follow=True)
    assert answer.redirect_chain == [(f"{LOG_IN}?next={path}", 302)]
    return str(answer.content.decode())


def test_everybody_with_an_account_comes_in_and_goes_on_to_where_they_wanted(vera: User) -> None:
    client = Client()
    page = log_in_page(client, "/account/access")
    assert 'name="next" value="/account/access"' in page
    assert "staff" not in page
    answer = client.post(LOG_IN, WORDS | {"next": "/account/access"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/access")


@pytest.mark.parametrize("wanted", ["", "https://example.org/", "//example.org/x"])
def test_the_log_in_leads_to_no_other_site(vera: User, wanted: str) -> None:
    client = Client()
    assert client.post(f"{LOG_IN}?next={wanted}", WORDS | {"next": wanted})["Location"] == "/admin/"
    assert client.get(LOG_IN, {"next": wanted})["Location"] == "/admin/"
    assert client.post(LOG_IN, WORDS)["Location"] == "/admin/"


def test_who_is_in_already_goes_on_at_once(vera: User) -> None:
    assert signed_in(vera).get(LOG_IN, {"next": "/account/access"})["Location"] == "/account/access"


def test_wrong_words_are_told_apart_by_nobody(vera: User) -> None:
    words = "The name or the password is wrong, or the account is not active."
    for name in ("vera", "nobody"):
        assert words in Client().post(LOG_IN, {"username": name, "password": "wrong"}).content.decode()
    User.objects.update(is_active=False)
    assert words in Client().post(LOG_IN, WORDS).content.decode()


def test_a_session_that_ran_out_is_told_so_once(vera: User) -> None:
    client = signed_in(vera)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert "Your session ran out" in log_in_page(client)
    assert "Your session" not in log_in_page(client)


def test_a_session_ended_elsewhere_is_told_so(vera: User) -> None:
    client, elsewhere = signed_in(vera), signed_in(vera)
    elsewhere.post("/account/access", {"end": "others"})
    assert "Your session was ended" in log_in_page(client, "/account/access")


def test_a_changed_password_ends_the_other_sessions_and_says_so(vera: User) -> None:
    client = signed_in(vera)
    vera.set_password("another long password")
    vera.save()
    assert "because the password was changed" in log_in_page(client)


def test_an_account_that_was_closed_is_told_so(vera: User) -> None:
    client = signed_in(vera)
    User.objects.update(is_active=False)
    assert "Your account is not active any more." in log_in_page(client)


def test_anonymous_visitors_and_those_who_logged_out_themselves_are_told_nothing(vera: User) -> None:
    assert "messagelist" not in log_in_page(Client())
    client = signed_in(vera)
    assert "You are logged out" in client.post("/admin/logout/").content.decode()
    assert "messagelist" not in log_in_page(client)


def test_a_session_that_was_nobodys_is_told_nothing(vera: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[project.SESSION_COOKIE_NAME] = str(session.session_key)
    assert "messagelist" not in log_in_page(client)


def test_a_cookie_made_of_what_is_kept_of_a_session_learns_nothing(vera: User) -> None:
    signed_in(vera)
    client = Client()
    client.cookies[project.SESSION_COOKIE_NAME] = Session.objects.get().session_key
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert "Your session was ended" in log_in_page(client)


def test_the_password_change_stands_in_the_frame_and_ends_dev_mode(library: PayloadStore) -> None:
    client = signed_in(User.objects.create_superuser("ada", password=PASSWORD))
    assert client.session[LOGGED_IN_AT]
    client.post("/admin/dev-mode/", {"reason": "repair"})
    assert 'name="old_password"' in client.get("/admin/password_change/").content.decode()
    new = {"new_password1": "another long password", "new_password2": "another long password"}
    answer = client.post("/admin/password_change/", new | {"old_password": PASSWORD}, follow=True)
    assert "Your password was changed." in answer.content.decode()
    assert 'class="dev-mode-banner"' not in answer.content.decode()
    assert DevModeGrant.objects.get().end_reason == "rights_lost"


def test_too_many_wrong_old_passwords_are_said_on_the_page(vera: User) -> None:
    client = signed_in(vera)
    new = {"new_password1": "another long password", "new_password2": "another long password"}
    answers = [client.post("/admin/password_change/", new | {"old_password": "wrong"}) for _ in range(11)]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
    assert "Too many attempts. Wait for 5 minutes" in answers[-1].content.decode()
