"""Health in a browser: verifying with progress finds what is damaged, and says what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assemblies.actions.create import create
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.journal.payload_files import write_payload_files
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.documents_made import script
from tests.permits import may_create

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
HEALTH = "/admin/health/"


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    guid = create(script("Restart spooler"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    flush()
    return guid


def test_a_clean_library_is_verified_and_then_a_damaged_one(
    visit: Visit, accessible: Check, picture: Picture, guid: str, tmp_path: Path
) -> None:
    page = visit("administrator")
    page.goto(HEALTH)
    accessible(page)
    picture(page, "health")
    page.get_by_role("button", name="Verify everything now").click()
    expect(page.locator(".notice-good")).to_contain_text("The library is as it should be.")
    accessible(page)
    picture(page, "health-clean")
    payload_guid = Assembly.objects.get(guid=guid).payload_guid
    write_payload_files(payload_store())
    file = tmp_path / "Payloads" / payload_guid / "payload"
    file.chmod(0o600)
    file.write_bytes(b"echo HELLO\n")
    page.get_by_role("button", name="Verify again").click()
    expect(page.locator(".notice-error")).to_contain_text("1 finding.")
    expect(page.locator(".wide-table")).to_contain_text(payload_guid)
    expect(page.locator(".wide-table")).to_contain_text("Put it back with")
    accessible(page)
    picture(page, "health-findings")


def test_the_database_files_are_checked(visit: Visit, accessible: Check, picture: Picture, guid: str) -> None:
    page = visit("administrator")
    page.goto(HEALTH)
    page.get_by_role("button", name="Check the database files").click()
    expect(page.get_by_role("columnheader", name="Check of its pages")).to_be_visible()
    accessible(page)
    picture(page, "health-checked")


def test_it_is_for_administrators_alone(visit: Visit, guid: str) -> None:
    page = visit("operator")
    page.goto("/admin/")
    expect(page.get_by_role("link", name="Health")).to_have_count(0)
    page.watch.expect(403)  # type: ignore[attr-defined]
    page.goto(HEALTH)
    expect(page.locator("h1", has_text="Only administrators may do this.")).to_be_visible()


@pytest.mark.parametrize(("phone", "dark"), [(True, False), (False, True), (True, True)])
def test_it_is_readable_on_a_phone_and_in_the_dark(
    visit: Visit, accessible: Check, picture: Picture, guid: str, phone: bool, dark: bool
) -> None:
    page = visit("administrator", phone=phone, dark=dark)
    page.goto(HEALTH)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"health{'-phone' if phone else ''}{'-dark' if dark else ''}")
