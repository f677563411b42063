"""The audit in a browser: filtering, exporting, and nothing cut off."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.errors import Forbidden
from assemblies.payloads import PayloadStore
from devmode.actor import Actor, Role
from devmode.audit import Subject, record
from devmode.write_lock import write_transaction
from tests.audit_facts import audit_facts
from tests.browser.conftest import Visit
from tests.documents_made import script
from tests.permits import may_create, may_delete

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
AUDIT = "/admin/devmode/auditentry/"


@pytest.fixture
def audited(library: PayloadStore, operator: Actor, viewer: Actor) -> str:
    """Something done, something refused, and one entry with much to say."""
    guid = create(script("Restart spooler"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    with pytest.raises(Forbidden):
        delete(guid, permit=may_delete(viewer))
    long = {"source": "https://catalogue.example/aurora.git", "added": ["0a" * 20] * 9, "errors": {"x": "y" * 90}}
    facts = audit_facts(
        "command:sync_official", role=Role.COMMAND, event=LibraryEvent.SYNC, subject=Subject(scope="official"),
        dev_mode=True, remote_address="2001:db8::1", detail=long,
    )  # fmt: skip
    with write_transaction():
        record(facts, now=timezone.now())
    return guid


def test_an_administrator_filters_and_exports(
    visit: Visit, accessible: Check, picture: Picture, audited: str, tmp_path: Path
) -> None:
    page = visit("administrator")
    page.goto(AUDIT)
    expect(page.locator("#audit-title")).to_have_text("3 entries")
    accessible(page)
    picture(page, "audit")
    page.get_by_label("Outcome").select_option("denied")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#audit-title")).to_have_text("1 entry found")
    expect(page.locator(".audit-table")).to_contain_text("vera")
    expect(page.locator(".audit-table")).not_to_contain_text("olga")
    for name, suffix in (("CSV", "csv"), ("JSON Lines", "jsonl")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename.endswith(f".{suffix}")
        download.value.save_as(tmp_path / f"audit.{suffix}")
    with (tmp_path / "audit.csv").open(newline="") as file:
        assert [row["actor"] for row in csv.DictReader(file)] == ["vera"]
    assert json.loads((tmp_path / "audit.jsonl").read_text())["detail"] == {"code": "forbidden"}
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#audit-title")).to_have_text("3 entries")


def test_long_details_open_and_nothing_is_cut_off(
    visit: Visit, accessible: Check, picture: Picture, audited: str
) -> None:
    page = visit("administrator")
    page.goto(AUDIT)
    page.locator(".audit-table summary").click()
    expect(page.locator("dd", has_text="aurora.git")).to_be_visible()
    accessible(page)
    picture(page, "audit-detail")
    table = "document.querySelector('.table-wrap')"
    assert page.evaluate(f"{table}.scrollWidth <= {table}.clientWidth")
    page.get_by_label("Until").fill("2001-01-01T00:00")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator(".audit-nothing")).to_be_visible()


def test_a_line_leads_to_its_assembly(visit: Visit, audited: str) -> None:
    page = visit("administrator")
    page.goto(AUDIT)
    page.locator(f"a[href*='{audited}']").first.click()
    expect(page.locator("body")).to_contain_text("Restart spooler")


@pytest.mark.parametrize(("phone", "dark"), [(True, False), (False, True), (True, True)])
def test_it_is_readable_on_a_phone_and_in_the_dark(
    visit: Visit, accessible: Check, picture: Picture, audited: str, phone: bool, dark: bool
) -> None:
    page = visit("administrator", phone=phone, dark=dark)
    page.goto(AUDIT)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"audit{'-phone' if phone else ''}{'-dark' if dark else ''}")
