"""The write queue in a browser: it keeps itself current, and writing, discarding and failing look as they should."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.documents_made import script
from tests.permits import may_create, may_update

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
QUEUE = "/admin/queue/"
HOSTILE = "<script>alert(1)</script> \u202e reversed " + "long" * 40


@pytest.fixture
def waiting(library: PayloadStore, operator: Actor, command: Actor) -> str:
    """A change of an assembly that was written before, next to others that were never."""
    guid = create(script("Restart spooler"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    flush()
    update(guid, {"summary": "Restarts it."}, payload=b"echo restart\n", permit=may_update(operator), store=library)
    create(script("Shared clean-up"), domain=Domain.COMMUNITY, permit=may_create(command), store=library)
    create(script(HOSTILE), domain=Domain.USER, permit=may_create(operator), store=library)
    return guid


@contextmanager
def unwritable(domain: Domain) -> Iterator[None]:
    """Put a folder where the domain's database file is."""
    connection = connections[domain.alias]
    connection.close()
    file = Path(connection.settings_dict["NAME"])
    away = file.rename(f"{file}.away")
    file.mkdir()
    yield
    file.rmdir()
    away.rename(file)
    connection.close()


def test_an_operator_discards_a_write_of_their_own(
    visit: Visit, accessible: Check, picture: Picture, waiting: str
) -> None:
    page = visit("operator")
    page.goto(QUEUE)
    expect(page.locator("#queue-title")).to_have_text("3 pending writes")
    expect(page.get_by_role("button", name="Flush")).to_have_count(0)
    expect(page.get_by_role("link", name="Discard Shared clean-up")).to_have_count(0)
    accessible(page)
    picture(page, "queue-operator")
    page.get_by_role("link", name="Discard Restart spooler").click()
    expect(page.locator(".facts")).to_contain_text("Script, Summary")
    accessible(page)
    picture(page, "queue-discard")
    page.get_by_role("button", name="Discard the pending write").click()
    expect(page.locator(".messagelist")).to_contain_text("“Restart spooler” is again as its database holds it.")
    expect(page.locator("#queue-live")).to_contain_text("Settled with the next flush")
    assert Assembly.objects.get(guid=waiting).summary == ""


def test_an_administrator_in_dev_mode_sees_the_count_down_and_writes(
    visit: Visit, accessible: Check, picture: Picture, waiting: str
) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto(QUEUE)
    count_down = page.locator("section", has_text="User-Created").locator(".count-down").first
    expect(count_down).to_contain_text("in ")
    before = count_down.text_content()
    expect(count_down).not_to_have_text(before or "")
    accessible(page)
    picture(page, "queue-dev-mode")
    page.get_by_role("button", name="Flush now: Community").click()
    expect(page.locator(".messagelist")).to_contain_text("1 change was written to Community. 2 assemblies still wait.")
    page.get_by_role("button", name="Flush all now").click()
    expect(page.locator(".all-done")).to_be_visible()
    accessible(page)
    picture(page, "queue-empty")


def test_the_page_keeps_itself_current_and_the_focus_where_it_is(
    visit: Visit, library: PayloadStore, operator: Actor, waiting: str
) -> None:
    page = visit("viewer")
    page.goto(QUEUE)
    page.locator(f"#assembly-{waiting}").focus()
    create(script("Newcomer"), domain=Domain.USER, permit=may_create(operator), store=library)
    expect(page.locator("#queue-title")).to_have_text("4 pending writes")
    expect(page.locator(f"#assembly-{waiting}")).to_be_focused()
    expect(page.locator("#queue-said")).to_have_text("4 assemblies wait to be written.")
    flush()
    expect(page.locator(".all-done")).to_be_visible()
    expect(page.locator("#queue-reload")).to_be_focused()


def test_what_somebody_selects_stays_until_they_let_go(
    visit: Visit, library: PayloadStore, operator: Actor, waiting: str
) -> None:
    page = visit("viewer")
    page.goto(QUEUE)
    page.evaluate("document.getSelection().selectAllChildren(document.getElementById('queue-live'))")
    create(script("Newcomer"), domain=Domain.USER, permit=may_create(operator), store=library)
    page.wait_for_timeout(4000)
    expect(page.locator("#queue-title")).to_have_text("3 pending writes")
    page.evaluate("document.getSelection().removeAllRanges()")
    expect(page.locator("#queue-title")).to_have_text("4 pending writes")


@pytest.mark.sqlite("a folder is put where the file is")
def test_a_domain_that_cannot_be_written_shows_why_and_recovers(
    visit: Visit, accessible: Check, picture: Picture, waiting: str
) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto(QUEUE)
    with unwritable(Domain.USER):
        page.get_by_role("button", name="Flush all now").click()
        expect(page.locator(".messagelist .error")).to_contain_text("User-Created: The domain database is missing")
        expect(page.locator(".messagelist .info")).to_contain_text("1 change was written to Community.")
        expect(page.locator(".is-failing")).to_contain_text("Nothing is lost")
        accessible(page)
        picture(page, "queue-failing")
    page.get_by_role("button", name="Retry now: User-Created").click()
    expect(page.locator(".all-done")).to_be_visible()


def test_an_administrator_without_dev_mode_is_led_to_it(visit: Visit, waiting: str) -> None:
    page = visit("administrator")
    page.goto(QUEUE)
    expect(page.get_by_role("button", name="Flush")).to_have_count(0)
    assert page.locator("#enter-dev-mode").get_attribute("href") == "/admin/dev-mode/?next=/admin/queue/"


@pytest.mark.parametrize(("phone", "dark"), [(True, False), (False, True), (True, True)])
def test_it_is_readable_on_a_phone_and_in_the_dark(
    visit: Visit, accessible: Check, picture: Picture, waiting: str, phone: bool, dark: bool
) -> None:
    page = visit("operator", phone=phone, dark=dark)
    page.goto(QUEUE)
    accessible(page)
    picture(page, f"queue{'-phone' if phone else ''}{'-dark' if dark else ''}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
