"""The front page in a browser, for each role."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.settings import set_setting
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import SettingCategory
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.documents_made import script
from tests.official.published_folder import guid, publish_many, source_of
from tests.permits import may_clone, may_create, may_set, may_sync, may_update


@pytest.fixture
def full(library: PayloadStore, command: Actor, tmp_path: Path) -> None:
    """Something of everything."""
    folder = tmp_path / "published"
    publish_many(folder, 14)
    sync(source_of(folder), permit=may_sync(command), store=library)
    update(guid(1), {"summary": "Ours."}, payload=None, permit=may_update(command), store=library)
    clone(guid(2), domain=Domain.USER, permit=may_clone(command))
    update(guid(2), {"summary": "Ours too."}, payload=None, permit=may_update(command), store=library)
    for number in range(5):
        create(script(f"Shared {number}"), domain=Domain.COMMUNITY, permit=may_create(command), store=library)
    flush()
    hostile = script("</bdi><script>alert(1)</script> \u202emoc.elpmaxe", payload="echo \u202egpj.exe\n".encode())
    create(hostile, domain=Domain.USER, permit=may_create(command), store=library)
    set_setting(guid(3), SettingCategory.FAVOURITE, "vera", True, permit=may_set(command))


@pytest.mark.parametrize("role", ["viewer", "operator", "administrator", "superuser"])
def test_everyone_finds_pictures_news_and_what_they_may_do(
    visit: Visit, full: None, accessible: Any, picture: Any, role: str
) -> None:
    page = visit(role)
    page.goto("/admin/")
    for name in ("Assemblies by kind and domain", "Changes per day", "Written to the domain databases"):
        expect(page.get_by_role("img", name=name)).to_be_visible()
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()
    expect(page.get_by_role("link", name="New assembly")).to_have_count(0 if role == "viewer" else 1)
    assert not overflows(page)
    accessible(page)
    picture(page, f"front-{role}")


def test_a_search_goes_to_the_library(visit: Visit, full: None) -> None:
    page = visit("viewer")
    page.goto("/admin/")
    page.get_by_role("searchbox", name="Find assemblies, pages, actions").fill("Number 7")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/assemblies/assembly/?q=Number+7")
    expect(page.locator("#content")).to_contain_text("Number 7")


def test_what_needs_attention_leads_to_where_it_is_listed(visit: Visit, full: None) -> None:
    page = visit("viewer")
    page.goto("/admin/")
    page.get_by_role("link", name="copies whose original changed since").click()
    page.wait_for_url("**/admin/assemblies/assembly/?origin_changed=true")


@pytest.mark.parametrize(("phone", "dark"), [(True, False), (False, True), (True, True)])
def test_on_a_phone_and_in_the_dark(
    visit: Visit, full: None, accessible: Any, picture: Any, phone: bool, dark: bool
) -> None:
    page = visit("operator", phone=phone, dark=dark)
    page.goto("/admin/")
    accessible(page)
    picture(page, "front" + "-phone" * phone + "-dark" * dark)
    assert not overflows(page)


@pytest.mark.parametrize("role", ["viewer", "administrator"])
def test_an_empty_library_says_how_it_begins(visit: Visit, accessible: Any, picture: Any, role: str) -> None:
    page = visit(role)
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="The library is empty")).to_be_visible()
    accessible(page)
    picture(page, f"front-empty-{role}")


def overflows(page: Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    return bool(page.evaluate("() => document.scrollingElement.scrollWidth > innerWidth"))
