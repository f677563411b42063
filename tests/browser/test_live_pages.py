"""Lists that keep themselves current: by events where a proxy joins both servers, by the clock where none does."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect
from pytest_django import Settings

from assemblies.fleet.models import Device, DeviceStatus
from tests.browser.conftest import Visit
from tests.browser.front import front_of
from tests.browser.stocked import Stocked, stock
from tests.execution.orders import enqueued
from tests.fleet.agent import enrolled
from tests.fleet.conftest import nobody_heard, signing_key_file
from tests.realtime.conftest import Realtime, epoch, realtime

__all__ = ["epoch", "nobody_heard", "realtime", "signing_key_file"]
pytestmark = pytest.mark.usefixtures("epoch")
SOON = 4_000


@pytest.fixture
def front(live_server: Any, realtime: Realtime, settings: Settings) -> Iterator[str]:
    """Both servers at one address."""
    with front_of(live_server.thread.port, realtime.port) as address:
        settings.PUBLIC_ORIGIN = settings.REALTIME_URL = address
        yield address


@pytest.fixture
def stocked(library: Any) -> Stocked:
    return stock(library)


def visiting(visit: Visit, address: str) -> Page:
    """Open a browser that is to speak to this address and no other."""
    page = visit("viewer")
    page.watch.host = urlsplit(address).netloc  # type: ignore[attr-defined]
    return page


def streams(page: Page) -> list[Request]:
    """Return, as it grows, what the page asks the realtime server."""
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if "/api/events/stream" in request.url else None)
    return found


def test_the_list_of_devices_is_told_who_comes_and_goes(visit: Visit, stocked: Stocked, front: str) -> None:
    agent = enrolled("web-live")
    page = visiting(visit, front)
    asked = streams(page)
    page.goto(f"{front}/admin/devices/")
    row = page.get_by_role("row").filter(has_text="web-live")
    expect(row.locator(".pill")).to_have_text("Offline")
    Device.objects.filter(guid=agent.guid).update(last_seen=timezone.now())
    expect(row.locator(".pill")).to_have_text("Online", timeout=SOON)
    Device.objects.filter(guid=agent.guid).update(status=DeviceStatus.QUARANTINED)
    expect(row.locator(".pill")).to_have_text("Quarantined", timeout=SOON)
    assert len(asked) == 1 and asked[0].url == f"{front}/api/events/stream?topics=devices"


def test_the_list_of_runs_is_told_of_a_new_one(visit: Visit, stocked: Stocked, front: str) -> None:
    page = visiting(visit, front)
    page.goto(f"{front}/admin/runs/")
    total = page.locator(".run-filters .count").first
    before = int(total.inner_text())
    enqueued(now=timezone.now())
    expect(total).to_have_text(str(before + 1), timeout=SOON)


def test_without_the_realtime_server_the_clock_tells(visit: Visit, stocked: Stocked) -> None:
    agent = enrolled("web-live")
    page = visit("viewer")
    asked = streams(page)
    page.goto("/admin/devices/")
    row = page.get_by_role("row").filter(has_text="web-live")
    Device.objects.filter(guid=agent.guid).update(last_seen=timezone.now())
    expect(row.locator(".pill")).to_have_text("Online", timeout=15_000)
    assert asked == []
