"""Who goes offline is named once in the log, each time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assemblies.fleet import departures
from assemblies.fleet.departures import WRITTEN_WITHIN, log_departures
from assemblies.fleet.models import Device
from assemblies.fleet.presence import OFFLINE_AFTER
from tests.fleet.agent import enrolled

pytestmark = pytest.mark.usefixtures("db_of_library")
NOW = timezone.now()
SECOND = timedelta(seconds=1)
GONE = NOW - OFFLINE_AFTER - WRITTEN_WITHIN


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level("INFO", logger="borealis.engine")
    return caplog


def test_who_vanished_in_the_window_is_named_once(lines: pytest.LogCaptureFixture) -> None:
    gone, there = enrolled("web-1").guid, enrolled("web-2").guid
    Device.objects.filter(guid=gone).update(last_seen=GONE)
    Device.objects.filter(guid=there).update(last_seen=NOW)
    lines.clear()
    for number in range(3):
        log_departures(NOW + (number - 1) * SECOND, NOW + number * SECOND)
    assert [message.partition(", last seen")[0] for message in lines.messages] == [f"fleet: web-1 ({gone}) is offline"]


def test_a_revoked_device_is_not_missed(lines: pytest.LogCaptureFixture) -> None:
    enrolled("web-1")
    Device.objects.update(last_seen=GONE, status="revoked")
    lines.clear()
    log_departures(NOW - SECOND, NOW)
    assert not lines.messages


def test_of_a_whole_site_the_number_is_said(lines: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "MAX_LINES", 1)
    for name in ("web-1", "web-2", "web-3"):
        enrolled(name)
    Device.objects.update(last_seen=GONE)
    lines.clear()
    log_departures(NOW - SECOND, NOW)
    assert len(lines.messages) == 2 and lines.messages[-1] == "fleet: 2 more devices went offline"
