"""/account/access: one's own tokens and sessions, to be seen and ended."""

import re

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from devmode.accounts.tokens import issue_token
from devmode.grants import session_digest
from devmode.models import ApiToken, AuditEntry, DevModeGrant
from devmode.site.access_page import browser_name
from tests.api.conftest import PASSWORD
from tests.devmode.conftest import MakeUser, browser_of, entered, program_of

PAGE = "/account/access"


@pytest.fixture
def vera(make_user: MakeUser) -> User:
    """Neither staff nor an administrator."""
    return make_user("vera")


@pytest.fixture
def browser(vera: User) -> Client:
    return browser_of(vera).client


def shown(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def session_key(client: Client) -> str:
    return str(client.cookies[project.SESSION_COOKIE_NAME].value)


def test_an_anonymous_visitor_is_sent_to_the_log_in(make_user: MakeUser) -> None:
    for answer in (Client().get(PAGE), Client().post(PAGE, {"end": "others"})):
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={PAGE}")


def test_everybody_sees_their_own_and_nobody_elses(browser: Client, vera: User, ada: User) -> None:
    mine = issue_token(vera, ttl_seconds=60, now=timezone.now())[1]
    made = issue_token(vera, ttl_seconds=60, now=timezone.now(), made_by_command=True)[1]
    theirs = issue_token(ada, ttl_seconds=60, now=timezone.now())[1]
    browser_of(vera)
    browser_of(ada)
    page = shown(browser)
    assert f"{mine.prefix}…" in page
    assert f"{made.prefix}…" in page
    assert theirs.prefix not in page
    assert (page.count("This one"), page.count("Made by a command"), page.count('value="session:')) == (1, 1, 2)


def test_a_session_says_with_which_browser_and_from_where(vera: User) -> None:
    client = Client(
        HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
        REMOTE_ADDR="192.0.2.7",
    )
    assert client.post("/admin/login/", {"username": "vera", "password": PASSWORD}).status_code == 302
    page = shown(client)
    assert "Firefox, Windows" in page
    assert "192.0.2.7" in page


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Inventory of the branch office, edition 12 of the year 2026", "Inventory of the branch office, edition "),
        ("", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent: str, words: str) -> None:
    assert browser_name(agent) == words


def test_it_gives_no_secret_away_and_runs_nothing_inline(browser: Client, vera: User) -> None:
    token, record = issue_token(vera, ttl_seconds=60, now=timezone.now())
    page = shown(browser)
    for secret in (token, record.digest, session_key(browser)):
        assert secret not in page
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", page)


def test_it_tells_what_is_in_dev_mode(ada: User) -> None:
    api = entered(browser_of(ada))
    entered(program_of(ada))
    assert shown(api.client).count("In Dev Mode") == 2


def test_one_token_is_ended_and_the_others_stay(browser: Client, vera: User) -> None:
    one, other = (issue_token(vera, ttl_seconds=60, now=timezone.now())[1] for _ in range(2))
    answer = browser.post(PAGE, {"end": f"token:{one.pk}"}, follow=True)
    assert "1 was ended." in answer.content.decode()
    assert list(ApiToken.objects.all()) == [other]
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.actor, entry.role, entry.outcome) == ("access.end", "vera", "viewer", "success")
    assert entry.detail == f'{{"ended": ["token {one.prefix}"]}}'


def test_another_session_is_ended_with_its_grant(ada: User) -> None:
    other, here = entered(browser_of(ada)), browser_of(ada).client
    answer = here.post(PAGE, {"end": session_digest(session_key(other.client))})
    assert answer.status_code == 302
    assert other.get("/api/assemblies").status_code == 401
    assert DevModeGrant.objects.get().end_reason == "signed_out"
    assert shown(here)


def test_all_others_are_ended_and_this_one_stays(browser: Client, vera: User, ada: User) -> None:
    others, theirs = [browser_of(vera), program_of(vera)], browser_of(ada)
    browser.post(PAGE, {"end": "others"})
    assert [one.get("/api/assemblies").status_code for one in others] == [401, 401]
    assert shown(browser).count('value="session:') == 1
    assert "End all others" not in shown(browser)
    assert theirs.get("/api/assemblies").status_code == 200
    browser.post(PAGE, {"end": "others"})
    assert AuditEntry.objects.count() == 1


def test_ending_this_one_signs_out(browser: Client) -> None:
    answer = browser.post(PAGE, {"end": session_digest(session_key(browser))}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/admin/login/?next={PAGE}"
    assert not Session.objects.exists()


@pytest.mark.parametrize("name", ["", "token:0", "token:x", "session:", "everything"])
def test_what_is_not_there_cannot_be_ended(browser: Client, name: str) -> None:
    assert browser.post(PAGE, {"end": name}).status_code == 404
    assert browser.post(PAGE).status_code == 404
    assert shown(browser)


def test_nobody_ends_what_is_somebody_elses(browser: Client, ada: User) -> None:
    theirs = browser_of(ada)
    record = issue_token(ada, ttl_seconds=60, now=timezone.now())[1]
    for key in (f"token:{record.pk}", session_digest(session_key(theirs.client))):
        assert browser.post(PAGE, {"end": key}).status_code == 404
    assert theirs.get("/api/assemblies").status_code == 200
    assert ApiToken.objects.filter(pk=record.pk).exists()


def test_another_site_cannot_end_anything(vera: User) -> None:
    client = browser_of(vera, enforce_csrf_checks=True).client
    program_of(vera)
    assert client.post(PAGE, {"end": "others"}).status_code == 403
    assert ApiToken.objects.count() == 1


def test_the_admins_header_leads_there(make_user: MakeUser) -> None:
    client = browser_of(User.objects.create_superuser("root")).client
    assert f'<a href="{PAGE}">Tokens and sessions</a>' in client.get("/admin/").content.decode()
    assert "View site" not in client.get(PAGE).content.decode()


def test_a_token_is_made_shown_once_and_audited(browser: Client, vera: User) -> None:
    answer = browser.post(PAGE, {"make": "token", "days": "30", "password": PASSWORD})
    assert answer.status_code == 200
    token = str(answer.context["new_token"])
    assert answer.content.decode().count(token) == 1
    assert token not in shown(browser)
    made = ApiToken.objects.get()
    assert (made.user, made.made_by_command, (made.expires_at - made.created_at).days) == (vera, False, 30)
    assert Client(headers={"Authorization": f"Token {token}"}).get("/api/assemblies").status_code == 200
    entry = AuditEntry.objects.get(event="token.create")
    assert (entry.actor, entry.outcome) == ("vera", "success")
    assert (made.prefix in entry.detail, token in entry.detail) == (True, False)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"days": "30", "password": "wrong"}, "This is not your password."),
        ({"days": "30"}, "This field is required."),
        ({"days": "0", "password": PASSWORD}, "greater than or equal to 1"),
        ({"days": "366", "password": PASSWORD}, "less than or equal to 365"),
        ({"days": "soon", "password": PASSWORD}, "Enter a whole number."),
    ],
)
def test_no_token_is_made_without_the_password_or_for_ever(browser: Client, sent: dict[str, str], words: str) -> None:
    answer = browser.post(PAGE, {"make": "token"} | sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_guessing_the_password_is_locked_out(browser: Client) -> None:
    sent = {"make": "token", "days": "30", "password": "wrong"}
    assert [browser.post(PAGE, sent).status_code for _ in range(11)] == [422] * 10 + [429]
    answer = browser.post(PAGE, sent | {"password": PASSWORD})
    assert (answer.status_code, ApiToken.objects.exists()) == (429, False)
    assert int(answer["Retry-After"]) > 0
