"""The code editor: what is typed is saved, its colours follow the type and the theme, the keyboard is never caught."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assemblies.domains import Domain
from tests.browser.conftest import Visit
from tests.browser.item_pages import address, make_assembly, open_editor, open_tab, stored, stored_text, type_at_end

SCRIPT = '#!/bin/bash\nfor name in "$@"; do\n\techo "Hello $name"\ndone\n'


def test_what_is_typed_is_saved(visit: Visit, accessible: Any, picture: Any) -> None:
    guid = make_assembly(SCRIPT)
    page = visit("operator")
    open_editor(page, guid)
    expect(page.locator(".ace_keyword").first).to_have_text("for")
    expect(page.locator("[data-status=size]")).to_have_text("Lines: 5, bytes: 58")
    accessible(page)
    picture(page, "editor")
    type_at_end(page, "echo bye\n")
    expect(page.locator("[data-status=size]")).to_have_text("Lines: 6, bytes: 67")
    expect(page.locator("[data-status=place]")).to_have_text("Line 6, column 1")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    assert stored_text(guid) == SCRIPT + "echo bye\n"


def test_line_ends_are_told_and_kept(visit: Visit) -> None:
    guid = make_assembly("@echo off\r\necho hello\r\n", type_name="batch")
    page = visit("operator")
    open_editor(page, guid)
    expect(page.locator(".editor-status")).to_contain_text("Line ends: Windows (CRLF)")
    type_at_end(page, "exit\n")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    assert stored_text(guid) == "@echo off\r\necho hello\r\nexit\r\n"


def test_colours_follow_the_type(visit: Visit) -> None:
    guid = make_assembly("def hello(): pass\n")
    page = visit("operator")
    open_editor(page, guid)
    assert mode(page) == "ace/mode/sh"
    for assembly_type, expected in (("python", "python"), ("batch", "batchfile"), ("powershell", "powershell")):
        page.locator("[name=assembly_type]").select_option(assembly_type, force=True)
        page.wait_for_function("name => document.querySelector('.django-ace-widget').editor.session.$modeId === name",
                               arg=f"ace/mode/{expected}")  # fmt: skip


@pytest.mark.parametrize("kind, expected", [("workflow", "json"), ("ansible", "yaml")])
def test_graphs_and_playbooks_have_their_colours_too(visit: Visit, accessible: Any, kind: str, expected: str) -> None:
    page = visit("operator", phone=True)
    page.goto(f"/admin/assemblies/assembly/add/?kind={kind}#script")
    expect(page.locator("#script-editor[data-ready]")).to_be_visible()
    page.wait_for_function("document.querySelector('.django-ace-widget').editor.session.$modeId !== 'ace/mode/text'")
    assert mode(page) == f"ace/mode/{expected}"
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("dark, theme", [(False, "ace-cloud_editor"), (True, "ace-cloud_editor_dark")])
def test_the_theme_is_the_pages_own(visit: Visit, accessible: Any, picture: Any, dark: bool, theme: str) -> None:
    guid = make_assembly(SCRIPT)
    page = visit("operator", dark=dark)
    open_editor(page, guid)
    assert theme in classes(page)
    accessible(page)
    picture(page, f"editor-{'dark' if dark else 'light'}")
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", "light" if dark else "dark")
    page.wait_for_function("name => !document.querySelector('.ace_editor').classList.contains(name)", arg=theme)


def test_the_keyboard_is_never_caught(visit: Visit) -> None:
    page = visit("operator")
    open_editor(page, make_assembly("echo\n"))
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Tab")
    assert page.locator("textarea[name=payload]").input_value() == "    echo\n"
    page.keyboard.press("Escape")
    expect(page.locator("#editor-hint")).to_have_text("Tab now leaves the editor.")
    page.keyboard.press("Tab")
    expect(page.locator(".ace_text-input")).not_to_be_focused()
    assert page.locator("textarea[name=payload]").input_value() == "    echo\n"
    expect(page.locator("#editor-hint")).to_contain_text("Esc, then Tab leaves the editor.")


def test_what_is_switched_on_stays_on(visit: Visit) -> None:
    page = visit("operator")
    open_editor(page, make_assembly(SCRIPT))
    for name in ("Wrap lines", "Show spaces and tabs"):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".ace_invisible").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Wrap lines")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.querySelector('.django-ace-widget').editor.session.getUseWrapMode()")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".ace_search_field").first).to_be_focused()


def test_the_field_works_without_the_editor(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    page.context.route("**/django_ace/**", lambda route: route.abort())
    page.watch.complaints.clear()  # type: ignore[attr-defined]
    open_tab(page, guid, "script")
    page.locator("textarea[name=payload]").fill("echo plain\n")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    assert stored_text(guid) == "echo plain\n"
    page.watch.complaints.clear()  # type: ignore[attr-defined]


def test_a_megabyte_in_one_line_can_be_opened(visit: Visit) -> None:
    page = visit("operator")
    open_editor(page, make_assembly("echo " + "a" * 1_000_000))
    expect(page.locator("[data-status=size]")).to_have_text("Lines: 1, bytes: 1,000,005")


def test_who_may_not_write_reads(visit: Visit, accessible: Any, picture: Any) -> None:
    guid = make_assembly(SCRIPT, domain=Domain.OFFICIAL)
    for role, phone, dark in (("viewer", False, False), ("operator", True, False), ("administrator", False, True)):
        page = visit(role, phone=phone, dark=dark)
        open_tab(page, guid, "script")
        expect(page.locator("#script-lines .ace_keyword").first).to_have_text("for")
        expect(page.locator("#script-lines .code-line")).to_have_count(5)
        expect(page.locator("#script-editor, textarea[name=payload]")).to_have_count(0)
        accessible(page)
        picture(page, f"reading-{role}")


def test_reading_copies_and_wraps(visit: Visit) -> None:
    page = visit("viewer")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_tab(page, make_assembly("echo a\u200bb\n"), "script")
    page.get_by_role("button", name="Copy", exact=True).first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "echo a\u200bb\n"
    page.get_by_role("button", name="Wrap lines").click()
    expect(page.locator("#script-reader")).to_have_class(re.compile("wraps"))


def test_an_administrator_in_dev_mode_edits_what_is_official(visit: Visit) -> None:
    guid = make_assembly("echo hello\n", domain=Domain.OFFICIAL)
    page = visit("administrator", dev_mode=True)
    open_editor(page, guid)
    type_at_end(page, "echo repaired\n")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    assert stored_text(guid) == "echo hello\necho repaired\n"
    assert stored(guid).content.updated_by == "ada"


def test_an_anonymous_visitor_is_sent_to_log_in(visit: Visit) -> None:
    page = visit()
    page.goto(address(make_assembly("echo secret\n"), "script"))
    expect(page.locator("#id_username")).to_be_visible()
    expect(page.locator("#script-lines, #script-editor")).to_have_count(0)


def mode(page: Page) -> Any:
    return page.evaluate("document.querySelector('.django-ace-widget').editor.session.$modeId")


def classes(page: Page) -> str:
    return page.locator(".ace_editor").get_attribute("class") or ""
