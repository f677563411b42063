"""Characters that hide are seen in the editor and in what is read, by their names."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.item_pages import make_assembly, open_editor, open_tab, type_at_end

TROJAN = 'if [ "$level" != "user\u202e \u2066// Check if admin\u2069 \u2066" ]; then\n  p\u0430ypal=1\u00a0\x07\nfi\n'
NAMES = [
    "Line 1, column 23: U+202E RIGHT-TO-LEFT OVERRIDE",
    "Line 1, column 25: U+2066 LEFT-TO-RIGHT ISOLATE",
    "Line 1, column 43: U+2069 POP DIRECTIONAL ISOLATE",
    "Line 1, column 45: U+2066 LEFT-TO-RIGHT ISOLATE",
]


def test_the_editor_marks_them_while_one_types(visit: Visit, accessible: Any, picture: Any) -> None:
    page = visit("operator")
    open_editor(page, make_assembly("echo hello\n"))
    notice = page.locator("#hidden-characters")
    expect(notice).to_be_hidden()
    type_at_end(page, TROJAN)
    expect(notice).to_be_visible()
    expect(notice.locator("li")).to_have_text(
        [name.replace("Line 1", "Line 2") for name in NAMES]
        + ["Line 3, column 4: U+0430 CYRILLIC letter in an identifier of mixed alphabets"]
    )
    expect(page.locator(".unseen-character:not(.odd)")).to_have_count(4)
    expect(page.locator(".unseen-character.odd")).to_have_count(2)
    expect(page.locator(".misleading-character")).to_have_count(1)
    expect(page.locator(".ace_gutter-cell_svg-icons, .ace_gutter-cell.ace_warning").first).to_be_visible()
    picture(page, "hidden-characters")
    notice.get_by_role("button").first.click()
    expect(page.locator("[data-status=place]")).to_have_text("Line 2, column 24")
    expect(page.locator("[data-status=character]")).to_have_text("U+202E RIGHT-TO-LEFT OVERRIDE")
    accessible(page)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("echo clean\n")
    expect(notice).to_be_hidden()


def test_every_annotation_names_its_character(visit: Visit) -> None:
    page = visit("operator")
    open_editor(page, make_assembly("a\u200bb\u00a0c\n"))
    found = page.evaluate("document.querySelector('.django-ace-widget').editor.session.getAnnotations()")
    assert [(one["type"], one["text"]) for one in found if one["text"].startswith("Column")] == [
        ("warning", "Column 2: U+200B ZERO WIDTH SPACE"),
        ("info", "Column 4: U+00A0 NO-BREAK SPACE"),
    ]


def test_the_gutter_tells_what_the_checks_find_while_one_types(visit: Visit) -> None:
    page = visit("operator")
    open_editor(page, make_assembly("#!/bin/bash\necho hello\n"))
    type_at_end(page, "if true; then\n")
    annotations = "document.querySelector('.django-ace-widget').editor.session.getAnnotations()"
    page.wait_for_function(f"{annotations}.some((one) => one.type === 'error' && /\\(SC1/.test(one.text))")
    expect(page.locator(".ace_gutter-cell.ace_error, .ace_gutter-cell_svg-icons").first).to_be_visible()


def test_what_is_read_shows_them_by_name(visit: Visit, accessible: Any, picture: Any) -> None:
    page = visit("viewer")
    open_tab(page, make_assembly(TROJAN), "script")
    expect(page.locator("#hidden-characters li")).to_contain_text(
        [*NAMES, "U+0430 CYRILLIC SMALL LETTER A in an identifier of mixed alphabets"]
    )
    marks = page.locator("#script-lines mark")
    expect(marks).to_have_count(7)
    expect(marks.first).to_have_text("U+202E RIGHT-TO-LEFT OVERRIDE")
    expect(page.locator("#script-lines")).to_contain_text("U+00A0 NO-BREAK SPACE")
    page.locator("#hidden-characters a").last.click()
    expect(page.locator("#line-2 mark").first).to_be_focused()
    accessible(page)
    picture(page, "hidden-characters-read")
