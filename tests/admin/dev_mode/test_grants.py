"""Who is in Dev Mode: their grants, revoked by others, and the banner on every page."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from devmode.accounts.tokens import issue_token
from devmode.models import DevModeGrant
from devmode.models.grant import EndReason
from tests.admin.conftest import signed_in
from tests.admin.dev_mode.pages import BANNER, GRANTS, LEAVE, PAGE, administrator, entered, events, revocation, text

Budget = Callable[[int], Any]


class TestGrants:
    def test_who_is_in_is_shown_with_their_own_marked(self, browser: Client, ada: User) -> None:
        entered(browser)
        boss = signed_in(ada)
        assert boss.post(PAGE, {"reason": "<script>x</script>"}).status_code == 302
        page = text(boss.get(GRANTS)).split('id="content"')[1]
        assert page.count("You, here") == 1
        assert page.index("ada") < page.index("You, here") < page.index("grace")
        assert "&lt;script&gt;x" in page
        assert "<script>x" not in page
        assert "Nobody was in Dev Mode recently." in page

    def test_nobody_is_in(self, browser: Client) -> None:
        assert "Nobody is in Dev Mode." in text(browser.get(GRANTS))

    def test_another_administrator_revokes(self, browser: Client, superuser: Client) -> None:
        entered(browser)
        number = DevModeGrant.objects.get().pk
        answer = superuser.post(revocation(number), follow=True)
        assert answer.redirect_chain == [(GRANTS, 302)]
        assert "Dev Mode of grace was revoked." in text(answer)
        assert "Revoked by an administrator: ada" in text(answer)
        assert BANNER not in text(browser.get("/admin/"))
        assert events()[-1] == ("devmode.revoke", "ada", "")
        assert "had ended already" in text(superuser.post(revocation(number), follow=True))
        assert superuser.post(revocation(10**30)).status_code == 302

    def test_why_each_ended_is_told_latest_first(self, browser: Client, superuser: Client) -> None:
        entered(browser)
        DevModeGrant.objects.update(expires_at=timezone.now() - timedelta(seconds=5))
        entered(browser).post(LEAVE)
        page = text(superuser.get(GRANTS)).split("Recently")[1]
        assert page.index("Left by its holder") < page.index("Its time was over")
        assert "Left by its holder: " not in page

    def test_programs_are_told_from_browsers(self, grace: User, superuser: Client) -> None:
        token = issue_token(grace, ttl_seconds=600, now=timezone.now())[0]
        program = Client(headers={"Authorization": f"Token {token}"})
        body = json.dumps({"enabled": True, "reason": "nightly"})
        program.post("/api/assemblies/dev-mode/switch", body, content_type="application/json")
        assert text(superuser.get(GRANTS)).count("Program<") == 1

    def test_many_grants_cost_no_more_queries_than_few(
        self, superuser: Client, django_assert_max_num_queries: Budget
    ) -> None:
        for name in ("eve", "bob"):
            user = administrator(name)
            for _ in range(5):
                entered(signed_in(user))
        with django_assert_max_num_queries(14):
            assert text(superuser.get(GRANTS)).count("Revoke Dev Mode of") == 10

    @pytest.mark.parametrize("path", [PAGE, GRANTS])
    def test_the_pages_are_cheap(self, browser: Client, path: str, django_assert_max_num_queries: Budget) -> None:
        entered(browser)
        with django_assert_max_num_queries(14):
            assert browser.get(path).status_code == 200


class TestFrame:
    def test_administrators_find_the_way_in_on_every_page(self, browser: Client) -> None:
        for path in ("/admin/", "/account/access", "/admin/password_change/"):
            assert f'href="{PAGE}?next={path}"' in text(browser.get(path))

    def test_the_banner_stands_on_every_page(self, browser: Client) -> None:
        entered(browser)
        for path in ("/admin/", "/account/access", "/admin/password_change/", GRANTS, PAGE):
            page = text(browser.get(path))
            assert page.count(BANNER) == 1
            assert "Dev Mode on" in page

    def test_it_is_off_when_one_is_logged_out(self, browser: Client) -> None:
        page = text(entered(browser).post("/admin/logout/"))
        assert "You are logged out" in page
        assert "dev-mode-" not in page
        assert DevModeGrant.objects.get().end_reason == EndReason.SIGNED_OUT

    def test_a_hostile_address_and_reason_are_only_text(self, browser: Client) -> None:
        browser.post(PAGE, {"reason": '"><script>alert(1)</script>'})
        page = text(browser.get('/admin/?q="><script>alert(2)</script>'))
        assert "<script>alert" not in page
