"""Install codes: administrators make them, each is shown once, and none that a device has used is deleted."""

import re
from typing import Any

import pytest
from django.test import Client

from assemblies.fleet.models import InstallCode
from devmode.models import AuditEntry
from tests.fleet.agent import Agent
from tests.matrix.identities import administrator, operator

pytestmark = pytest.mark.usefixtures("db_of_library")
CODES = "/api/admin/enrollment-codes"


def made(client: Client, **other: Any) -> Any:
    return client.post(CODES, {"ttl_hours": 3} | other, content_type="application/json")


def test_a_code_is_shown_once_and_stored_as_a_digest() -> None:
    client = administrator().client()
    answer = made(client)
    code = answer.json()["code"]
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "code", "expires_at", "max_uses", "uses"}
    assert re.fullmatch(r"[0-9A-F]{4}(-[0-9A-F]{4}){7}", code)
    assert (answer.json()["max_uses"], answer.json()["uses"]) == (2, 0)
    row = InstallCode.objects.get()
    assert (row.created_by, code not in row.code_sha256) == ("me", True)
    assert code not in client.get(CODES).content.decode()
    assert Agent().ask(code).status_code == 200


@pytest.mark.parametrize("other", [{"ttl_hours": 2}, {"ttl_hours": 25}, {"max_uses": 0}, {"max_uses": 11}])
def test_other_times_and_numbers_are_refused(other: dict[str, int]) -> None:
    answer = made(administrator().client(), **other)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_ttl")
    assert not InstallCode.objects.exists()


def test_one_that_is_unused_is_deleted_and_devices_enrol_with_it_no_more() -> None:
    client = administrator().client()
    answer = made(client).json()
    assert client.delete(f"{CODES}/{answer['id']}").status_code == 204
    assert Agent().ask(answer["code"]).json()["code"] == "invalid_enrollment_code"
    assert client.delete(f"{CODES}/{answer['id']}").status_code == 404


def test_one_that_was_used_stays() -> None:
    client = administrator().client()
    answer = made(client).json()
    Agent().ask(answer["code"])
    refused = client.delete(f"{CODES}/{answer['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "code_used")
    assert client.get(CODES).json()["codes"][0]["uses"] == 1


def test_nobody_but_administrators_may_and_the_refusal_is_audited() -> None:
    client = operator().client()
    assert [made(client).status_code, client.get(CODES).status_code] == [403, 403]
    assert AuditEntry.objects.filter(event="device.make_code", outcome="denied").count() == 2
    assert Client().get(CODES).status_code == 401


def test_making_and_deleting_are_audited_without_the_code() -> None:
    client = administrator().client()
    answer = made(client).json()
    client.delete(f"{CODES}/{answer['id']}")
    entries = AuditEntry.objects.filter(event__startswith="device.").order_by("sequence")
    assert [entry.event for entry in entries] == ["device.make_code", "device.delete_code"]
    assert all(answer["code"] not in str(entry.detail) for entry in entries)
