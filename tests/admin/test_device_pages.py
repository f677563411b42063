"""The pages of devices: what everybody sees, what administrators decide, and that a code is shown once."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import Settings

from assemblies.fleet.agent_file import build_agent
from assemblies.fleet.models import Device, DeviceApproval, InstallCode
from assemblies.fleet.signing import public_key
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in
from tests.fleet.agent import DETAILS, Agent, enrolled, new_code

pytestmark = pytest.mark.usefixtures("db_of_library")
DEVICES, APPROVALS, CODES = "/admin/devices/", "/admin/devices/approvals/", "/admin/devices/codes/"
AGENT = "/admin/devices/agent/"


@pytest.fixture
def viewer_client() -> Client:
    return signed_in(User.objects.create_user("vera"))


def said(answer: Any) -> str:
    """Return what a page says once it was led back to."""
    return str(answer.content.decode())


def grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[start : start + 4] for start in range(0, 64, 4))


def test_everybody_sees_the_devices_and_no_way_to_change_them(viewer_client: Client) -> None:
    agent = enrolled()
    page = said(viewer_client.get(DEVICES))
    assert "web-1" in page
    assert APPROVALS not in page
    page = said(viewer_client.get(f"{DEVICES}{agent.guid}/"))
    assert grouped(agent.fingerprint) in page
    assert f"{DEVICES}{agent.guid}/change/" not in page


def test_without_devices_it_says_how_to_begin(superuser: Client) -> None:
    page = said(superuser.get(DEVICES))
    assert "No device is enrolled yet" in page
    assert CODES in page


def test_the_list_is_narrowed_by_name_and_status(superuser: Client) -> None:
    enrolled("web-1")
    enrolled("db-1")
    Device.objects.filter(hostname="db-1").update(status="quarantined")
    assert "web-1" not in said(superuser.get(f"{DEVICES}?status=quarantined"))
    assert "db-1" not in said(superuser.get(f"{DEVICES}?q=WEB"))
    assert "No device fits" in said(superuser.get(f"{DEVICES}?q=nothing"))


def test_what_a_device_reports_is_drawn_as_text(superuser: Client) -> None:
    agent = enrolled()
    agent.call(DETAILS, {"hostname": "<b>x</b>\u202e", "inventory": {"os": {"name": "<script>"}, "disks": ["a", "b"]}})
    page = said(superuser.get(f"{DEVICES}{agent.guid}/"))
    assert "os.name" in page
    assert "a, b" in page
    assert "&lt;script&gt;" in page
    assert "<b>x</b>" not in page
    assert "\u202e" not in page
    assert "It calls itself" in page


def test_what_the_agent_reports_is_said_in_words(superuser: Client) -> None:
    agent = enrolled()
    agent.call(DETAILS, {"inventory": {"os": "Debian GNU/Linux 12", "processors": "4", "rack": "B7"}})
    german = said(superuser.get(f"{DEVICES}{agent.guid}/", headers={"Accept-Language": "de"}))
    page = said(superuser.get(f"{DEVICES}{agent.guid}/"))
    for name in ("Operating system", "Processors", "rack"):
        assert f"<bdi>{name}</bdi>" in page
    assert "<bdi>Betriebssystem</bdi>" in german


def test_an_unknown_device_is_not_found(superuser: Client) -> None:
    assert superuser.get(f"{DEVICES}nothing/").status_code == 404
    assert superuser.post(f"{DEVICES}nothing/change/", {"status": "revoked"}).status_code == 404


def test_an_administrator_sets_groups_tags_and_how_much_it_does(superuser: Client) -> None:
    agent = enrolled()
    sent = {"groups": "web, eu,, web", "tags": "", "max_concurrent": "3"}
    answer = superuser.post(f"{DEVICES}{agent.guid}/change/", sent, follow=True)
    assert "Saved." in said(answer)
    device = agent.device
    assert (sorted(label.name for label in device.labels.all()), device.max_concurrent) == (["eu", "web"], 3)


@pytest.mark.parametrize(
    "sent", [{"max_concurrent": "0"}, {"max_concurrent": "x"}, {"max_concurrent": "1", "tags": "x" * 65}]
)
def test_what_does_not_fit_is_said_and_not_stored(superuser: Client, sent: dict[str, str]) -> None:
    agent = enrolled()
    page = said(superuser.post(f"{DEVICES}{agent.guid}/change/", {"groups": "web"} | sent, follow=True))
    assert "messagelist" in page
    assert not agent.device.labels.exists()


def test_a_device_is_quarantined_released_and_revoked_for_good(superuser: Client) -> None:
    agent = enrolled()
    path = f"{DEVICES}{agent.guid}/change/"
    for status in ("quarantined", "active", "revoked"):
        superuser.post(path, {"status": status})
        assert agent.device.status == status
    page = said(superuser.post(path, {"status": "active"}, follow=True))
    assert "has to be enrolled again" in page
    assert agent.device.status == "revoked"
    assert superuser.post(path, {"status": "gone"}).status_code == 400


def test_a_request_is_approved_with_the_fingerprint_that_the_page_showed(superuser: Client) -> None:
    agent = Agent()
    agent.ask(new_code())
    assert grouped(agent.fingerprint) in said(superuser.get(APPROVALS))
    path = f"{APPROVALS}{agent.approval.pk}/approve/"
    page = said(superuser.post(path, {"fingerprint": "0" * 64, "hostname": "web-1"}, follow=True))
    assert "compare it again" in page
    page = said(superuser.post(path, {"fingerprint": agent.fingerprint, "hostname": "front"}, follow=True))
    assert "Approved as front" in page
    assert Device.objects.get().hostname == "front"


def test_a_name_that_is_taken_is_decided_on_the_page(superuser: Client) -> None:
    old, agent = enrolled("web-1"), Agent()
    agent.ask(new_code())
    assert "Another device has this name" in said(superuser.get(APPROVALS))
    path, sent = f"{APPROVALS}{agent.approval.pk}/approve/", {"hostname": "web-1"}
    assert "choose whether" in said(superuser.post(path, sent, follow=True))
    superuser.post(path, sent | {"conflict_resolution": "overwrite"})
    assert (old.device.status, agent.approval.status) == ("revoked", "approved")


def test_a_request_is_denied_once(superuser: Client) -> None:
    agent = Agent()
    agent.ask(new_code())
    path = f"{APPROVALS}{agent.approval.pk}/deny/"
    assert "Denied." in said(superuser.post(path, follow=True))
    assert "decided already" in said(superuser.post(path, follow=True))
    assert superuser.post(f"{APPROVALS}99/deny/").status_code == 404


def test_a_code_is_in_the_answer_that_made_it_and_nowhere_else(superuser: Client) -> None:
    page = said(superuser.post(CODES, {"ttl_hours": "6", "max_uses": "1"}))
    [code] = set(re.findall(r"(?:[0-9A-F]{4}-){7}[0-9A-F]{4}", page))
    assert code not in said(superuser.get(CODES))
    assert Agent().ask(code).status_code == 200
    assert "1 of 1" in said(superuser.get(CODES))


def test_the_code_comes_with_the_line_that_enrols(superuser: Client, settings: Settings) -> None:
    page = said(superuser.post(CODES, {"ttl_hours": "6", "max_uses": "1"}))
    assert re.search(rf"enrol --server &#x27;{settings.PUBLIC_ORIGIN}&#x27; --code (?:[0-9A-F]{{4}}-){{7}}", page)


def test_operators_too_see_how_the_agent_is_installed(
    superuser: Client, viewer_client: Client, settings: Settings
) -> None:
    client = signed_in(User.objects.create_user("olga"))
    assert client.get(AGENT).status_code == viewer_client.get(AGENT).status_code == 403
    User.objects.get(username="olga").groups.add(Group.objects.get(name="Operators"))
    pages = [said(one.get(AGENT)) for one in (client, superuser)]
    built = build_agent()
    for page in pages:
        assert page.count(built.sha256) >= 2 and built.signature in page and public_key() in page
        assert f"{settings.PUBLIC_ORIGIN}/api/agent/download" in page
        assert "enrol --server" in page and "systemctl enable --now borealis-agent" in page
    assert CODES not in pages[0] and CODES in pages[1]


def test_a_code_that_nothing_used_is_deleted(superuser: Client) -> None:
    superuser.post(CODES, {"ttl_hours": "1", "max_uses": "1"})
    number = InstallCode.objects.get().pk
    superuser.post(f"{CODES}{number}/delete/")
    assert not InstallCode.objects.exists()
    assert superuser.post(f"{CODES}{number}/delete/").status_code == 404


def test_other_hours_are_refused(superuser: Client) -> None:
    assert "1, 3, 6, 12 or 24" in said(superuser.post(CODES, {"ttl_hours": "2", "max_uses": "1"}, follow=True))
    assert not InstallCode.objects.exists()


def test_nobody_else_decides_and_the_attempt_is_audited(viewer_client: Client) -> None:
    enrolled_agent, agent = enrolled(), Agent(hostname="web-2")
    agent.ask(new_code())
    for path in (APPROVALS, CODES):
        assert viewer_client.get(path).status_code == 403
    number = agent.approval.pk
    for path in (
        f"{APPROVALS}{number}/approve/",
        f"{APPROVALS}{number}/deny/",
        CODES,
        f"{DEVICES}{enrolled_agent.guid}/change/",
    ):
        assert viewer_client.post(path, {"status": "revoked"}).status_code == 403
    assert AuditEntry.objects.filter(outcome="denied").count() == 4
    assert (enrolled_agent.device.status, DeviceApproval.objects.get(pk=number).status) == ("active", "pending")


def test_nobody_who_is_not_signed_in_sees_anything() -> None:
    for path in (DEVICES, APPROVALS, CODES, AGENT):
        assert Client().get(path)["Location"].startswith("/admin/login/")
