"""An assembly in a browser: made in the library, opened at a tab, typed into its editor."""

from typing import Any

from playwright.sync_api import Page, expect

from assemblies.actions.create import create
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.conf import payload_store
from assemblies.domains import Domain
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create


def make_assembly(payload: str = "echo hello\n", domain: Domain = Domain.USER, **fields: Any) -> str:
    """Put a script into the library. Returns its GUID."""
    document = script(payload=payload.encode(), **fields)
    return create(document, domain=domain, permit=may_create(Actor.of_command("tests")), store=payload_store()).guid


def stored(guid: str) -> CatalogueEntry:
    return library_catalogue().current().entries[guid]


def stored_text(guid: str) -> str:
    return payload_store().read(stored(guid).content.payload).decode()


def address(guid: str, tab: str = "summary") -> str:
    return f"/admin/assemblies/assembly/{guid}/change/#{tab}"


def open_tab(page: Page, guid: str, tab: str) -> None:
    page.goto(address(guid, tab))
    expect(page.locator(f"#{tab}")).to_be_visible()


def open_editor(page: Page, guid: str) -> None:
    open_tab(page, guid, "script")
    expect(page.locator("#script-editor[data-ready]")).to_be_visible()


def type_at_end(page: Page, text: str) -> None:
    """Type into the editor, after everything that stands there."""
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(text)
