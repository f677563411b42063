"""Jobs over REST, in the calls of older clients: who may do what, and who is told what."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from assemblies.conf import payload_store
from assemblies.execution.models import Run
from assemblies.execution.states import EventType
from assemblies.models import AssemblyAlias
from assemblies.schedules.models import Job, Occurrence
from assemblies.schedules.scheduler import run_due
from devmode.models import AuditEntry
from tests.api.conftest import Answer, Api, MakeAssembly, assert_refused, denials
from tests.execution.orders import carry_out

JOBS = "/api/scheduled_jobs"
VARIABLES = [{"name": "word", "default": "hello"}, {"name": "key", "type": "credential"}]
START = datetime(2030, 1, 31, 10, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _as_another_account(settings: Settings) -> None:
    """Scripts run as an account that cannot read the library: administrators need no Dev Mode."""
    settings.LOCAL_WORKER, settings.WORKER_USER = "on", "nobody"


@pytest.fixture
def guid(make_assembly: MakeAssembly) -> str:
    return make_assembly("Say", script="echo $WORD\n", variables=VARIABLES)


def body(guid: str, **fields: Any) -> dict[str, Any]:
    schedule = {"type": "monthly", "start": "2030-01-31T10:05:59Z"}
    return {
        "name": "Nightly",
        "components": [{"assembly_guid": guid}],
        "targets": ["server"],
        "schedule": schedule,
    } | fields


def saved(api: Api, guid: str, **fields: Any) -> dict[str, Any]:
    answer = api.post(JOBS, body(guid, **fields))
    assert answer.status_code == 201, answer.content
    job: dict[str, Any] = answer.json()["job"]
    return job


def looked(at: datetime) -> None:
    assert run_due(now=at, store=payload_store()).faults == {}


def test_a_job_from_its_first_save_to_its_end(as_administrator: Api, guid: str) -> None:
    job = saved(as_administrator, guid, expiration="2h")
    path = f"{JOBS}/{job['id']}"
    assert isinstance(job["id"], int)
    assert (job["schedule"]["type"], job["schedule"]["start"]) == ("monthly", "2030-01-31T10:05:00+00:00")
    assert (job["expiration"], job["enabled"], job["next_run_ts"]) == ("2h", True, int(START.timestamp()))
    assert job["schedule"]["words"].startswith("On day 31 of every month")
    assert as_administrator.get(JOBS).json() == {"jobs": [job]}
    assert as_administrator.get(path).json() == {"job": job}

    put = as_administrator.put(
        path, job | {"name": "Weekly", "schedule": {"type": "weekly", "start": START.timestamp()}}
    )
    assert (put.status_code, put.json()["job"]["name"], put.json()["job"]["schedule"]["type"]) == (
        200,
        "Weekly",
        "weekly",
    )
    toggled = as_administrator.post(f"{path}/toggle", {"enabled": False})
    assert (toggled.status_code, toggled.json()["job"]["enabled"]) == (200, False)
    assert as_administrator.delete(path).status_code == 204
    assert_refused(as_administrator.get(path), 404, "job_not_found")
    events = [entry.event for entry in AuditEntry.objects.filter(event__startswith="schedule.").order_by("sequence")]
    assert events == ["schedule.create", "schedule.change", "schedule.disable", "schedule.delete"]


def test_what_it_ran_is_listed_with_its_targets(as_administrator: Api, guid: str) -> None:
    job = saved(as_administrator, guid)
    looked(START)
    [run] = as_administrator.get(f"{JOBS}/{job['id']}/runs?days=30").json()["runs"]
    assert (run["scheduled_ts"], run["status"], run["targets"]) == (int(START.timestamp()), "Pending", ["server"])
    assert Run.objects.get().run_id == run["run_id"]
    carry_out(event=EventType.FAILED)
    [run] = as_administrator.get(f"{JOBS}/{job['id']}/runs").json()["runs"]
    assert (run["status"], run["counts"]) == ("Failed", {"Failed": 1})
    for wanted in ("", f"?occurrence={run['id']}", f"?occurrence={run['scheduled_ts']}"):
        answer = as_administrator.get(f"{JOBS}/{job['id']}/devices{wanted}").json()
        assert [(one["target"], one["job_status"]) for one in answer["devices"]] == [("server", "Failed")]


def test_what_failed_is_run_again_with_its_credentials(as_administrator: Api, guid: str) -> None:
    components = [{"assembly_guid": guid, "variables": [{"name": "key", "value": "hunter2"}]}]
    job = saved(as_administrator, guid, components=components)
    assert job["components"][0]["variables"] == {"key": "[secret]"}
    path = f"{JOBS}/{job['id']}"
    assert_refused(as_administrator.post(f"{path}/rerun", {}), 404, "nothing_ran")
    assert as_administrator.get(f"{path}/devices").json()["devices"] == []
    looked(START)
    assert_refused(as_administrator.post(f"{path}/rerun", {"only": "failed"}), 400, "invalid_field")
    carry_out(event=EventType.FAILED)
    again = as_administrator.post(f"{path}/rerun", {"only": "failed"})
    assert again.status_code == 201
    [run] = again.json()["runs"]
    carry_out()
    [listed] = as_administrator.get(f"{path}/runs").json()["runs"]
    assert listed["rerun_ids"] == [run["run_id"]]
    [device] = as_administrator.get(f"{path}/devices").json()["devices"]
    assert device["job_status"] == "Success"


@pytest.mark.parametrize("wanted", [10**11, 10**14, 10**15])
def test_a_time_that_is_none_is_not_found(as_administrator: Api, guid: str, wanted: int) -> None:
    path = f"{JOBS}/{saved(as_administrator, guid)['id']}"
    for answer in (
        as_administrator.get(f"{path}/devices?occurrence={wanted}"),
        as_administrator.post(f"{path}/rerun", {"occurrence": wanted}),
    ):
        assert_refused(answer, 404, "occurrence_not_found")


def test_history_can_be_hidden(as_administrator: Api, guid: str) -> None:
    job = saved(as_administrator, guid)
    looked(START)
    assert as_administrator.delete(f"{JOBS}/{job['id']}/runs").status_code == 204
    assert as_administrator.get(f"{JOBS}/{job['id']}/runs").json() == {"runs": []}
    assert Occurrence.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words", "field"),
    [
        ({"name": ""}, "job name is required", "name"),
        ({"name": "  "}, "job name is required", "name"),
        ({"components": []}, "component is required", "components"),
        ({"components": [{"assembly_guid": "0" * 32}]}, "not found", "components[0]"),
        ({"components": [{"path": "Scripts/None"}]}, "not found", "components[0]"),
        ({"components": [{}]}, "Name an assembly", "components[0].assembly_guid"),
        ({"components": ["x"]}, "object", "components[0]"),
        ({"components": [{"assembly_guid": 7}]}, "Name an assembly", "components[0].assembly_guid"),
        ({"targets": []}, "target is required", "targets"),
        ({"schedule": {"type": "hourly"}}, "not a valid choice", "schedule.type"),
        ({"schedule": {"type": "once"}}, "when", "schedule.start"),
        ({"schedule": {"type": "once", "start": "soon"}}, "time", "schedule.start"),
        ({"schedule": {"type": "once", "start": 1e30}}, "time", "schedule.start"),
        ({"schedule": {"type": "cron", "cron": "* *"}}, "five fields", "schedule.cron"),
        ({"schedule": {"type": "cron", "cron": "* * * * *", "zone": "Moon"}}, "IANA", "schedule.zone"),
        ({"expiration": "soon"}, "no_expire", "expiration"),
        ({"execution_context": "ssh"}, "not a valid choice", "execution_context"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    as_administrator: Api, guid: str, change: dict[str, Any], words: str, field: str
) -> None:
    answer = as_administrator.post(JOBS, body(guid) | change)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert answer.json()["detail"]["field"] == field
    assert Job.objects.count() == 0


def test_a_variable_that_does_not_fit_is_named(as_administrator: Api, guid: str) -> None:
    sent = body(guid, components=[{"assembly_guid": guid, "variables": {"colour": "red"}}])
    answer = as_administrator.post(JOBS, sent)
    assert (answer.status_code, answer.json()["detail"]["field"]) == (400, "variables.colour")


def test_an_older_path_leads_to_the_assembly(as_administrator: Api, guid: str) -> None:
    AssemblyAlias.objects.create(
        alias="scripts/say", canonical_guid=guid, kind="path", registered_at=datetime.now(tz=UTC)
    )
    sent = [{"type": "script", "name": "Say", "path": "Scripts/Say", "variable_values": {"word": "hi"}}]
    [component] = saved(as_administrator, guid, components=sent)["components"]
    assert (component["assembly_guid"], component["path"]) == (guid, "Scripts/Say")
    assert component["variables"] == {"word": "hi"}
    assert component["content_hashes"].keys() == {guid}


def test_a_job_that_changed_since_it_was_read_is_not_overwritten(as_administrator: Api, guid: str) -> None:
    job = saved(as_administrator, guid)
    path = f"{JOBS}/{job['id']}"
    assert as_administrator.put(path, job).status_code == 200
    assert_refused(as_administrator.put(path, job), 412, "job_changed")


def calls(api: Api, job_id: int, guid: str) -> list[Answer]:
    path = f"{JOBS}/{job_id}"
    return [
        api.post(JOBS, body(guid)),
        api.put(path, body(guid)),
        api.post(f"{path}/toggle", {"enabled": False}),
        api.post(f"{path}/rerun", {}),
        api.delete(f"{path}/runs"),
        api.delete(path),
    ]


def test_only_administrators_change_jobs(
    as_administrator: Api, as_operator: Api, as_viewer: Api, anonymous: Api, guid: str
) -> None:
    job = saved(as_administrator, guid, components=[{"assembly_guid": guid, "variables": {"word": "hi"}}])
    for api, status in ((as_operator, 403), (as_viewer, 403), (anonymous, 401)):
        assert {answer.status_code for answer in calls(api, job["id"], guid)} == {status}
        assert anonymous.get(JOBS).status_code == 401
    [seen] = as_viewer.get(JOBS).json()["jobs"]
    assert seen["components"][0]["variables"] == {}
    assert Job.objects.get().revision == 1
    assert denials() == 12


def test_a_job_on_this_server_needs_what_such_a_run_needs(as_administrator: Api, guid: str, settings: Settings) -> None:
    job = saved(as_administrator, guid)
    settings.WORKER_USER = ""
    path = f"{JOBS}/{job['id']}"
    assert_refused(as_administrator.post(JOBS, body(guid)), 403, "dev_mode_required")
    assert_refused(as_administrator.put(path, job), 403, "dev_mode_required")
    assert_refused(as_administrator.post(f"{path}/toggle", {"enabled": True}), 403, "dev_mode_required")
    assert as_administrator.post(f"{path}/toggle", {"enabled": False}).status_code == 200
    settings.LOCAL_WORKER = "off"
    assert_refused(as_administrator.post(JOBS, body(guid)), 409, "local_worker_off")


def test_the_editor_is_whose_rights_are_checked(as_administrator: Api, guid: str) -> None:
    job = saved(as_administrator, guid)
    User.objects.filter(username=job["updated_by"]).update(is_active=False)
    looked(START)
    assert Occurrence.objects.get().reason == "actor_not_permitted"


def test_days_are_counted_back_from_now(as_administrator: Api, guid: str) -> None:
    job = saved(as_administrator, guid)
    looked(START)
    Occurrence.objects.update(scheduled_at=datetime.now(tz=UTC) - timedelta(days=3))
    found = [len(as_administrator.get(f"{JOBS}/{job['id']}/runs?days={days}").json()["runs"]) for days in (1, 2, 4)]
    assert found == [0, 0, 1]
