"""Jobs and the copy of what was run, as administrators meet them: the next times, history, calendar, pill."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from assemblies.execution.models import Run
from assemblies.execution.states import EventType
from assemblies.payloads import PayloadStore
from assemblies.schedules.models import Job
from assemblies.targets.replicator import Replicator
from tests.browser.conftest import Visit
from tests.browser.stocked import Stocked, stock_without_waiting
from tests.execution.orders import carry_out
from tests.fleet.devices_made import devices
from tests.schedules.jobs_made import looked

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
MINUTES = 5


@pytest.fixture(autouse=True)
def _on_this_server(settings: Settings) -> None:
    settings.LOCAL_WORKER = "on"


@pytest.fixture
def stocked(library: PayloadStore) -> Stocked:
    """A library in which no run waits, with two devices of a group."""
    stocked = stock_without_waiting(library)
    for device, name in zip(devices(2, "group:web"), ("web-1", "web-2"), strict=True):
        device.hostname = name
        device.save()
    return stocked


def filled(page: Page, stocked: Stocked, name: str) -> None:
    page.goto(f"/admin/schedules/add/?assembly={stocked.own}")
    page.get_by_label("Name", exact=True).fill(name)


def test_the_next_times_are_seen_before_anything_is_saved(
    visit: Visit, stocked: Stocked, accessible: Check, picture: Picture
) -> None:
    page = visit("administrator", dev_mode=True)
    filled(page, stocked, "Full disks, before work")
    page.get_by_label("Group web").check()
    page.get_by_label("Schedule", exact=True).select_option("cron")
    page.get_by_label("Cron rule", exact=True).fill("30 6 * * 1-5")
    page.get_by_label("Time zone of the cron rule").fill("Europe/Berlin")
    page.get_by_role("button", name="Show the next times").click()
    expect(page.get_by_text("At 06:30 on Monday to Friday (Europe/Berlin)")).to_be_visible()
    expect(page.locator(".schedule-preview .schedule-times li")).to_have_count(5)
    assert not Job.objects.exists()
    accessible(page)
    page.locator(".schedule-preview").scroll_into_view_if_needed()
    picture(page, "schedule-form")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Full disks, before work")).to_be_visible()
    assert Job.objects.get().targets == ["group:web"]


def test_an_assembly_is_suggested_while_its_name_is_typed(visit: Visit, stocked: Stocked) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto("/admin/schedules/add/")
    page.get_by_label("Add an assembly").press_sequentially("full dis")
    option = page.locator("#job-found option").first
    expect(option).to_have_attribute("value", f"Report full disks ({stocked.own})")
    page.get_by_label("Add an assembly").fill(option.get_attribute("value") or "")
    page.get_by_role("button", name="Show the next times").click()
    expect(page.locator(".schedule-component")).to_contain_text("Report full disks")


def test_history_says_what_failed_and_runs_it_again(
    visit: Visit, stocked: Stocked, library: PayloadStore, accessible: Check, picture: Picture
) -> None:
    page = visit("administrator", dev_mode=True)
    filled(page, stocked, "Full disks")
    page.get_by_label("This server").check()
    page.get_by_label("Schedule", exact=True).select_option("every_5_minutes")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("It has not run yet.")).to_be_visible()
    first = Job.objects.get().next_at
    assert first
    for number, event in enumerate((EventType.COMPLETED, EventType.COMPLETED, EventType.FAILED)):
        looked(library, first + number * timedelta(minutes=MINUTES))
        carry_out(event=event)
    looked(library, first + timedelta(minutes=2 * MINUTES, seconds=1))

    page.reload()
    expect(page.locator("tbody .pill")).to_have_text(["Failed", "Success", "Success"])
    accessible(page)
    picture(page, "schedule")
    page.goto("/admin/schedules/calendar/")
    expect(page.get_by_role("link", name="Full disks").first).to_be_visible()
    accessible(page)
    picture(page, "calendar")
    page.goto("/admin/schedules/")
    page.get_by_role("link", name="Full disks").click()
    page.get_by_role("button", name="Run the failed again").click()
    expect(page.get_by_role("link", name="again")).to_be_visible()
    assert Run.objects.exclude(rerun_of="").count() == 1


def test_the_pill_says_how_the_copy_is(visit: Visit, stocked: Stocked, accessible: Check, picture: Picture) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto("/admin/persistence/")
    page.get_by_label("Name of the new target").fill("archive")
    page.get_by_label("Database, or for SQLite").fill("evidence")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("1. Target").select_option(label="archive (SQLite)")
    page.get_by_role("button", name="Show its databases").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".pill-warning").first).to_be_visible()
    replicator = Replicator()
    try:
        replicator.work(probes=True)
    finally:
        replicator.close()
    expect(page.locator(".pill-good").first).to_be_visible()
    accessible(page)
    picture(page, "persistence")
