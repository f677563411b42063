"""Dev Mode is entered with a reason and a proof, extended and left, and closed to others."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from assemblies.payloads import PayloadStore
from devmode.grants.sessions import LOGGED_IN_AT
from devmode.models import AuditEntry, DevModeGrant
from devmode.models.grant import EndReason
from tests.admin.conftest import signed_in
from tests.admin.dev_mode.pages import (
    BACK,
    BANNER,
    EXTEND,
    GRANTS,
    LEAVE,
    PAGE,
    PASSWORD,
    SENT,
    entered,
    events,
    revocation,
    text,
)

SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def olga(library: PayloadStore) -> Client:
    user = User.objects.create_user("olga")
    user.groups.add(Group.objects.get(name="Operators"))
    return signed_in(user)


def aged(client: Client) -> Client:
    """Return the client, logged in for hours."""
    session = client.session
    session[LOGGED_IN_AT] = (timezone.now() - timedelta(hours=3)).isoformat()
    session.save()
    return client


class TestAnonymousAndOthers:
    def test_an_anonymous_visitor_is_sent_to_the_log_in(self, anonymous: Client, grace: User) -> None:
        for path in (PAGE, EXTEND, LEAVE, GRANTS, revocation(1)):
            for answer in (anonymous.get(path), anonymous.post(path, SENT)):
                assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={quote(path)}")
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize(
        ("method", "path", "event"),
        [
            ("get", PAGE, "devmode.enter"),
            ("post", PAGE, "devmode.enter"),
            ("post", EXTEND, "devmode.extend"),
            ("post", LEAVE, "devmode.leave"),
            ("get", GRANTS, "devmode.grants"),
            ("post", revocation(1), "devmode.revoke"),
        ],
    )
    def test_others_than_administrators_are_refused_and_audited_once(
        self, olga: Client, method: str, path: str, event: str
    ) -> None:
        answer = getattr(olga, method)(path, SENT)
        assert answer.status_code == 403
        assert "save a copy of it as your own" in text(answer)
        assert events() == [(event, "olga", "permission_denied")]
        assert not DevModeGrant.objects.exists()

    def test_a_script_is_refused_in_its_own_words(self, olga: Client) -> None:
        answer = olga.post(EXTEND, headers=SCRIPT)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")

    def test_they_see_nothing_of_it_on_any_page(self, olga: Client, signed_in_viewer: Client) -> None:
        for client in (olga, signed_in_viewer):
            for page in (text(client.get("/admin/")), text(client.get("/account/access"))):
                assert "Dev Mode" not in page
                assert "dev-mode" not in page

    @pytest.mark.parametrize("path", [EXTEND, LEAVE, revocation(1)])
    def test_a_get_changes_nothing(self, browser: Client, path: str) -> None:
        assert entered(browser).get(path).status_code == 405
        assert DevModeGrant.objects.get().ended_at is None

    def test_another_site_cannot_switch_anything(self, grace: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(grace)
        for path in (PAGE, EXTEND, LEAVE, revocation(1)):
            assert client.post(path, SENT).status_code == 403
        assert not DevModeGrant.objects.exists()


class TestEntering:
    def test_a_fresh_log_in_needs_a_reason_and_no_password(self, browser: Client) -> None:
        page = text(browser.get(f"{PAGE}?next={quote(BACK)}"))
        assert 'name="reason"' in page
        assert 'name="password"' not in page
        assert "15 minutes after its last use" in page
        answer = browser.post(PAGE, SENT)
        assert (answer.status_code, answer["Location"]) == (302, BACK)
        grant = DevModeGrant.objects.get()
        assert (grant.reason, grant.user.get_username(), grant.remote_address) == ("repair", "grace", "127.0.0.1")
        assert events() == [("devmode.enter", "grace", "")]

    def test_an_old_log_in_needs_the_password(self, browser: Client) -> None:
        assert 'name="password"' in text(aged(browser).get(PAGE))
        for password, words in (("", "give your password once more"), ("wrong", "This is not your password")):
            answer = browser.post(PAGE, SENT | {"password": password})
            assert answer.status_code == 200
            assert words in text(answer)
            assert 'value="repair"' in text(answer)
            assert "wrong" not in text(answer).split("<form")[-2]
        assert not DevModeGrant.objects.exists()
        assert events(outcome="denied") == [
            ("devmode.enter", "grace", "password_required"),
            ("devmode.enter", "grace", "password_wrong"),
        ]
        assert browser.post(PAGE, SENT | {"password": PASSWORD}).status_code == 302
        assert DevModeGrant.objects.exists()

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\0b"])
    def test_without_a_good_reason_nobody_enters(self, browser: Client, reason: str) -> None:
        answer = browser.post(PAGE, {"reason": reason})
        assert answer.status_code == 200
        assert 'class="errorlist"' in text(answer)
        assert not DevModeGrant.objects.exists()

    def test_the_eleventh_attempt_within_a_minute_is_refused_and_counts_with_the_api(
        self, browser: Client, grace: User
    ) -> None:
        for _ in range(5):
            browser.post(PAGE, SENT | {"password": "wrong"})
        body = json.dumps({"enabled": True, "password": "wrong"})
        for _ in range(5):
            browser.post("/api/assemblies/dev-mode/switch", body, content_type="application/json")
        answer = browser.post(PAGE, SENT | {"password": PASSWORD})
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 240
        assert "Too many attempts. Wait for 5 minutes" in text(answer)
        assert browser.post(PAGE, SENT, headers=SCRIPT).json()["code"] == "throttled"
        assert not DevModeGrant.objects.exists()
        assert [code for _event, _actor, code in events(outcome="denied")] == ["password_wrong"] * 10 + ["throttled"]

    @pytest.mark.parametrize(
        "wanted", ["https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org", "\0", ""]
    )
    def test_it_leads_to_no_other_site(self, browser: Client, wanted: str) -> None:
        assert browser.post(PAGE, {"reason": "x", "next": wanted})["Location"] == "/admin/"
        assert browser.post(LEAVE, {"next": wanted})["Location"] == "/admin/"
        assert wanted == "" or f'href="{wanted}"' not in text(browser.get(PAGE, {"next": wanted}))

    def test_a_script_is_told_how_it_stands(self, browser: Client) -> None:
        assert aged(browser).post(PAGE, SENT, headers=SCRIPT).json()["code"] == "password_required"
        assert browser.post(PAGE, {"reason": ""}, headers=SCRIPT).status_code == 400
        answer = browser.post(PAGE, SENT | {"password": PASSWORD}, headers=SCRIPT).json()
        state = browser.get("/api/assemblies/dev-mode").json()
        assert answer["enabled"]
        assert (answer["reason"], answer["expires_at"][:19]) == (state["reason"], state["expires_at"][:19])

    @pytest.mark.sqlite("the failure is planted with an SQLite trigger")
    def test_without_an_audit_nobody_enters_and_the_reason_stays(self, browser: Client) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TRIGGER planted BEFORE INSERT ON devmode_auditentry BEGIN SELECT RAISE(ABORT, 'planted'); END"
            )
        answer = browser.post(PAGE, SENT)
        assert answer.status_code == 503
        assert 'value="repair"' in text(answer)
        assert "nothing was changed" in text(answer)
        assert not DevModeGrant.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER planted")
        assert entered(browser)

    def test_who_is_in_it_sees_how_it_stands(self, browser: Client) -> None:
        page = text(entered(browser).get(f"{PAGE}?next={quote(BACK)}"))
        assert "You are in Dev Mode" in page
        assert 'name="reason" maxlength="500" required value="repair"' in page
        assert page.count(f'action="{LEAVE}"') == 3
        assert f'href="{BACK.replace("&", "&amp;")}"' in page


class TestExtendingAndLeaving:
    def test_extending_slides_the_end_and_is_audited(self, browser: Client) -> None:
        entered(browser)
        DevModeGrant.objects.update(expires_at=timezone.now() + timedelta(seconds=60))
        answer = browser.post(EXTEND, {"next": BACK})
        assert (answer.status_code, answer["Location"]) == (302, BACK)
        grant = DevModeGrant.objects.get()
        assert timedelta(seconds=890) < grant.expires_at - timezone.now() <= timedelta(seconds=900)
        assert events()[-1] == ("devmode.extend", "grace", "")
        assert AuditEntry.objects.first().dev_mode  # type: ignore[union-attr]

    def test_never_past_the_last_end(self, browser: Client) -> None:
        entered(browser)
        last = timezone.now() + timedelta(seconds=100)
        DevModeGrant.objects.update(expires_at=timezone.now() + timedelta(seconds=60), absolute_expires_at=last)
        body = browser.post(EXTEND, headers=SCRIPT).json()
        assert body["expires_at"] == body["absolute_expires_at"]
        assert DevModeGrant.objects.get().expires_at == last
        assert "as long as it can be" in text(browser.get("/admin/"))

    @pytest.mark.parametrize("headers", [{}, SCRIPT])
    def test_what_has_ended_is_not_extended_and_the_refusal_is_audited(
        self, browser: Client, headers: dict[str, str]
    ) -> None:
        entered(browser)
        DevModeGrant.objects.update(expires_at=timezone.now())
        answer = browser.post(EXTEND, {"next": BACK}, headers=headers)
        assert answer.status_code == (403 if headers else 302)
        assert events(outcome="denied") == [("devmode.extend", "grace", "dev_mode_ended")]
        assert DevModeGrant.objects.get().expires_at < timezone.now()
        if not headers:
            assert "had ended already" in text(browser.get("/admin/"))

    def test_leaving_ends_it(self, browser: Client) -> None:
        answer = entered(browser).post(LEAVE, {"next": BACK})
        assert (answer.status_code, answer["Location"]) == (302, BACK)
        assert DevModeGrant.objects.get().end_reason == EndReason.LEFT
        page = text(browser.get("/admin/"))
        assert "You left Dev Mode." in page
        assert BANNER not in page
        assert browser.post(LEAVE).status_code == 302
