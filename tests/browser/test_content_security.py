"""The content security policy in a real browser: it stops what is foreign, and nothing of ours."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import PASSWORD, viewer

OPERATIONS_DRAWN_MS = 20_000


def test_somebody_can_log_in_and_is_where_they_wanted_to_be(visit: Visit) -> None:
    viewer()
    page = visit()
    page.goto("/admin/assemblies/assembly/")
    page.get_by_label("Username").fill("vera")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/admin/assemblies/assembly/$"))
    expect(page.locator("#user-tools")).to_contain_text("vera")


def test_the_description_of_the_api_is_drawn(visit: Visit) -> None:
    page = visit("superuser")
    page.goto("/api/docs")
    page.wait_for_selector(".opblock", timeout=OPERATIONS_DRAWN_MS)
    assert page.locator(".opblock").count() > 10


@pytest.mark.parametrize(
    "plant",
    [
        "const s = document.createElement('script'); s.textContent = 'window.planted = 1'; document.body.append(s)",
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.planted = 1\">')",
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')",
        "document.body.insertAdjacentHTML('beforeend', '<iframe src=\"data:text/html,x\">')",
        "fetch('http://127.0.0.2:9/')",
    ],
)
def test_what_somebody_plants_is_stopped(visit: Visit, plant: str) -> None:
    """The detector itself: without it, no complaints would mean nothing."""
    page = visit()
    page.goto("/admin/login/")
    page.evaluate(f"() => {{ {plant} }}")
    page.wait_for_timeout(200)
    assert taken(page)
    assert page.evaluate("window.planted") is None


def taken(page: Page) -> list[str]:
    """Return what was complained of, which is then no fault of the test's."""
    watch = page.watch  # type: ignore[attr-defined]
    complaints, watch.complaints = watch.complaints, []
    return [complaint for complaint in complaints if "Content Security Policy" in complaint]
