"""The frame of every page, for each role."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit


@pytest.mark.parametrize("role", ["viewer", "operator", "administrator", "superuser"])
def test_everyone_who_is_signed_in_comes_in(visit: Visit, accessible, picture, role: str) -> None:  # type: ignore[no-untyped-def]
    page = visit(role)
    page.goto("/admin/")
    expect(page.locator("#site-name")).to_have_text("Borealis Assemblies")
    accessible(page)
    picture(page, f"frame-{role}")
