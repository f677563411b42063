"""Where the run form lets somebody run something, and what many devices take."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.execution.models import Run, WorkItem
from assemblies.fleet.models import Device, DeviceLabel
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create


@pytest.fixture
def form(library: PayloadStore, command: Actor) -> str:
    guid = create(script("Say"), domain=Domain.USER, permit=may_create(command), store=library).guid
    return f"/admin/assemblies/assembly/{guid}/run/"


@pytest.fixture
def operator_client(library: PayloadStore) -> Client:
    user = User.objects.create_user("olga", password="a long test password", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="write_user_created"))
    client = Client()
    client.force_login(user)
    return client


def fleet(count: int) -> list[Device]:
    now = timezone.now()
    made = Device.objects.bulk_create(
        Device(guid=f"00000000-0000-4000-8000-{number:012}", hostname=f"web-{number:02}", enrolled_at=now)
        for number in range(count)
    )
    DeviceLabel.objects.bulk_create(DeviceLabel(device=one, kind="group", name="web") for one in made)
    return made


def revision_in(page: str) -> str:
    return page.partition('name="revision" value="')[2].partition('"')[0]


def test_an_operator_runs_on_devices_and_is_not_offered_the_server(operator_client: Client, form: str) -> None:
    [device] = fleet(1)
    page = operator_client.get(form).content.decode()
    assert f'value="{device.guid}"' in page and 'value="group:web"' in page and 'value="server"' not in page
    sent = operator_client.post(form, {"revision": revision_in(page), "target": device.guid})
    run = Run.objects.get()
    assert sent["Location"] == f"/admin/runs/{run.run_id}/"
    assert WorkItem.objects.get(run_id=run.run_id).target_device == device.guid
    assert 'id="run"' in operator_client.get(form.replace("/run/", "/change/")).content.decode()


def test_an_operator_who_sends_the_server_is_refused(operator_client: Client, form: str) -> None:
    fleet(1)
    assert operator_client.post(form, {"revision": "1", "target": "server"}).status_code == 403


def test_a_viewer_is_refused_whatever_they_tick(signed_in_viewer: Client, form: str) -> None:
    [device] = fleet(1)
    for sent in ({}, {"target": device.guid}, {"target": "server"}):
        assert signed_in_viewer.post(form, sent).status_code == 403


def test_without_devices_an_operator_has_nowhere_to_run(operator_client: Client, form: str) -> None:
    assert operator_client.get(form).status_code == 403
    assert 'id="run"' not in operator_client.get(form.replace("/run/", "/change/")).content.decode()


def test_an_administrator_chooses_between_the_server_and_devices(
    superuser: Client, form: str, settings: Settings
) -> None:
    fleet(1)
    settings.LOCAL_WORKER, settings.WORKER_USER = "on", "nobody"
    page = superuser.get(form).content.decode()
    assert 'value="server"' in page
    assert superuser.post(form, {"revision": revision_in(page)}).status_code == 422
    superuser.post(form, {"revision": revision_in(page), "target": ["server", "group:web"]})
    assert WorkItem.objects.count() == 2


def test_many_devices_are_confirmed_on_the_form(operator_client: Client, form: str) -> None:
    fleet(26)
    revision = revision_in(operator_client.get(form).content.decode())
    sent = {"revision": revision, "target": "group:web"}
    again = operator_client.post(form, sent)
    assert again.status_code == 422 and 'name="confirm_count" value="26"' in again.content.decode()
    assert operator_client.post(form, {**sent, "confirm_count": "26"}).status_code == 302
    assert WorkItem.objects.count() == 26


def test_the_page_of_a_run_has_a_row_for_each_device_and_runs_again_on_the_failed(
    operator_client: Client, form: str
) -> None:
    first, _second = fleet(2)
    revision = revision_in(operator_client.get(form).content.decode())
    page = operator_client.post(form, {"revision": revision, "target": "group:web"})["Location"]
    run = Run.objects.get()
    WorkItem.objects.filter(run_id=run.run_id).update(status="Completed")
    WorkItem.objects.filter(target_device=first.guid).update(status="Failed", last_error="It broke.")
    Run.objects.update(status="Failed")
    shown = operator_client.get(page).content.decode()
    assert all(f"<bdi>{words}</bdi>" in shown for words in ("web-00", "web-01", "It broke."))
    assert "Failed 1" in shown and "Completed 1" in shown and 'id="run-again-failed"' in shown
    operator_client.post(f"{page}again/", {"only": "failed"})
    again = Run.objects.exclude(run_id=run.run_id).get()
    assert WorkItem.objects.get(run_id=again.run_id).target_device == first.guid
