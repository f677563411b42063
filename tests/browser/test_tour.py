"""A tour of every screen: for each role no page complains, and axe-core finds nothing serious."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.urls import resolve
from playwright.sync_api import Page
from pytest_django import Settings

from assemblies.payloads import PayloadStore
from tests.browser.conftest import Visit
from tests.browser.toured import EVERY, NO_PAGES, OF_ROLES, ROUTE_NAMES, stock_tour

# Words that are drawn over two lines, where no hyphen or space would let them be.
BROKEN_WORDS = r"""() => {
    const found = [], texts = document.createTreeWalker(document.getElementById("content"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const { currentNode: text, currentNode: { parentElement: parent } } = texts;
        if (!parent.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
        if (parent.closest("pre, code, textarea, svg, option, thead, bdi, dd, .ace_editor, .readonly")) continue;
        for (const word of text.data.matchAll(/[\p{L}\p{N}_]{2,}/gu)) {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            const drawn = [...range.getClientRects()].filter(({ width }) => width);
            if (new Set(drawn.map(({ top }) => Math.round(top))).size > 1) found.push(word[0]);
        }
    }
    return found;
}"""
# The gate goes round once for each role.
LOOKS = [
    pytest.param({}, id="light"),
    pytest.param({"dark": True}, id="dark", marks=pytest.mark.slow),
    pytest.param({"phone": True}, id="phone", marks=pytest.mark.slow),
]
Accessible = Callable[[Page], None]
Picture = Callable[[Page, str], None]


@pytest.fixture
def named(library: PayloadStore, live_server: object, settings: Settings) -> dict[str, str]:
    settings.LOCAL_WORKER = "on"
    return stock_tour(library)


@pytest.mark.parametrize(("role", "dev_mode"), OF_ROLES)
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_works_and_can_be_read_by_everyone(
    visit: Visit, named: dict[str, str], accessible: Accessible, picture: Picture, role: str, dev_mode: bool,
    look: dict[str, bool],
) -> None:  # fmt: skip
    page = visit(role, dev_mode=dev_mode, **look)
    named |= {"user": str(User.objects.order_by("pk")[0].pk), "group": str(Group.objects.order_by("pk")[0].pk)}
    for name, path in OF_ROLES[role, dev_mode].items():
        answer = page.goto(path.format(**named))
        assert answer is not None
        assert answer.status == 200, path
        accessible(page)
        assert page.evaluate(BROKEN_WORDS) == [], f"{name} breaks inside words"
        if look.get("phone"):
            assert page.evaluate("document.documentElement.scrollWidth") <= 391, f"{name} is wider than a phone"
        picture(page, "-".join([name, role, *(["dev"] if dev_mode else []), *look]))


def test_the_tour_misses_no_page() -> None:
    anything = dict.fromkeys("own official community workflow run job device".split(), "1") | dict.fromkeys(
        "sync audit journal user group".split(), "2"
    )
    paths = [path.format(**anything).partition("#")[0].partition("?")[0] for path in EVERY.values()]
    assert ROUTE_NAMES - {resolve(path).url_name for path in paths} == NO_PAGES
