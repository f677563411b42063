"""What people see of devices, and what administrators set: an ended device is over at once, and its work with it."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from assemblies.execution.models import ExecutionEpoch, WorkItem, WorkItemEvent
from assemblies.fleet.models import Device, RefreshToken
from devmode.models import AuditEntry
from tests.execution.orders import EPOCH, claimed, enqueued, item_of
from tests.fleet.agent import DETAILS, HEARTBEAT, Agent, enrolled
from tests.matrix.identities import administrator, operator, viewer

pytestmark = pytest.mark.usefixtures("db_of_library")
AGENTS = "/api/agents"


def patched(client: Client, agent: Agent, **body: Any) -> Any:
    return client.patch(f"{AGENTS}/{agent.guid}", body, content_type="application/json")


def test_everybody_who_is_signed_in_sees_the_devices() -> None:
    agent = enrolled()
    client = viewer().client()
    listed = client.get(AGENTS).json()
    assert (listed["count"], listed["results"][0]["guid"], listed["results"][0]["online"]) == (1, agent.guid, False)
    assert client.get(f"{AGENTS}/{agent.guid.lower()}").json()["inventory"] == {}
    assert client.get(f"{AGENTS}/00000000-0000-4000-8000-000000000000").json()["code"] == "device_not_known"
    assert Client().get(AGENTS).status_code == 401


def test_administrators_set_groups_tags_and_how_much_it_runs() -> None:
    agent, client = enrolled(), administrator().client()
    answer = patched(client, agent, groups=["web", "eu", "web"], tags=["night"], max_concurrent=4)
    assert (answer.status_code, answer.json()["groups"], answer.json()["tags"]) == (200, ["eu", "web"], ["night"])
    assert agent.call(HEARTBEAT).json()["settings"] == {"max_concurrent": 4}
    assert patched(client, agent, groups=["eu"]).json()["groups"] == ["eu"]
    assert AuditEntry.objects.filter(event="device.change").count() == 2


def test_the_list_is_narrowed_by_status_group_tag_and_name() -> None:
    agents, client = [enrolled(f"web-{number}") for number in range(3)], administrator().client()
    patched(client, agents[0], groups=["eu"], tags=["x"])
    patched(client, agents[1], groups=["eu"], status="quarantined")
    patched(client, agents[2], tags=["eu"])

    def names(query: str) -> list[str]:
        return [line["hostname"] for line in client.get(f"{AGENTS}?{query}").json()["results"]]

    assert names("group=eu") == ["web-0", "web-1"]
    assert names("group=eu&tag=x") == ["web-0"]
    assert names("status=quarantined") == ["web-1"]
    assert names("q=EB-2") == ["web-2"]
    assert names("tag=none") == []


@pytest.mark.parametrize(
    "body", [{"max_concurrent": 0}, {"groups": "eu"}, {"status": "gone"}, {"groups": [""]}, {"hostname": "x"}]
)
def test_other_values_and_other_names_are_refused(body: dict[str, Any]) -> None:
    answer = patched(administrator().client(), enrolled(), **body)
    assert (answer.status_code, answer.json()["code"] in {"invalid_field", "unknown_field"}) == (400, True)


def test_a_quarantined_device_is_released_again() -> None:
    agent, client = enrolled(), administrator().client()
    assert patched(client, agent, status="quarantined").json()["status"] == "quarantined"
    assert agent.call(HEARTBEAT).json()["status"] == "quarantined"
    assert patched(client, agent, status="active").json()["status"] == "active"
    assert agent.call(HEARTBEAT).json()["status"] == "active"


@pytest.mark.parametrize("status", ["revoked", "decommissioned"])
def test_an_ended_device_is_refused_from_then_on_and_never_comes_back_by_itself(status: str) -> None:
    agent, client = enrolled(), administrator().client()
    assert patched(client, agent, status=status).status_code == 200
    assert agent.call(HEARTBEAT).json()["code"] == "device_revoked"
    assert agent.refresh().json()["code"] == "device_revoked"
    assert not RefreshToken.objects.filter(revoked_at=None).exists()
    answer = patched(client, agent, status="active")
    assert (answer.status_code, answer.json()["code"]) == (409, "device_ended")


def test_nobody_but_administrators_changes_one() -> None:
    agent = enrolled()
    assert patched(operator().client(), agent, status="revoked").status_code == 403
    assert agent.device.status == "active"


def test_a_device_is_online_for_two_heartbeats_after_its_last_message() -> None:
    agent, client = enrolled(), viewer().client()
    answer = agent.call(HEARTBEAT).json()
    assert (answer["poll_after_ms"], answer["realtime_url"]) == (15000, settings.REALTIME_URL)
    assert client.get(f"{AGENTS}/{agent.guid}").json()["online"]
    Device.objects.update(last_seen=timezone.now() - timedelta(seconds=31))
    assert not client.get(f"{AGENTS}/{agent.guid}").json()["online"]


def test_what_it_reports_is_stored_as_a_claim() -> None:
    agent = enrolled()
    report = {"hostname": "other", "capabilities": ["Bash", "Python", "Bash"], "inventory": {"os": "Linux"}}
    assert agent.call(DETAILS, report).json() == {"status": "ok"}
    device = agent.device
    assert (device.hostname, device.reported_hostname, device.differs_in_name) == ("web-1", "other", True)
    assert (device.capabilities, device.inventory) == (["Bash", "Python"], {"os": "Linux"})
    assert agent.call(DETAILS, {"capabilities": []}).status_code == 200
    assert agent.device.inventory == {"os": "Linux"}


@pytest.mark.parametrize(
    "report", [{"inventory": []}, {"inventory": {"x": "y" * 70_000}}, {"capabilities": ["x"] * 51}, {"groups": ["eu"]}]
)
def test_a_report_is_bounded_and_sets_nothing_that_administrators_set(report: dict[str, Any]) -> None:
    agent = enrolled()
    answer = agent.call(DETAILS, report)
    assert (answer.status_code, answer.json()["error"] in {"invalid_field", "unknown_field"}) == (400, True)
    assert agent.device.inventory == {}


def test_reports_are_limited() -> None:
    agent = enrolled()
    statuses = [agent.call(DETAILS, {}).status_code for _ in range(13)]
    assert statuses == [200] * 12 + [429]


def test_the_work_of_a_revoked_device_ends_at_once_what_it_runs_too() -> None:
    ExecutionEpoch.objects.update_or_create(id=1, defaults={"epoch": EPOCH})
    agent, other = enrolled("web-1"), enrolled("web-2")
    running, waiting, others = (enqueued() for _ in range(3))
    claimed()
    for run, device in ((running, agent), (waiting, agent), (others, other)):
        WorkItem.objects.filter(run_id=run.run_id).update(target_device=device.guid)
    patched(administrator().client(), agent, status="revoked")
    assert [item_of(run).status for run in (running, waiting, others)] == ["Canceled", "Canceled", "Queued"]
    assert item_of(running).cancel_reason == "device revoked"
    event = WorkItemEvent.objects.filter(run_id=waiting.run_id).last()
    assert event is not None
    assert (event.event_type, event.actor) == ("canceled", "me")
