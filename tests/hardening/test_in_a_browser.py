"""The content security policy in a real browser: every page works, nothing is stopped, and what is foreign would be."""

import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from assemblies.actions.actor import Actor
from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from tests.documents_made import script
from tests.hardening.chromium import Chromium, find_chromium

pytestmark = [pytest.mark.engine, pytest.mark.django_db(transaction=True, databases="__all__")]
PASSWORD = "a long test password"
PAGES = [
    "/admin/",
    "/admin/assemblies/assembly/",
    "/admin/devmode/auditentry/",
    "/admin/password_change/",
    "/no-such-page",
]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        if os.environ.get("BOREALIS_REQUIRE_ENGINES") == "1":
            pytest.fail("Chromium is required and not there")
        pytest.skip("there is no Chromium on this machine")
    with Chromium(program, tmp_path / "profile") as browser:
        yield browser


@pytest.fixture
def ada(library: PayloadStore) -> User:
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    return User.objects.create_superuser("ada", password=PASSWORD)


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def drawn_operations(browser: Chromium) -> int:
    """Return how many operations the documentation shows, once its script has drawn them."""
    deadline, count = monotonic() + 20, 0
    while not count and monotonic() < deadline:
        count = browser.evaluate("document.querySelectorAll('.opblock').length")
        sleep(0.1)
    return count


def test_every_page_loads_without_one_complaint(
    browser: Chromium, live_server: Any, ada: User, library: PayloadStore, operator: Actor
) -> None:
    guid = create(script(), domain=Domain.USER, actor=operator, store=library).guid
    assert browser.open(f"{live_server.url}/admin/login/") == []
    browser.sign_in(live_server.url, settings.SESSION_COOKIE_NAME, session_of(ada))
    for page in [*PAGES, f"/admin/assemblies/assembly/{guid}/change/"]:
        assert browser.open(f"{live_server.url}{page}") == [], page
    assert browser.open(f"{live_server.url}/api/docs") == []
    assert drawn_operations(browser) > 10


def test_somebody_can_log_in(browser: Chromium, live_server: Any, ada: User) -> None:
    browser.open(f"{live_server.url}/admin/login/")
    browser.seen.clear()
    fill = f"const f = document.forms[0]; f.username.value = 'ada'; f.password.value = '{PASSWORD}'; f.submit()"
    browser.evaluate(fill)
    browser.wait_for_load()
    assert browser.complaints() == []
    assert "ada" in browser.evaluate("document.getElementById('user-tools').textContent").lower()


@pytest.mark.parametrize(
    "plant",
    [
        "const s = document.createElement('script'); s.textContent = 'window.planted = 1'; document.body.append(s)",
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.planted = 1\">')",
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')",
        "document.body.insertAdjacentHTML('beforeend', '<iframe src=\"data:text/html,x\">')",
    ],
)
def test_what_somebody_plants_is_stopped(browser: Chromium, live_server: Any, plant: str) -> None:
    """The detector itself: without it, no complaints would mean nothing."""
    browser.open(f"{live_server.url}/admin/login/")
    browser.evaluate(plant)
    browser.evaluate("new Promise(done => setTimeout(done, 100))")
    assert any("ContentSecurityPolicy" in str(event) for event in browser.complaints())
    assert browser.evaluate("window.planted") is None
