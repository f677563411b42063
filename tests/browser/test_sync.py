"""The official catalogue in a browser: its plan, a sync with its progress, a refusal, and its undoing."""

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings

from assemblies.actions.update import update
from assemblies.admin.progress import THREAD_NAME
from assemblies.models import Assembly, SyncRecord
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import DevModeGrant
from tests.browser.conftest import Visit
from tests.official.git.git_repository import Repository, needs_git
from tests.official.published_folder import guid, publish, publish_many, source_of
from tests.patience import HANG_SECONDS
from tests.permits import may_sync, may_update

LIST = "/admin/assemblies/syncrecord/"
RECORD = re.compile(r"/admin/assemblies/syncrecord/\d+/change/")


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    folder = tmp_path / "published"
    publish_many(folder, 12)
    settings.OFFICIAL_SOURCE = str(folder)
    return folder


@pytest.fixture(autouse=True)
def ended(visit: Visit) -> Any:
    """No work outlives its test."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith(THREAD_NAME):
            thread.join(timeout=HANG_SECONDS)


@pytest.fixture
def synced(folder: Path, library: PayloadStore, command: Actor) -> Path:
    """A catalogue in step with the folder, then changes on both sides."""
    sync(source_of(folder), permit=may_sync(command), store=library)
    update(guid(1), {"summary": "Ours."}, payload=None, permit=may_update(command), store=library)
    publish(folder, 2, script="echo two\necho better\n")
    (folder / "scripts/linux/number-3.json").unlink()
    (folder / "scripts/linux/number-4.json").rename(folder / "four.json")
    publish(folder, 13, name="Thirteen \u202e<script>alert(1)</script>", script="echo \u202egpj.exe\n")
    return folder


def synchronise(page: Page) -> None:
    page.get_by_role("button", name="Synchronise now").click()
    page.wait_for_url(RECORD)


def test_an_administrator_in_dev_mode_plans_and_synchronises(
    visit: Visit, synced: Path, accessible: Any, picture: Any
) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto(LIST)
    expect(page.get_by_role("heading", name="Official catalogue", exact=True)).to_be_visible()
    accessible(page)
    picture(page, "sync-state")
    page.get_by_label("Keep the one local edit").uncheck()
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_role("heading", name="Changed 2")).to_be_visible()
    page.locator("summary", has_text="Number 2").click()
    expect(page.locator(".diff-added", has_text="echo better")).to_be_visible()
    assert SyncRecord.objects.count() == 1
    accessible(page)
    picture(page, "sync-plan")
    page.get_by_label("Keep local edits").check()
    synchronise(page)
    expect(page.locator("#content")).to_contain_text("1 added, 1 changed, 1 moved, 1 removed")
    accessible(page)
    picture(page, "sync-done")
    assert Assembly.objects.get(guid=guid(1)).summary == "Ours."


@needs_git
def test_progress_is_shown_while_a_git_repository_is_read(
    visit: Visit, tmp_path: Path, settings: Settings, picture: Any
) -> None:
    repository = Repository(tmp_path / "repository")
    publish_many(repository.folder, 400)
    repository.commit()
    settings.OFFICIAL_SOURCE = str(repository.folder)
    page = visit("administrator", dev_mode=True)
    page.goto(LIST)
    seen = page.evaluate_handle(
        """() => {
          const seen = new Set();
          new MutationObserver(() => {
            const status = document.querySelector(".progress [role=status]");
            if (status) seen.add(status.textContent);
          }).observe(document.body, { childList: true, subtree: true, characterData: true });
          addEventListener("pagehide", () => sessionStorage.setItem("seen", JSON.stringify([...seen])));
          return seen;
        }"""
    )
    assert seen
    synchronise(page)
    phases = page.evaluate("() => JSON.parse(sessionStorage.getItem('seen'))")
    assert "Reading documents" in phases
    assert "Storing payloads" in phases
    assert Assembly.objects.count() == 400


def test_the_bar_holds_the_buttons_and_the_page_until_the_end(visit: Visit, folder: Path, picture: Any) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto(LIST)
    answers: list[Route] = []
    page.route("**/run/", lambda route: answers.append(route))
    page.get_by_role("button", name="Synchronise now").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("button", name="Synchronise now")).to_be_disabled()
    expect(page.get_by_role("button", name="Show the plan")).to_be_disabled()
    expect(page.locator(".progress [role=status]")).to_have_text("Starting…")
    picture(page, "sync-progress")
    said = '{"phase": "Reading documents", "done": 3, "total": 12}\n\n{"error": "The source is <b>away</b>."}\n'
    answers[0].fulfill(status=200, content_type="application/x-ndjson", body=said)
    expect(page.locator(".progress [role=alert]")).to_have_text("The source is <b>away</b>.")
    expect(page.get_by_role("button", name="Synchronise now")).to_be_enabled()
    expect(page.get_by_role("progressbar")).to_be_hidden()


def test_an_answer_that_breaks_off_says_that_the_work_goes_on(visit: Visit, folder: Path) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto(LIST)
    page.route("**/run/", lambda route: route.fulfill(status=200, content_type="application/x-ndjson", body="\n"))
    page.get_by_role("button", name="Synchronise now").click()
    expect(page.locator(".progress [role=alert]")).to_contain_text("The work goes on on the server")


def test_a_dev_mode_that_ended_meanwhile_is_said_in_place(visit: Visit, folder: Path) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto(LIST)
    DevModeGrant.objects.all().delete()
    page.watch.expect(403)  # type: ignore[attr-defined]
    page.get_by_role("button", name="Synchronise now").click()
    expect(page.locator(".progress [role=alert]")).to_contain_text("Dev Mode")
    assert not Assembly.objects.exists()


def test_an_empty_source_is_refused_with_its_reasons(visit: Visit, synced: Path, accessible: Any, picture: Any) -> None:
    for file in synced.rglob("*.json"):
        file.unlink()
    page = visit("administrator", dev_mode=True)
    page.goto(LIST)
    synchronise(page)
    expect(page.locator(".notice-error")).to_contain_text("The source holds no official document.")
    accessible(page)
    picture(page, "sync-refused")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.locator(".notice-error")).to_contain_text("Nothing can be allowed here")
    assert Assembly.objects.live().count() == 12


def test_a_mass_removal_is_allowed_after_a_look(visit: Visit, synced: Path, picture: Any) -> None:
    for number in range(5, 13):
        (synced / f"scripts/linux/number-{number}.json").unlink()
    page = visit("administrator", dev_mode=True)
    page.goto(LIST)
    page.get_by_role("button", name="Show the plan").click()
    expect(page.locator(".notice-warning")).to_contain_text("would be removed")
    picture(page, "sync-mass-removal")
    page.get_by_label("Allow removing more than half").check()
    synchronise(page)
    expect(page.locator("#content")).to_contain_text("9 removed")


def test_the_last_sync_is_undone(visit: Visit, synced: Path, accessible: Any, picture: Any) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto(LIST)
    synchronise(page)
    page.get_by_role("link", name="Undo this sync…").click()
    expect(page.get_by_role("heading", name="Undo the last sync")).to_be_visible()
    accessible(page)
    picture(page, "sync-undo")
    page.get_by_role("button", name="Undo the sync").click()
    page.wait_for_url(RECORD)
    expect(page.locator("#content")).to_contain_text("A sync was undone")
    page.goto(LIST)
    expect(page.locator("table.syncs")).to_contain_text("Undone")


def test_it_works_without_script(visit: Visit, folder: Path) -> None:
    page = visit("administrator", dev_mode=True)
    page.route("**/progress.js", lambda route: route.fulfill(status=200, content_type="text/javascript", body=""))
    page.goto(LIST)
    synchronise(page)
    expect(page.locator("#content")).to_contain_text("Synchronised: 12 added.")


def test_without_dev_mode_the_state_is_shown_and_the_way_in(
    visit: Visit, synced: Path, accessible: Any, picture: Any
) -> None:
    page = visit("administrator")
    page.goto(LIST)
    expect(page.get_by_role("button", name="Synchronise now")).to_have_count(0)
    expect(page.locator("#content").get_by_role("link", name="Enter Dev Mode")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_see_it_and_cannot_synchronise(visit: Visit, folder: Path, role: str) -> None:
    page = visit(role)
    page.goto("/admin/")
    page.get_by_role("link", name="Official catalogue").first.click()
    page.wait_for_url(f"**{LIST}")
    expect(page.get_by_role("heading", name="Past syncs")).to_be_visible()
    expect(page.get_by_role("button", name="Synchronise now")).to_have_count(0)


@pytest.mark.parametrize(("phone", "dark"), [(True, False), (False, True), (True, True)])
def test_on_a_phone_and_in_the_dark(
    visit: Visit, synced: Path, accessible: Any, picture: Any, phone: bool, dark: bool
) -> None:
    page = visit("administrator", dev_mode=True, phone=phone, dark=dark)
    name = "-phone" * phone + "-dark" * dark
    page.goto(LIST)
    accessible(page)
    picture(page, f"sync-state{name}")
    assert not overflows(page)
    page.get_by_role("button", name="Show the plan").click()
    page.locator("summary", has_text="Number 2").click()
    accessible(page)
    picture(page, f"sync-plan{name}")
    assert not overflows(page)


def overflows(page: Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    return bool(page.evaluate("() => document.scrollingElement.scrollWidth > innerWidth"))
