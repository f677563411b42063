"""The pictures of devices in docs/screens.md; with SCREENSHOTS=docs/screens they are taken again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from assemblies.demo.fill import fill
from assemblies.execution import worker_messages
from assemblies.execution.claim import WorkerFacts, claim
from assemblies.execution.models import ExecutionEpoch, Run
from assemblies.execution.states import EventType
from assemblies.execution.worker_messages import Chunk, Ended
from assemblies.fleet.models import Device
from assemblies.fleet.simulation import GROUP, make_devices
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.agent.machines import submitted
from tests.browser.conftest import Visit
from tests.fleet.conftest import nobody_heard, signing_key_file

__all__ = ["nobody_heard", "signing_key_file"]
Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
COUNT = 200
PAGES = {
    "devices": "/admin/devices/",
    "device-approvals": "/admin/devices/approvals/",
    "device-agent": "/admin/devices/agent/",
}


@pytest.fixture
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue is named from here, so that the pictures do not say where that is."""
    monkeypatch.chdir(tmp_path)


def test_what_an_administrator_sees_of_the_fleet(
    visit: Visit,
    library: PayloadStore,
    picture: Picture,
    accessible: Check,
    settings: Any,
    tmp_path: Path,
    monkeypatch: Any,
) -> None:
    monkeypatch.chdir(tmp_path)
    settings.OFFICIAL_SOURCE, settings.PUBLIC_ORIGIN = "official-catalogue", "https://library.example"
    User.objects.create_superuser(settings.ADMIN_USERNAME)
    fill(library, Path(settings.OFFICIAL_SOURCE))
    page = visit("administrator")
    for name, path in PAGES.items():
        page.goto(path)
        accessible(page)
        picture(page, name)
    page.goto(f"/admin/devices/{Device.objects.get(hostname='fs1').guid}/")
    accessible(page)
    picture(page, "device")
    page.goto("/admin/devices/codes/")
    page.get_by_role("button", name="Make a code").click()
    expect(page.locator("#enrol-line")).to_contain_text("enrol --server 'https://library.example' --code ")
    accessible(page)


@pytest.fixture
def fleet(library: PayloadStore, settings: Any) -> list[str]:
    """Two hundred devices, named as people name them."""
    guids = [agent.guid for agent in make_devices(COUNT, settings.PUBLIC_ORIGIN, now=timezone.now())]
    for number, guid in enumerate(guids, 1):
        Device.objects.filter(guid=guid).update(hostname=f"{'web' if number % 3 else 'db'}-{number:03d}.example")
    return guids


def end(guid: str, number: int) -> None:
    """Let a device run what waits for it: most succeed, some fail, one takes too long, some are at it."""
    now = timezone.now()
    worker = WorkerFacts(worker_id=f"device:{guid}", device=guid, actions=frozenset({("AssemblyRun", "Bash")}))
    for item in claim(worker, limit=1, epoch=ExecutionEpoch.objects.get().epoch, now=now):
        key = (item.work_item_hash, item.attempt_number)
        worker_messages.started(*key, worker_id=worker.worker_id, now=now)
        chunk = Chunk(stream="stdout", seq=1, content=b"/var is %d %% full\n" % (20 + number % 60))
        worker_messages.add_output(*key, [chunk], worker_id=worker.worker_id, max_bytes=1 << 20, now=now)
        if number % 40 == 7:
            continue
        event, code, error = EventType.COMPLETED, 0, ""
        if number % 17 == 3:
            event, code, error = EventType.FAILED, 2, "The script ended with exit code 2."
        ended = Ended(event=event, exit_code=code, error=error, output_bytes=len(chunk.content))
        worker_messages.ended(*key, ended, worker_id=worker.worker_id, now=now)


def test_what_a_run_on_two_hundred_devices_looks_like(
    visit: Visit, library: PayloadStore, fleet: list[str], operator: Actor, picture: Picture, accessible: Check
) -> None:
    run: Run = submitted(
        library, operator, "df -h", f"group:{GROUP}", document={"name": "Full file systems"}, confirm_count=COUNT
    )
    for number, guid in enumerate(fleet[:180], 1):
        end(guid, number)
    page = visit("operator")
    page.goto(f"/admin/runs/{run.run_id}/")
    rows = page.locator("#run-devices tbody tr")
    expect(rows).to_have_count(COUNT)
    expect(page.locator(".run-counts")).to_contain_text("Completed")
    shown = [row.strip() for row in rows.locator(".pill").all_inner_texts()]
    assert shown[:11] == ["Failed"] * 11 and shown[-1] == "Completed", "what needs attention comes first"
    accessible(page)
    picture(page, "run-devices")
