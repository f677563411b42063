"""Dev Mode as people meet it: entered, counted down, extended without losing a word, ended, left and revoked."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from devmode.accounts.session_store import SessionStore, find_kept
from devmode.grants.sessions import LOGGED_IN_AT
from devmode.models import AuditEntry, DevModeGrant
from tests.browser.conftest import Visit
from tests.browser.people import PASSWORD

PAGE, GRANTS, TYPED = "/admin/dev-mode/", "/admin/dev-mode/grants/", "/admin/password_change/"
SCREENS = [(False, False), (False, True), (True, False), (True, True)]


def banner(page: Page) -> Any:
    return page.get_by_role("region", name="Dev Mode", exact=True)


def make_old(page: Page) -> None:
    """Let the page's log-in be three hours old."""
    cookie = next(one for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME)
    row = find_kept(str(cookie["value"]))
    assert isinstance(row, Session)
    then = (timezone.now() - timedelta(hours=3)).isoformat()
    row.session_data = SessionStore().encode(row.get_decoded() | {LOGGED_IN_AT: then})
    row.save()


def let_end(seconds: float = 0) -> None:
    DevModeGrant.objects.update(expires_at=timezone.now() + timedelta(seconds=seconds))


def typed(page: Page) -> Any:
    """Return a field of a page that has nothing to do with Dev Mode, half filled in."""
    page.goto(TYPED)
    field = page.get_by_label("New password:", exact=True)
    field.fill("half a thought")
    return field


def test_a_fresh_log_in_enters_with_a_reason_and_comes_back(visit: Visit, accessible: Any, picture: Any) -> None:
    page = visit("administrator")
    page.goto("/account/access")
    expect(banner(page)).to_have_count(0)
    page.get_by_role("link", name="Enter Dev Mode").click()
    expect(page).to_have_url(f"{page.url.split('/admin')[0]}{PAGE}?next=/account/access")
    expect(page.get_by_label("Password")).to_have_count(0)
    expect(page.get_by_label("Reason")).to_be_focused()
    accessible(page)
    picture(page, "dev-mode-enter")
    page.get_by_label("Reason").fill("Repairing the catalogue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/access")
    expect(banner(page)).to_contain_text("Repairing the catalogue")
    expect(page.locator("form.dev-mode-switch")).to_contain_text("Dev Mode on")
    assert DevModeGrant.objects.get().reason == "Repairing the catalogue"


