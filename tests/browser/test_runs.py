"""Runs as people meet them: the form, output as it comes, a cancel, the queue. The worker is called from here."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from assemblies.execution import worker_messages
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import EventType
from assemblies.execution.worker_messages import Ended
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.browser.stocked import Stocked, stock_without_waiting
from tests.execution import test_workflows as workflows
from tests.execution.orders import WORKER, carry_out

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
ITEM = "/admin/assemblies/assembly/{}/change/"


@pytest.fixture(autouse=True)
def _on_this_server(settings: Settings) -> None:
    settings.LOCAL_WORKER = "on"


@pytest.fixture
def stocked(library: PayloadStore) -> Stocked:
    """A library in which no run waits."""
    return stock_without_waiting(library)


def submitted(page: Page, stocked: Stocked) -> Run:
    page.goto(ITEM.format(stocked.own))
    page.get_by_role("link", name="Run", exact=True).click()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Queued").first).to_be_visible()
    return Run.objects.latest("created_at")


def end(item: WorkItem, event: EventType = EventType.COMPLETED) -> None:
    names = (item.work_item_hash, item.attempt_number)
    worker_messages.ended(*names, Ended(event=event, exit_code=0), worker_id=WORKER.worker_id, now=timezone.now())


def test_output_arrives_while_one_looks_until_the_run_has_ended(
    visit: Visit, stocked: Stocked, accessible: Check, picture: Picture
) -> None:
    page = visit("administrator", dev_mode=True)
    submitted(page, stocked)
    expect(page.get_by_text("Nothing was printed yet.")).to_be_visible()
    item = carry_out(b"first line\n", b"\x1b[32mgreen\x1b[0m \x1b[2J\n", is_over=False)
    expect(page.locator("#run-output")).to_contain_text("first line")
    expect(page.locator(".pill").first).to_have_text("Running")
    picture(page, "run-live")
    accessible(page)
    end(item)
    expect(page.locator(".pill").first).to_have_text("Completed")
    expect(page.get_by_label("Follow")).to_be_hidden()
    expect(page.locator("#run-output")).to_contain_text("green")
    assert "\x1b" not in page.locator("#run-output").inner_text()


def test_a_workflow_is_watched_node_by_node(
    visit: Visit, library: PayloadStore, command: Actor, accessible: Check, picture: Picture
) -> None:
    nodes = {"Find full disks": [], "Rotate logs": ["Find full disks"], "Clear caches": ["Find full disks"],
             "Report": ["Rotate logs", "Clear caches"]}  # fmt: skip
    document = {"name": "Free disk space", "type": "bash", "script": "df -h\n", "script_encoding": "plain"}
    run = workflows.submitted(
        library, command, workflows.workflow(library, command, workflows.made(library, command, document), nodes)
    )
    workflows.carry_out(), workflows.carry_out()
    item = carry_out(b"/var/log: 41 files rotated\n", is_over=False)
    page = visit("administrator", dev_mode=True)
    page.goto(f"/admin/runs/{run.run_id}/")
    expect(page.locator(".run-workflow g.node").filter(has_text="Find full disks")).to_contain_text("Completed")
    rotating = page.locator(".run-workflow g.node").filter(has_text="Rotate logs")
    expect(rotating).to_contain_text("Running")
    picture(page, "run-workflow")
    accessible(page)
    end(item)
    expect(rotating).to_contain_text("Completed")
    expect(rotating).to_have_class("node tone-good")


def test_a_run_is_canceled_where_it_is_watched(visit: Visit, stocked: Stocked) -> None:
    page = visit("administrator", dev_mode=True)
    run = submitted(page, stocked)
    item = carry_out(is_over=False)
    page.get_by_role("button", name="Cancel run").click()
    expect(page.get_by_text("ends as soon as none of it is left")).to_be_visible()
    end(item, EventType.CANCELED)
    expect(page.locator(".pill").first).to_have_text("Canceled")
    run.refresh_from_db()
    assert run.status == "Canceled"


def test_the_queue_is_put_in_order_and_stays_current(visit: Visit, stocked: Stocked, accessible: Check) -> None:
    page = visit("administrator", dev_mode=True)
    for _number in range(2):
        submitted(page, stocked)
    last = WorkItem.objects.latest("id")
    page.goto("/admin/runs/queue/")
    expect(page.get_by_role("heading", name="Waiting 2")).to_be_visible()
    accessible(page)
    page.locator(f"#up-{last.work_item_hash}").click()
    expect(page.locator("[id^=item-]").first).to_have_id(f"item-{last.work_item_hash}")
    carry_out()
    expect(page.get_by_role("heading", name="Waiting 1")).to_be_visible()


def test_default_timeouts_are_set_and_used_by_the_next_form(visit: Visit, stocked: Stocked, accessible: Check) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto("/admin/runs/queue/")
    page.get_by_role("link", name="Default timeouts").click()
    accessible(page)
    page.get_by_label("Every other kind").fill("450")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("use these timeouts")).to_be_visible()
    page.goto(ITEM.format(stocked.own))
    page.get_by_role("link", name="Run", exact=True).click()
    expect(page.get_by_label("Timeout (seconds)")).to_have_attribute("placeholder", "450")


def test_who_may_not_know_sees_that_it_happened_and_no_output(
    visit: Visit, stocked: Stocked, accessible: Check
) -> None:
    run = submitted(visit("administrator", dev_mode=True), stocked)
    carry_out(b"a secret of this server\n")
    page = visit("viewer", phone=True, dark=True)
    page.goto(f"/admin/runs/{run.run_id}/")
    expect(page.get_by_text("Only administrators see what scripts on this server print.")).to_be_visible()
    assert "a secret" not in page.content()
    accessible(page)
