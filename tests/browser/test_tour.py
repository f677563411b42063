"""A tour of every screen: for each role no page complains, and axe-core finds nothing serious."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from assemblies.payloads import PayloadStore
from tests.browser.conftest import Visit
from tests.browser.stocked import Stocked, stock

PAGES = {
    "front": "/admin/",
    "library": "/admin/assemblies/assembly/",
    "search": "/admin/assemblies/assembly/?q=logrotate",
    "own": "/admin/assemblies/assembly/{own}/change/",
    "official": "/admin/assemblies/assembly/{official}/change/",
    "community": "/admin/assemblies/assembly/{community}/change/",
    "workflow": "/admin/assemblies/assembly/{workflow}/change/#script",
    "history": "/admin/assemblies/assembly/{own}/change/#history",
    "diff": "/admin/assemblies/assembly/{own}/diff/",
    "runs": "/admin/runs/",
    "run": "/admin/runs/{run}/",
    "queue": "/admin/queue/",
    "access": "/account/access",
}
OF_WRITERS = {
    "new": "/admin/assemblies/assembly/add/",
    "copy": "/admin/assemblies/assembly/{official}/copy/",
    "import": "/admin/assemblies/assembly/import/",
    "delete": "/admin/assemblies/assembly/{own}/delete/",
}
OF_ADMINISTRATORS = {
    "dev-mode": "/admin/dev-mode/",
    "grants": "/admin/dev-mode/grants/",
    "syncs": "/admin/assemblies/syncrecord/",
    "audit": "/admin/devmode/auditentry/",
    "health": "/admin/health/",
    "journal": "/admin/assemblies/journalentry/",
    "tokens": "/admin/devmode/apitoken/",
    "password": "/admin/password_change/",
    "components": "/admin/components/",
}
IN_DEV_MODE = {"run-form": "/admin/assemblies/assembly/{own}/run/"}
EVERY = PAGES | OF_WRITERS | OF_ADMINISTRATORS
OF_ROLES = {
    ("viewer", False): PAGES,
    ("operator", False): PAGES | OF_WRITERS,
    ("administrator", False): EVERY,
    ("administrator", True): EVERY | IN_DEV_MODE,
}
# The gate goes round once for each role.
LOOKS = [
    pytest.param({}, id="light"),
    pytest.param({"dark": True}, id="dark", marks=pytest.mark.slow),
    pytest.param({"phone": True}, id="phone", marks=pytest.mark.slow),
]
Accessible = Callable[[Page], None]
Picture = Callable[[Page, str], None]


@pytest.fixture
def stocked(library: PayloadStore, live_server: object) -> Stocked:
    return stock(library)


@pytest.mark.parametrize(("role", "dev_mode"), OF_ROLES)
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_works_and_can_be_read_by_everyone(
    visit: Visit, stocked: Stocked, accessible: Accessible, picture: Picture, role: str, dev_mode: bool,
    look: dict[str, bool],
) -> None:  # fmt: skip
    page = visit(role, dev_mode=dev_mode, **look)
    for name, path in OF_ROLES[role, dev_mode].items():
        answer = page.goto(path.format(**vars(stocked)))
        assert answer is not None
        assert answer.status == 200, path
        accessible(page)
        if look.get("phone"):
            assert page.evaluate("document.documentElement.scrollWidth") <= 391, f"{name} is wider than a phone"
        picture(page, "-".join([name, role, *(["dev"] if dev_mode else []), *look]))
