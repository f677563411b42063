"""Drafts in the browser: made, looked up, saved."""

from playwright.sync_api import Dialog, Page

from tests.browser.item_pages import open_editor, type_at_end


def draft_of(page: Page, guid: str, text: str) -> None:
    asked(page)
    open_editor(page, guid)
    type_at_end(page, text)
    kept(page)


def asked(page: Page, *, leave: bool = True) -> list[str]:
    """Answer the browser's questions from now on. Returns them as they come."""
    questions: list[str] = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.type)
        if leave:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    return questions


def kept(page: Page) -> None:
    page.wait_for_timeout(700)
    assert drafts(page)


def drafts(page: Page) -> list[str]:
    keys: list[str] = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('borealis-draft:'))")
    return sorted(keys)


def drafts_after_pause(page: Page) -> list[str]:
    page.wait_for_timeout(700)
    return drafts(page)


def save(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    page.wait_for_load_state("load")
    page.wait_for_timeout(100)