def test_an_old_log_in_needs_the_password_and_a_wrong_one_is_said_at_the_field(visit: Visit, accessible: Any) -> None:
    page = visit("administrator")
    make_old(page)
    page.goto(PAGE)
    page.get_by_label("Reason").fill("late at night")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Enter Dev Mode").click()
    expect(page.locator(".has-errors")).to_contain_text("This is not your password")
    expect(page.get_by_label("Reason")).to_have_value("late at night")
    expect(page.get_by_label("Password")).to_have_value("")
    accessible(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Enter Dev Mode").click()
    expect(banner(page)).to_be_visible()


def test_too_many_attempts_are_said_on_the_page(visit: Visit) -> None:
    page = visit("administrator")
    page.watch.expect(429)  # type: ignore[attr-defined]
    make_old(page)
    page.goto(PAGE)
    for _ in range(11):
        page.get_by_label("Reason").fill("again")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Enter Dev Mode").click()
    expect(page.get_by_role("alert").filter(has_text="Too many attempts")).to_be_visible()
    assert not DevModeGrant.objects.exists()


@pytest.mark.parametrize(("phone", "dark"), SCREENS)
def test_the_banner_counts_down_on_every_page(
    visit: Visit, accessible: Any, picture: Any, phone: bool, dark: bool
) -> None:
    screen = f"{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}"
    page = visit("administrator", dev_mode=True, phone=phone, dark=dark)
    for path, name in ((PAGE, "state"), (GRANTS, "grants"), ("/account/access", "access"), (TYPED, "password")):
        page.goto(path)
        left = banner(page).get_by_role("timer")
        expect(left).to_be_visible()
        before = left.inner_text()
        assert before.startswith(("14:", "15:"))
        expect(left).not_to_have_text(before)
        accessible(page)
        picture(page, f"dev-mode-{name}-{screen}")
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, f"{path} is wider than the screen"


def test_without_script_the_end_is_told_and_all_buttons_work(visit: Visit, live_server: Any) -> None:
    page = visit("administrator", dev_mode=True)
    plain = page.context.browser.new_context(base_url=live_server.url, java_script_enabled=False)  # type: ignore[union-attr]
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    still = plain.new_page()
    still.goto(TYPED)
    expect(banner(still).get_by_role("timer")).to_be_hidden()
    until = DevModeGrant.objects.get().expires_at
    expect(banner(still).locator("time")).to_have_text(f"{until:%H:%M}")
    let_end(60)
    banner(still).get_by_role("button", name="Extend").click()
    assert DevModeGrant.objects.get().expires_at > timezone.now() + timedelta(seconds=800)
    assert still.url.endswith(TYPED)
    banner(still).get_by_role("button", name="Leave").click()
    expect(banner(still)).to_have_count(0)
    plain.close()


def test_extending_keeps_what_is_typed(visit: Visit) -> None:
    page = visit("administrator", dev_mode=True)
    let_end(100)
    field = typed(page)
    expect(page.locator(".dev-mode-banner.is-urgent")).to_be_visible()
    expect(banner(page).get_by_role("status")).to_have_text("Dev Mode ends in two minutes.")
    banner(page).get_by_role("button", name="Extend").click()
    expect(banner(page).get_by_role("status")).to_have_text("Dev Mode was extended.")
    expect(page.locator(".dev-mode-banner.is-urgent")).to_have_count(0)
    expect(field).to_have_value("half a thought")
    assert DevModeGrant.objects.get().expires_at > timezone.now() + timedelta(seconds=800)
    assert AuditEntry.objects.filter(event="devmode.extend").count() == 1


def test_as_long_as_it_can_be_there_is_nothing_to_extend(visit: Visit) -> None:
    page = visit("administrator", dev_mode=True)
    DevModeGrant.objects.update(absolute_expires_at=timezone.now() + timedelta(seconds=300))
    let_end(60)
    typed(page)
    banner(page).get_by_role("button", name="Extend").click()
    expect(banner(page)).to_contain_text("This is as long as it can be")
    expect(banner(page).get_by_role("button", name="Extend")).to_be_hidden()


def test_after_the_end_what_is_typed_stays_and_one_enters_again_in_place(
    visit: Visit, accessible: Any, picture: Any
) -> None:
    page = visit("administrator", dev_mode=True)
    page.watch.expect(403)  # type: ignore[attr-defined]
    let_end(3)
    field = typed(page)
    make_old(page)
    expect(banner(page)).to_contain_text("Dev Mode has ended.")
    expect(page.locator("form.dev-mode-switch")).to_be_hidden()
    expect(page.get_by_role("link", name="Enter Dev Mode")).to_be_visible()
    accessible(page)
    picture(page, "dev-mode-over")
    again = banner(page).get_by_role("button", name="Enter Dev Mode again")
    again.click()
    expect(banner(page).get_by_role("alert")).to_contain_text("give your password once more")
    banner(page).get_by_label("Password").fill("wrong")
    again.click()
    expect(banner(page).get_by_role("alert")).to_contain_text("This is not your password")
    banner(page).get_by_label("Password").fill(PASSWORD)
    again.click()
    expect(banner(page).get_by_role("alert")).to_be_empty()
    expect(banner(page).get_by_role("timer")).to_contain_text("14:5")
    expect(field).to_have_value("half a thought")
    assert DevModeGrant.objects.filter(reason="Repairing the catalogue").count() == 2
    # The page can still be sent: its session has another key by now, and the same person.
    page.get_by_label("Old password:").fill("wrong")
    page.get_by_label("New password confirmation:").fill("half a thought")
    page.get_by_role("button", name="Change my password").click()
    expect(page.locator(".errorlist").first).to_be_visible()


def test_what_another_tab_extended_is_noticed_at_the_end(visit: Visit) -> None:
    page = visit("administrator", dev_mode=True)
    let_end(3)
    page.goto(TYPED)
    let_end(600)
    expect(banner(page).get_by_role("timer")).to_contain_text("9:", timeout=8000)
    expect(banner(page)).to_contain_text("Dev Mode is on")


def test_leaving_goes_back_to_the_page(visit: Visit) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto("/account/access")
    page.locator("form.dev-mode-switch").get_by_role("button", name="Leave").click()
    expect(page.get_by_text("You left Dev Mode.")).to_be_visible()
    assert page.url.endswith("/account/access")
    expect(banner(page)).to_have_count(0)
    assert DevModeGrant.objects.get().end_reason == "left"


def test_another_administrator_sees_and_revokes_it(visit: Visit, accessible: Any, picture: Any) -> None:
    holder, boss = visit("administrator", dev_mode=True), visit("superuser")
    field = typed(holder)
    boss.goto(GRANTS)
    expect(boss.get_by_role("row").filter(has_text="ada")).to_contain_text("Repairing the catalogue")
    boss.get_by_role("button", name="Revoke Dev Mode of ada").click()
    expect(boss.get_by_text("Dev Mode of ada was revoked.")).to_be_visible()
    expect(boss.get_by_role("row").filter(has_text="ada")).to_contain_text("Revoked by an administrator: susan")
    accessible(boss)
    picture(boss, "dev-mode-revoked")
    holder.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(banner(holder)).to_contain_text("Dev Mode has ended.")
    expect(field).to_have_value("half a thought")
    holder.goto("/account/access")
    expect(banner(holder)).to_have_count(0)


def test_extending_what_was_revoked_says_so_in_place(visit: Visit) -> None:
    page = visit("administrator", dev_mode=True)
    page.watch.expect(403)  # type: ignore[attr-defined]
    field = typed(page)
    let_end()
    banner(page).get_by_role("button", name="Extend").click()
    expect(banner(page)).to_contain_text("Dev Mode has ended.")
    expect(field).to_have_value("half a thought")


def test_who_was_signed_out_meanwhile_is_told_and_keeps_what_was_typed(visit: Visit) -> None:
    page = visit("administrator", dev_mode=True)
    field = typed(page)
    Session.objects.all().delete()
    banner(page).get_by_role("button", name="Extend").click()
    expect(banner(page).get_by_role("alert")).to_contain_text("You are signed out.")
    expect(field).to_have_value("half a thought")


def test_a_server_that_does_not_answer_changes_nothing(visit: Visit) -> None:
    page = visit("administrator", dev_mode=True)
    field = typed(page)
    page.route("**/dev-mode/extend/", lambda route: route.abort())
    banner(page).get_by_role("button", name="Extend").click()
    expect(banner(page).get_by_role("alert")).to_contain_text("The server did not answer.")
    expect(field).to_have_value("half a thought")


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_see_nothing_of_it_and_are_refused(visit: Visit, accessible: Any, role: str) -> None:
    page = visit(role)
    page.watch.expect(403)  # type: ignore[attr-defined]
    page.goto("/account/access")
    expect(page.get_by_text("Dev Mode")).to_have_count(0)
    for path in (PAGE, GRANTS):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 403
        expect(page.get_by_role("heading", name="Dev Mode is for administrators")).to_be_visible()
        accessible(page)
    assert AuditEntry.objects.filter(outcome="denied").count() == 2
    assert User.objects.count() == 1
