"""The queue of runs as a page: what runs and waits, how well it does, and what may be done about it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import EventType
from assemblies.execution.subject import subject_of_draft
from assemblies.execution.submission import RunOptions, submit
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in
from tests.execution.orders import carry_out
from tests.permits import may_run

QUEUE = "/admin/runs/queue/"
FETCHED = {"X-Requested-With": "fetch"}


@pytest.fixture(autouse=True)
def _as_another_account(settings: Settings) -> None:
    settings.LOCAL_WORKER, settings.WORKER_USER = "on", "nobody"


@pytest.fixture
def runs(library: PayloadStore, command: Actor) -> list[Run]:
    subject = subject_of_draft("bash", "true", [], max_bytes=100)
    return [submit(subject, RunOptions(), permit=may_run(command), run_id=str(uuid4())) for _number in range(3)]


def item_of(run: Run) -> WorkItem:
    return WorkItem.objects.get(run_id=run.run_id)


def order_on(page: str, runs: list[Run]) -> list[int]:
    """Return the numbers of the runs in the order in which the page names them."""
    return sorted(range(len(runs)), key=lambda number: page.index(f'id="item-{item_of(runs[number]).work_item_hash}"'))


def path_of(run: Run, verb: str) -> str:
    return f"{QUEUE}{item_of(run).work_item_hash}/{verb}/"


def test_what_runs_stands_above_what_waits(superuser: Client, runs: list[Run]) -> None:
    carry_out(is_over=False)
    page = superuser.get(QUEUE).content.decode()
    assert 'In progress <span class="count">1</span>' in page
    assert 'Waiting <span class="count">2</span>' in page
    assert page.index("Running since") < page.index("Waiting since")
    assert "Healthy" in page


def test_what_waits_is_moved_by_administrators(superuser: Client, runs: list[Run]) -> None:
    assert order_on(superuser.get(QUEUE).content.decode(), runs) == [0, 1, 2]
    answer = superuser.post(path_of(runs[2], "move"), {"direction": "up"})
    assert (answer.status_code, answer["Location"]) == (302, QUEUE)
    assert order_on(superuser.get(QUEUE).content.decode(), runs) == [0, 2, 1]
    superuser.post(path_of(runs[0], "move"), {"direction": "down"})
    assert order_on(superuser.get(QUEUE).content.decode(), runs) == [2, 0, 1]
    user = User.objects.create_user("omar", is_staff=True)
    user.groups.add(Group.objects.get(name="Operators"))
    assert signed_in(user).post(path_of(runs[0], "move"), {"direction": "up"}).status_code == 403
    assert order_on(superuser.get(QUEUE).content.decode(), runs) == [2, 0, 1]
    assert AuditEntry.objects.filter(event="run.reorder", outcome="success").count() == 2


@pytest.mark.parametrize("direction", ["", "sideways"])
def test_a_direction_that_is_none_is_rejected(superuser: Client, runs: list[Run], direction: str) -> None:
    assert superuser.post(path_of(runs[0], "move"), {"direction": direction}).status_code == 400


def test_what_was_taken_meanwhile_is_not_moved_and_the_page_says_so(superuser: Client, runs: list[Run]) -> None:
    carry_out()
    page = superuser.post(path_of(runs[0], "move"), {"direction": "up"}, follow=True).content.decode()
    assert "It does not wait any more, so it was not moved." in page


def test_cancel_ends_what_waits_and_is_not_offered_to_others(
    superuser: Client, signed_in_viewer: Client, runs: list[Run]
) -> None:
    assert path_of(runs[0], "cancel") not in signed_in_viewer.get(QUEUE).content.decode()
    assert signed_in_viewer.post(path_of(runs[0], "cancel")).status_code == 403
    assert path_of(runs[0], "cancel") in superuser.get(QUEUE).content.decode()
    superuser.post(path_of(runs[0], "cancel"))
    assert Run.objects.get(run_id=runs[0].run_id).status == "Canceled"
    again = superuser.post(path_of(runs[0], "cancel"), follow=True).content.decode()
    assert "It had ended already." in again


def test_it_keeps_itself_current(superuser: Client, runs: list[Run]) -> None:
    first = superuser.get(QUEUE, headers=FETCHED)
    assert "<html" not in first.content.decode()
    assert superuser.get(QUEUE, headers=FETCHED | {"If-None-Match": first["ETag"]}).status_code == 304
    carry_out(is_over=False)
    changed = superuser.get(QUEUE, headers=FETCHED | {"If-None-Match": first["ETag"]})
    assert (changed.status_code, "In progress" in changed.content.decode()) == (200, True)


def test_an_empty_queue_and_an_unknown_item(superuser: Client) -> None:
    assert "Nothing runs, and nothing waits" in superuser.get(QUEUE).content.decode()
    assert superuser.post(f"{QUEUE}wi-none/cancel/").status_code == 404
    assert superuser.post(f"{QUEUE}wi-none/move/", {"direction": "up"}).status_code == 404


def test_the_front_page_says_what_runs_waits_and_failed(
    superuser: Client, signed_in_viewer: Client, runs: list[Run], guid: str
) -> None:
    carry_out(event=EventType.FAILED, error="It failed.")
    carry_out(is_over=False)
    WorkItem.objects.filter(run_id=runs[2].run_id).update(waiting_for="capability Bash")
    page = superuser.get("/admin/").content.decode()
    for words in (
        "Failed in the last 24 hours",
        "It failed.",
        "It waits for a worker that can run Bash.",
        "Running",
    ):
        assert words in page
    for run in runs:
        assert f'href="/admin/runs/{run.run_id}/"' in page
    told = signed_in_viewer.get("/admin/").content.decode()
    assert (runs[0].run_id in told, "It failed." in told) == (True, False)


def test_failures_of_yesterday_are_no_news_on_the_front_page(superuser: Client, runs: list[Run], guid: str) -> None:
    carry_out(event=EventType.FAILED, error="It failed.")
    assert "It failed." in superuser.get("/admin/").content.decode()
    Run.objects.filter(run_id=runs[0].run_id).update(created_at=timezone.now() - timedelta(hours=25))
    page = superuser.get("/admin/").content.decode()
    assert ("Failed in the last 24 hours" in page, "It failed." in page) == (False, False)
