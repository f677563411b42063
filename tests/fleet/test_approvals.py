"""Approvals: the fingerprint is compared, the administrator names the device, and a name is never taken silently."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from assemblies.fleet.models import Device, DeviceApproval, RefreshToken
from devmode.models import AuditEntry
from tests.fleet.agent import HEARTBEAT, Agent, enrolled, new_code
from tests.matrix.identities import administrator, operator

pytestmark = pytest.mark.usefixtures("db_of_library")
APPROVALS = "/api/admin/device-approvals"


@pytest.fixture
def agent() -> Agent:
    agent = Agent()
    agent.ask(new_code())
    return agent


@pytest.fixture
def client() -> Client:
    return administrator().client()


def approved(client: Client, agent: Agent, **body: Any) -> Any:
    return client.post(f"{APPROVALS}/{agent.approval.pk}/approve", body, content_type="application/json")


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content


def test_the_list_says_what_there_is_to_compare(client: Client, agent: Agent) -> None:
    [line] = client.get(f"{APPROVALS}?status=pending").json()["approvals"]
    assert (line["fingerprint"], line["hostname"], line["status"]) == (agent.fingerprint, "web-1", "pending")
    assert (line["approval_reference"], line["hostname_conflict"]) == (agent.asked["approval_reference"], False)
    assert client.get(f"{APPROVALS}?status=denied").json() == {"approvals": []}
    assert client.get(f"{APPROVALS}?status=lost").status_code == 400


def test_a_compared_request_becomes_a_device(client: Client, agent: Agent) -> None:
    answer = approved(client, agent, fingerprint=agent.fingerprint)
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    device = Device.objects.get()
    assert (device.guid, device.hostname, device.approved_by) == (answer.json()["guid"], "web-1", "me")
    assert device.keys.get().fingerprint == agent.fingerprint
    entry = AuditEntry.objects.get(event="device.approve")
    assert json.loads(entry.detail)["fingerprint"] == agent.fingerprint


def test_another_fingerprint_than_was_compared_is_refused(client: Client, agent: Agent) -> None:
    refused(approved(client, agent, fingerprint=Agent().fingerprint), 409, "approval_changed")
    assert not Device.objects.exists()
    assert not AuditEntry.objects.filter(event="device.approve").exists()


def test_the_administrator_names_the_device(client: Client, agent: Agent) -> None:
    assert approved(client, agent, hostname="front.example").status_code == 200
    device = Device.objects.get()
    assert (device.hostname, device.reported_hostname, device.differs_in_name) == ("front.example", "web-1", True)


@pytest.mark.parametrize("name", ["a b", "<b>", "x" * 63 + "/", "ü", "a\n"])
def test_a_name_is_letters_digits_and_three_signs(client: Client, agent: Agent, name: str) -> None:
    refused(approved(client, agent, hostname=name), 400, "invalid_field")


def test_a_reported_name_that_is_none_has_to_be_replaced(client: Client) -> None:
    agent = Agent(hostname="Ada's laptop")
    agent.ask(new_code())
    refused(approved(client, agent), 400, "invalid_field")
    assert approved(client, agent, hostname="adas-laptop").status_code == 200


def test_a_guid_may_be_chosen_that_no_device_had(client: Client, agent: Agent) -> None:
    guid = str(uuid4())
    refused(approved(client, agent, guid="no guid"), 400, "invalid_field")
    assert approved(client, agent, guid=guid).json()["guid"] == guid.upper()
    other = Agent(hostname="web-2")
    other.ask(new_code())
    refused(approved(client, other, guid=guid.upper()), 409, "device_guid_taken")


def test_a_name_that_is_taken_needs_a_decision(client: Client, agent: Agent) -> None:
    enrolled("WEB-1")
    [waiting] = client.get(f"{APPROVALS}?status=pending").json()["approvals"]
    assert waiting["hostname_conflict"]
    refused(approved(client, agent), 409, "conflict_resolution_required")
    assert agent.approval.status == "pending"


def test_overwrite_revokes_the_old_device_and_hands_nothing_over(client: Client, agent: Agent) -> None:
    old = enrolled("web-1")
    assert approved(client, agent, conflict_resolution="overwrite").status_code == 200
    assert old.device.status == "revoked"
    assert old.call(HEARTBEAT).json()["code"] == "device_revoked"
    assert old.refresh().json()["code"] == "device_revoked"
    assert not RefreshToken.objects.filter(device=old.device, revoked_at=None).exists()
    assert Device.objects.enrolled().get().hostname == "web-1"


def test_coexist_gives_the_new_one_a_number(client: Client, agent: Agent) -> None:
    old = enrolled("web-1")
    assert approved(client, agent, conflict_resolution="coexist").status_code == 200
    third = Agent()
    third.ask(new_code())
    assert approved(client, third, conflict_resolution="coexist").status_code == 200
    assert sorted(Device.objects.values_list("hostname", flat=True)) == ["web-1", "web-1-2", "web-1-3"]
    assert old.call(HEARTBEAT).status_code == 200


def test_the_name_of_a_removed_device_is_free(client: Client, agent: Agent) -> None:
    enrolled("web-1")
    Device.objects.update(status="decommissioned")
    assert approved(client, agent).status_code == 200


def test_what_was_decided_is_decided(client: Client, agent: Agent) -> None:
    deny = f"{APPROVALS}/{agent.approval.pk}/deny"
    assert client.post(deny).json()["status"] == "denied"
    for answer in (client.post(deny), approved(client, agent)):
        refused(answer, 409, "approval_not_pending")
    assert not Device.objects.exists()
    assert AuditEntry.objects.filter(event="device.deny").count() == 1
    assert not AuditEntry.objects.filter(event="device.approve").exists()


def test_what_has_expired_is_not_approved(client: Client, agent: Agent) -> None:
    DeviceApproval.objects.update(expires_at=timezone.now())
    refused(approved(client, agent), 409, "approval_not_pending")
    assert client.get(APPROVALS).json()["approvals"][0]["status"] == "expired"


def test_an_unknown_request_is_not_found(client: Client) -> None:
    for word in ("approve", "deny"):
        answer = client.post(f"{APPROVALS}/99/{word}", {}, content_type="application/json")
        refused(answer, 404, "approval_not_found")


def test_nobody_but_administrators_decides(agent: Agent) -> None:
    client = operator().client()
    for path in (f"{APPROVALS}/{agent.approval.pk}/deny", f"{APPROVALS}/{agent.approval.pk}/approve"):
        assert client.post(path, {}, content_type="application/json").status_code == 403
    assert client.get(APPROVALS).status_code == 403
    assert Client().get(APPROVALS).status_code == 401
    assert agent.approval.status == "pending"
