"""Presence: written in batches, and never taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assemblies.fleet.models import Device
from assemblies.fleet.presence import BATCH_PERIOD, Presence, is_online
from tests.fleet.agent import enrolled

pytestmark = pytest.mark.usefixtures("db_of_library")
NOW = timezone.now()
SECOND = timedelta(seconds=1)


def seen(guid: str) -> object:
    return Device.objects.get(guid=guid).last_seen


def test_who_is_heard_within_a_second_is_written_with_the_next_batch() -> None:
    first, second, presence = enrolled("web-1").guid, enrolled("web-2").guid, Presence()
    presence.note(first, now=NOW)
    presence.note(second, now=NOW + BATCH_PERIOD / 2)
    assert (seen(first), seen(second)) == (NOW, None)
    presence.note(first, now=NOW + BATCH_PERIOD)
    assert (seen(first), seen(second)) == (NOW + BATCH_PERIOD, NOW + BATCH_PERIOD / 2)


def test_a_later_time_of_another_process_stays() -> None:
    guid = enrolled().guid
    Presence().note(guid, now=NOW + SECOND)
    Presence().note(guid, now=NOW)
    assert seen(guid) == NOW + SECOND


def test_a_clock_that_was_set_back_stops_no_batch() -> None:
    guid, presence = enrolled().guid, Presence()
    presence.note(guid, now=NOW + timedelta(hours=1))
    Device.objects.update(last_seen=None)
    presence.note(guid, now=NOW)
    assert seen(guid) == NOW


def test_an_ended_device_is_never_online() -> None:
    agent = enrolled()
    Device.objects.update(last_seen=NOW)
    assert is_online(agent.device, now=NOW)
    Device.objects.update(status="revoked")
    assert not is_online(agent.device, now=NOW)
