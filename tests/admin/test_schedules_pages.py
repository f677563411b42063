"""The pages of schedules: form, list, one job, calendar; who may do what there."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import Settings

from assemblies.conf import payload_store
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import EventType
from assemblies.payloads import PayloadStore
from assemblies.schedules.jobs import get_job
from assemblies.schedules.models import Job, Occurrence
from devmode.models import AuditEntry
from tests.execution.orders import carry_out
from tests.fleet.devices_made import devices
from tests.schedules.jobs_made import assembly, looked

SCHEDULES = "/admin/schedules/"
START = datetime(2031, 3, 29, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _as_another_account(settings: Settings) -> None:
    settings.LOCAL_WORKER, settings.WORKER_USER = "on", "nobody"


@pytest.fixture
def guid(library: PayloadStore) -> str:
    variables = [{"name": "word", "default": "hello"}, {"name": "key", "type": "credential"}]
    return assembly(library, variables=variables)


def sent(guid: str, **fields: Any) -> dict[str, Any]:
    body = {
        "step": "save", "name": "Nightly", "component": guid, "target": "server", "schedule_type": "weekly",
        "start": "2031-03-29T10:00", "zone": "UTC", "misfire": "once", "overlap": "skip", "expiration": "no_expire",
        "enabled": "true",
    }  # fmt: skip
    return body | fields


def saved(client: Client, guid: str, **fields: Any) -> Job:
    answer = client.post(f"{SCHEDULES}add/", sent(guid, **fields))
    assert answer.status_code == 302, answer.content
    return Job.objects.latest("pk")


def test_the_form_shows_the_next_five_times_and_the_rule_in_words(superuser: Client, guid: str) -> None:
    cron = {"step": "look", "schedule_type": "cron", "cron": "30 2 * * 1-5", "zone": "Europe/Berlin"}
    page = superuser.post(f"{SCHEDULES}add/", sent(guid, **cron)).content.decode()
    assert "At 02:30 on Monday to Friday (Europe/Berlin)" in page
    assert page.count('datetime="2031-') + page.count("2031-0") >= 5
    assert Job.objects.count() == 0
    assert "five fields" in superuser.post(f"{SCHEDULES}add/", sent(guid, **cron | {"cron": "30"})).content.decode()


def test_the_form_speaks_german(superuser: Client, guid: str) -> None:
    cron = {"step": "look", "schedule_type": "cron", "cron": "30 2 * * 1-5", "zone": "Europe/Berlin"}
    page = superuser.post(f"{SCHEDULES}add/", sent(guid, **cron), headers={"Accept-Language": "de"}).content.decode()
    assert "Um 02:30 Montag bis Freitag (Europe/Berlin)" in page


def test_a_job_is_added_with_its_variables_and_edited(superuser: Client, guid: str) -> None:
    page = superuser.get(f"{SCHEDULES}add/?assembly={guid}").content.decode()
    assert 'name="v0-word"' in page
    job = saved(superuser, guid, **{"v0-word": "hi", "v0-key": "hunter2hunter2"})
    assert get_job(job.pk).components.get().variables == {"word": "hi", "key": "[secret]"}

    path = f"{SCHEDULES}{job.pk}/edit/"
    page = superuser.get(path).content.decode()
    assert 'value="hi"' in page
    assert "hunter2" not in page
    before = bytes(job.components.get().ciphertext)
    body = sent(guid, name="Renamed", revision="1", **{"v0-word": "ho", "kept-v0-key": "1"})
    assert superuser.post(path, body).status_code == 302
    component = get_job(job.pk).components.get()
    assert (component.job.name, component.variables) == ("Renamed", {"word": "ho", "key": "[secret]"})
    assert len(before) == len(bytes(component.ciphertext))
    assert superuser.post(path, body).status_code == 412


def test_assemblies_are_added_and_removed_in_the_form(superuser: Client, guid: str, library: PayloadStore) -> None:
    other = assembly(library, name="Other", script="true\n")
    page = superuser.post(f"{SCHEDULES}add/", sent(guid, step="look", add=other)).content.decode()
    assert page.count('name="component"') == 2
    page = superuser.post(f"{SCHEDULES}add/", sent(guid, step="look", remove="0")).content.decode()
    assert page.count('name="component"') == 0
    answer = superuser.post(f"{SCHEDULES}add/", sent(guid, step="look", add="nothing"))
    assert b"GUID" in answer.content
    assert answer.content.count(b'name="component"') == 1


def test_an_assembly_is_added_by_its_name(superuser: Client, guid: str, library: PayloadStore) -> None:
    other = assembly(library, name="Other", script="true\n")
    for words in ("other", "OTHER", other.upper(), f"What it is called ({other})"):
        page = superuser.post(f"{SCHEDULES}add/", sent(guid, step="look", add=words)).content.decode()
        assert f'name="component" value="{other}"' in page, words
    assembly(library, name="oTHER", script="false\n")
    page = superuser.post(f"{SCHEDULES}add/", sent(guid, step="look", add="other")).content.decode()
    assert "Several assemblies have this name" in page
    assert page.count('name="component"') == 1


def test_how_long_a_time_may_wait_is_chosen_in_words(superuser: Client, guid: str) -> None:
    page = superuser.post(f"{SCHEDULES}add/", sent(guid, step="look", expiration="90m")).content.decode()
    for value, words in (("no_expire", "Never"), ("30m", "30 minutes"), ("1h", "1 hour"), ("7d", "7 days")):
        assert f'<option value="{value}">{words}</option>' in page
    assert '<option value="90m" selected>90 minutes</option>' in page
    assert "<option>Europe/Berlin</option>" in page
    job = saved(superuser, guid, expiration="36h")
    assert "<dd>36 hours</dd>" in superuser.get(f"{SCHEDULES}{job.pk}/").content.decode()


def test_what_does_not_fit_is_said_and_nothing_is_lost(superuser: Client, guid: str) -> None:
    answer = superuser.post(f"{SCHEDULES}add/", sent(guid, name="", **{"v0-word": "hi"}))
    assert answer.status_code == 422
    assert b"A job name is required." in answer.content
    assert b'value="hi"' in answer.content


def test_devices_groups_and_the_server_are_boxes_and_many_devices_are_confirmed(superuser: Client, guid: str) -> None:
    boxes = superuser.get(f"{SCHEDULES}add/?assembly={guid}").content.decode()
    assert 'name="target" value="server" checked' in boxes
    [first, *_others] = devices(26, "group:web")
    boxes = superuser.get(f"{SCHEDULES}add/?assembly={guid}").content.decode()
    assert all(f'name="target" value="{target}"' in boxes for target in ("server", "group:web", first.guid))
    assert 'value="server" checked' not in boxes

    answer = superuser.post(f"{SCHEDULES}add/", sent(guid, target="group:web"))
    assert answer.status_code == 422
    assert b'name="confirm_count" value="26"' in answer.content
    job = saved(superuser, guid, target=["group:web", "server"], confirm_count="26")
    assert job.targets == ["group:web", "server"]

    first.labels.all().delete()
    Job.objects.update(targets=["group:web", "tag:gone"])
    page = superuser.get(f"{SCHEDULES}{job.pk}/edit/").content.decode()
    assert 'value="group:web" checked' in page
    assert 'value="tag:gone" checked' in page


def test_operators_run_the_failed_on_devices_again(superuser: Client, staff: Client, guid: str) -> None:
    [device] = devices(1)
    job = saved(superuser, guid, target=device.guid)
    looked(payload_store(), START)
    WorkItem.objects.update(status="Failed")
    Run.objects.update(status="Failed")
    row = Occurrence.objects.get()
    path = f"{SCHEDULES}{job.pk}/"
    assert "Run the failed again" not in staff.get(path).content.decode()
    assert staff.post(f"{path}rerun/", {"occurrence": str(row.pk)}).status_code == 403
    User.objects.get(username="stefan").groups.add(Group.objects.get(name="Operators"))
    assert "Run the failed again" in staff.get(path).content.decode()
    assert staff.post(f"{path}rerun/", {"occurrence": str(row.pk)}).status_code == 302
    assert Run.objects.get(rerun_of=row.run_id).targets == [device.guid]


def test_list_job_and_calendar_tell_what_is_and_what_comes(superuser: Client, guid: str, library: PayloadStore) -> None:
    job = saved(superuser, guid)
    looked(library, START)
    carry_out(event=EventType.FAILED)
    listed = superuser.get(SCHEDULES).content.decode()
    assert "Every Saturday at 10:00 UTC" in listed
    assert "Failed" in listed
    page = superuser.get(f"{SCHEDULES}{job.pk}/").content.decode()
    assert Run.objects.get().run_id in page
    assert "Run the failed again" in page
    march = superuser.get(f"{SCHEDULES}calendar/?month=2031-03").content.decode()
    april = superuser.get(f"{SCHEDULES}calendar/?month=2031-04").content.decode()
    assert (march.count("10:00"), "pill-bad" in march, april.count("10:00")) == (1, True, 4)
    assert superuser.get(f"{SCHEDULES}calendar/?month=nonsense").status_code == 200


def test_the_failed_is_run_again_and_history_is_hidden(superuser: Client, guid: str, library: PayloadStore) -> None:
    job = saved(superuser, guid)
    looked(library, START)
    carry_out(event=EventType.FAILED)
    row = Occurrence.objects.get()
    assert superuser.post(f"{SCHEDULES}{job.pk}/rerun/", {"occurrence": str(row.pk)}).status_code == 302
    assert Run.objects.filter(rerun_of=row.run_id).count() == 1
    superuser.post(f"{SCHEDULES}{job.pk}/hide/")
    assert Occurrence.objects.visible().count() == 0


def test_a_job_is_disabled_enabled_and_deleted(superuser: Client, guid: str) -> None:
    job = saved(superuser, guid)
    for enabled in (False, True):
        superuser.post(f"{SCHEDULES}{job.pk}/toggle/", {"enabled": str(enabled).lower()})
        assert get_job(job.pk).enabled is enabled
    assert superuser.get(f"{SCHEDULES}{job.pk}/delete/").status_code == 200
    assert superuser.post(f"{SCHEDULES}{job.pk}/delete/").status_code == 302
    assert superuser.get(f"{SCHEDULES}{job.pk}/").status_code == 404


def test_who_may_not_sees_jobs_and_changes_none(superuser: Client, staff: Client, guid: str, ada: User) -> None:
    job = saved(superuser, guid, **{"v0-word": "private"})
    page = staff.get(f"{SCHEDULES}{job.pk}/")
    assert page.status_code == 200
    assert b"private" not in page.content
    for path in ("add/", f"{job.pk}/edit/", f"{job.pk}/delete/"):
        assert staff.get(f"{SCHEDULES}{path}").status_code == 403
    for path in (
        "add/",
        f"{job.pk}/edit/",
        f"{job.pk}/delete/",
        f"{job.pk}/toggle/",
        f"{job.pk}/hide/",
        f"{job.pk}/rerun/",
    ):
        assert staff.post(f"{SCHEDULES}{path}", sent(guid)).status_code == 403
    assert get_job(job.pk).revision == 1
    assert AuditEntry.objects.filter(outcome="denied").count() >= 6
