"""The frame on a desk and on a phone: log-in, menus, language and the viewer's own time."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import PASSWORD, viewer

SCREENS = [(False, False), (False, True), (True, False), (True, True)]


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize(("phone", "dark"), SCREENS)
def test_logging_in_and_out(visit: Visit, accessible: Any, picture: Any, phone: bool, dark: bool) -> None:
    screen = f"{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}"
    viewer()
    page = visit(phone=phone, dark=dark)
    page.goto("/account/access")
    accessible(page)
    picture(page, f"log-in-{screen}")
    assert not is_too_wide(page)
    page.get_by_label("Username").fill("vera")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong")
    expect(page.get_by_label("Username")).to_have_value("vera")
    accessible(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/access")
    page.locator(".account-menu summary").click()
    accessible(page)
    picture(page, f"menu-{screen}")
    page.get_by_role("button", name="Log out").first.click()
    expect(page.get_by_role("heading", name="You are logged out")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Log in again").click()
    expect(page.get_by_label("Username")).to_be_focused()


def test_who_was_signed_out_learns_why(visit: Visit, accessible: Any, picture: Any) -> None:
    page = visit("viewer")
    page.goto("/account/access")
    Session.objects.all().delete()
    page.reload()
    expect(page.get_by_text("Your session was ended")).to_be_visible()
    accessible(page)
    picture(page, "log-in-signed-out")


def test_the_account_menu_closes_as_menus_do(visit: Visit) -> None:
    page = visit("viewer")
    page.goto("/account/access")
    summary, link = page.locator(".account-menu summary"), page.get_by_role("link", name="Change password")
    summary.click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.locator("#content h1").click()
    expect(link).to_be_hidden()


def test_on_a_phone_the_menu_opens_the_side_bar(visit: Visit, accessible: Any, picture: Any) -> None:
    page = visit("administrator", dev_mode=True, phone=True)
    page.goto("/account/access")
    menu, bar = page.get_by_role("button", name="Menu"), page.locator("#nav-sidebar")
    expect(bar).to_be_hidden()
    menu.click()
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(bar).to_be_visible()
    accessible(page)
    picture(page, "side-bar-phone")
    assert not is_too_wide(page)
    bar.get_by_role("link", name="Who is in Dev Mode").click()
    expect(page.get_by_role("heading", name="Who is in Dev Mode")).to_be_visible()


def test_the_header_holds_a_long_name_on_a_phone(visit: Visit, picture: Any) -> None:
    page = visit("administrator", phone=True)
    User.objects.update(username="a-person-with-a-very-long-name@department.example.org")
    page.goto("/account/access")
    assert not is_too_wide(page)
    picture(page, "frame-phone-long-name")


def test_times_are_the_viewers_and_their_zone_is_named_once(visit: Visit) -> None:
    page = visit("viewer")
    page.goto("/account/access")
    page.reload()
    expect(page.get_by_text("Times in Europe/Berlin")).to_have_count(1)
    shown = page.locator("time").first
    told = datetime.fromisoformat(str(shown.get_attribute("datetime")))
    at = told.astimezone(ZoneInfo("Europe/Berlin"))
    assert told.utcoffset() == at.utcoffset()
    assert f"{at:%H:%M}" in shown.inner_text()
    assert abs((datetime.now(UTC) - told).total_seconds()) < 300


def test_a_language_is_chosen_in_the_footer(visit: Visit, accessible: Any) -> None:
    page = visit("viewer")
    page.goto("/account/access?a=1")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url.endswith("/account/access?a=1")
    accessible(page)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
