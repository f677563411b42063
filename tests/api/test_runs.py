"""Runs, work items, events and manifests over REST: who may do what, and who is told what."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import EventType
from devmode.models import AuditEntry
from tests.api.conftest import Answer, Api, MakeAssembly, assert_refused, denials
from tests.execution.orders import carry_out

RUNS = "/api/runs"
VARIABLES = [{"name": "word", "type": "string", "default": "hello"}]
DRAFT = {"assembly_type": "bash", "payload": "echo hi\n", "variables": VARIABLES}


@pytest.fixture(autouse=True)
def _as_another_account(settings: Settings) -> None:
    """Scripts run as an account that cannot read the library: administrators need no Dev Mode."""
    settings.LOCAL_WORKER, settings.WORKER_USER = "on", "nobody"


@pytest.fixture
def guid(make_assembly: MakeAssembly) -> str:
    return make_assembly("Say", script="echo $WORD\n", variables=VARIABLES)


def submitted(api: Api, guid: str, **body: Any) -> dict[str, Any]:
    answer = api.post(RUNS, {"assembly_guid": guid, **body})
    assert answer.status_code == 201, answer.content
    run: dict[str, Any] = answer.json()
    assert answer["Location"].endswith(f"{RUNS}/{run['run_id']}")
    return run


def test_a_run_from_its_submission_to_its_manifest(as_administrator: Api, guid: str) -> None:
    run = submitted(as_administrator, guid, variables={"word": "hi"}, reason="to see")
    path = f"{RUNS}/{run['run_id']}"
    assert (run["status"], run["counts"], run["revision"], run["reason"]) == ("Queued", {"Queued": 1}, 1, "to see")
    carry_out(b"hi\n", b"\xff")

    read = as_administrator.get(path).json()
    assert (read["status"], read["items"][0]["exit_code"], read["items"][0]["output_bytes"]) == ("Completed", 0, 4)
    events = as_administrator.get(f"{path}/events").json()["events"]
    assert [event["event_type"] for event in events] == ["enqueued", "dispatched", "started", "completed"]
    assert [entry["event_type"] for entry in as_administrator.get(f"{path}/timeline").json()["timeline"]] == [
        event["event_type"] for event in events
    ]
    manifest = as_administrator.get(f"{path}/manifest").json()
    assert (manifest["hash"], manifest["frozen"]["variables"][0]["value"]) == (read["manifest_hash"], "hi")
    assert manifest["sealed"]["items"][0]["attempts"][0]["exit_code"] == 0
    batch = as_administrator.post("/api/manifests/batch", {"hashes": [manifest["hash"], "unknown"]}).json()
    assert [one["hash"] for one in batch["manifests"]] == [manifest["hash"]]


def test_the_hash_that_does_not_fit_is_named(as_viewer: Api) -> None:
    answer = as_viewer.post("/api/manifests/batch", {"hashes": ["a", "b" * 64, "c" * 65]})
    assert assert_refused(answer, 400, "invalid_field") == {"field": "hashes[2]"}


def test_output_is_bytes_to_keep_or_chunks_to_follow(as_administrator: Api, guid: str) -> None:
    run = submitted(as_administrator, guid)
    path = f"{RUNS}/{run['run_id']}/output"
    assert as_administrator.get(f"{path}?since=0").json() == {"chunks": [], "next": 0, "complete": False}
    carry_out("hällo\n".encode(), b"\xff\xfe")

    whole = as_administrator.get(path)
    assert b"".join(whole.streaming_content) == "hällo\n".encode() + b"\xff\xfe"
    assert (whole["Content-Type"], whole["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert "attachment" in whole["Content-Disposition"]
    part = as_administrator.get(f"{path}?since=0").json()
    assert [chunk.get("text") or chunk["base64"] for chunk in part["chunks"]] == ["hällo\n", "//4="]
    assert (part["complete"], str(part["next"])) == (True, whole["X-Output-Next"])
    assert as_administrator.get(f"{path}?since={part['next']}").json()["chunks"] == []


def test_viewers_and_operators_learn_that_it_happened_and_nothing_that_was_said(
    as_administrator: Api, as_operator: Api, as_viewer: Api, guid: str
) -> None:
    run = submitted(as_administrator, guid, variables={"word": "between us"}, reason="between us")
    carry_out(b"between us\n", event=EventType.FAILED, error="between us")
    path = f"{RUNS}/{run['run_id']}"
    pages = (RUNS, path, f"{path}/events", f"{path}/timeline", f"{path}/manifest", "/api/work-items", "/api/events")
    for api in (as_viewer, as_operator):
        for page in (*pages, "/api/manifests"):
            answer = api.get(page)
            assert answer.status_code == 200, page
            assert b"between us" not in answer.content, page
        assert b"between us" not in api.post("/api/manifests/batch", {"hashes": [run["manifest_hash"]]}).content
        assert_refused(api.get(f"{path}/output"), 403, "forbidden")
    told = [page for page in pages if b"between us" in as_administrator.get(page).content]
    assert told == [RUNS, path, f"{path}/manifest", "/api/work-items"]


def test_only_who_may_run_submits(as_viewer: Api, as_operator: Api, anonymous: Api, guid: str) -> None:
    assert_refused(anonymous.post(RUNS, {"assembly_guid": guid}), 401, "not_authenticated")
    for number, api in enumerate((as_viewer, as_operator), start=1):
        assert_refused(api.post(RUNS, {"assembly_guid": guid}), 403, "forbidden")
        assert denials() == number
    assert Run.objects.count() == 0


def test_without_an_account_of_its_own_a_script_needs_dev_mode(
    as_administrator: Api, guid: str, settings: Settings
) -> None:
    settings.WORKER_USER = ""
    assert_refused(as_administrator.post(RUNS, {"assembly_guid": guid}), 403, "dev_mode_required")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({}, 400, "invalid_field", "assembly_guid"),
        (
            {"assembly_guid": "{guid}", "draft": {"assembly_type": "bash", "payload": ""}},
            400,
            "invalid_field",
            "assembly_guid",
        ),
        ({"assembly_guid": "{guid}", "colour": 1}, 400, "unknown_field", "colour"),
        ({"assembly_guid": "{guid}", "variables": {"other": 1}}, 400, "unknown_field", "variables.other"),
        ({"assembly_guid": "{guid}", "targets": ["everywhere"]}, 400, "invalid_field", "targets[0]"),
        ({"assembly_guid": "{guid}", "targets": []}, 400, "invalid_field", "targets"),
        ({"assembly_guid": "{guid}", "targets": ["server", 7]}, 400, "invalid_field", "targets[1]"),
        ({"assembly_guid": "{guid}", "variables": ["word"]}, 400, "invalid_field", "variables"),
        ({"draft": {"assembly_type": "bash", "payload": 7}}, 400, "invalid_field", "draft.payload"),
        ({"draft": {**DRAFT, "payload": "", "mode": "x"}}, 400, "unknown_field", "draft.mode"),
        ({"draft": {**DRAFT, "variables": [*VARIABLES, 7]}}, 400, "invalid_field", "draft.variables[1]"),
        ({"draft": "echo hi"}, 400, "invalid_field", "draft"),
        ({"assembly_guid": "{guid}", "timeout_seconds": 0}, 400, "invalid_field", "timeout_seconds"),
        ({"assembly_guid": "{guid}", "revision": 77}, 404, "revision_not_found", None),
        ({"assembly_guid": "f" * 32}, 404, "assembly_not_found", None),
        ({"draft": {"assembly_type": "workflow", "payload": "{}"}}, 400, "invalid_field", "draft.payload.nodes"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(
    as_administrator: Api, guid: str, body: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    sent = json.dumps(body).replace("{guid}", guid)
    detail = assert_refused(as_administrator.post(RUNS, sent), status, code)
    assert field is None or detail["field"] == field
    assert (Run.objects.count(), AuditEntry.objects.filter(event="run.submit").count()) == (0, 0)


def test_a_draft_is_a_test_run(as_administrator: Api) -> None:
    body = {
        "draft": {"assembly_type": "bash", "payload": "echo hi\n", "variables": VARIABLES},
        "variables": {"word": "x"},
    }
    run = as_administrator.post(RUNS, body).json()
    manifest = as_administrator.get(f"{RUNS}/{run['run_id']}/manifest").json()
    assert (manifest["run_mode"], manifest["frozen"]["script"]) == ("test", "echo hi\n")


def test_the_same_key_is_the_same_run(as_administrator: Api, guid: str) -> None:
    def send(body: dict[str, Any]) -> Answer:
        return as_administrator.post(RUNS, body, Idempotency_Key="one")

    first, again = send({"assembly_guid": guid}), send({"assembly_guid": guid})
    assert (first.status_code, first.json()["run_id"]) == (again.status_code, again.json()["run_id"])
    assert_refused(send({"assembly_guid": guid, "priority": 1}), 422, "idempotency_key_reused")
    assert Run.objects.count() == 1


def test_cancel_ends_what_waits_and_asks_what_runs(as_administrator: Api, as_operator: Api, guid: str) -> None:
    waiting = submitted(as_administrator, guid)
    path = f"{RUNS}/{waiting['run_id']}"
    assert_refused(as_operator.post(f"{path}/cancel", {}), 403, "forbidden")
    canceled = as_administrator.post(f"{path}/cancel", {"reason": "no"}).json()
    assert (canceled["status"], canceled["counts"]) == ("Canceled", {"Canceled": 1})
    assert as_administrator.post(f"{path}/cancel", {}).json()["status"] == "Canceled"
    assert AuditEntry.objects.filter(event="run.cancel", outcome="success").count() == 1
    assert AuditEntry.objects.filter(event="run.cancel", outcome="denied").count() == 1


def test_run_again_and_only_what_failed(as_administrator: Api, guid: str) -> None:
    run = submitted(as_administrator, guid, variables={"word": "hi"})
    carry_out(event=EventType.FAILED, error="no")
    again = as_administrator.post(f"{RUNS}/{run['run_id']}/rerun", {"only": "failed"})
    assert again.status_code == 201
    manifest = as_administrator.get(f"{RUNS}/{again.json()['run_id']}/manifest").json()
    assert manifest["frozen"]["variables"][0]["value"] == "hi"
    carry_out()
    assert_refused(
        as_administrator.post(f"{RUNS}/{again.json()['run_id']}/rerun", {"only": "failed"}), 400, "invalid_field"
    )


def test_work_items_are_listed_counted_canceled_and_moved(as_administrator: Api, as_viewer: Api, guid: str) -> None:
    hashes = [submitted(as_administrator, guid)["items"][0]["work_item_hash"] for _number in range(3)]

    def queue() -> list[str]:
        listed = as_viewer.get("/api/work-items?ordering=queue").json()["results"]
        return [item["work_item_hash"] for item in listed]

    assert queue() == hashes
    item = f"/api/work-items/{hashes[2]}"
    assert_refused(as_viewer.post(f"{item}/reorder", {"direction": "up"}), 403, "forbidden")
    assert as_administrator.post(f"{item}/reorder", {"direction": "up"}).status_code == 200
    assert queue() == [hashes[0], hashes[2], hashes[1]]
    as_administrator.post(f"{item}/reorder", {"direction": "first"})
    assert queue() == [hashes[2], hashes[0], hashes[1]]
    as_administrator.post(f"{item}/reorder", {"direction": "last"})
    as_administrator.post(f"{item}/reorder", {"direction": "down"})
    assert queue() == hashes
    assert as_administrator.post(f"{item}/cancel", {}).json()["status"] == "Canceled"
    assert_refused(as_administrator.post(f"{item}/reorder", {"direction": "up"}), 409, "already_finalized")
    assert as_viewer.get("/api/work-items/summary").json() == {
        "Upcoming": 2, "InProgress": 0, "Stalled": 0, "Completed": 0, "Errored": 1,
    }  # fmt: skip


def test_runs_are_filtered_and_paged(as_administrator: Api, guid: str, make_assembly: MakeAssembly) -> None:
    first, other = submitted(as_administrator, guid), submitted(as_administrator, make_assembly("Other"))
    as_administrator.post(f"{RUNS}/{other['run_id']}/cancel", {})

    def found(query: str) -> list[str]:
        return [run["run_id"] for run in as_administrator.get(f"{RUNS}?{query}").json()["results"]]

    both = [other["run_id"], first["run_id"]]
    assert found("") == found("target=server") == found("capability=AssemblyRun") == found("actor=ada") == both
    assert found("ordering=created_at") == both[::-1]
    assert found("status=Canceled") == found(f"assembly={other['assembly_guid']}") == both[:1]
    assert found("limit=1") == both[:1]
    assert found("target=nowhere") == found("since=2999-01-01T00:00:00Z") == []
    assert [event["event_type"] for event in as_administrator.get("/api/events?limit=1").json()["events"]] == [
        "canceled"
    ]


@pytest.mark.parametrize("path", [f"{RUNS}/nothing", f"{RUNS}/nothing/output", "/api/work-items/nothing"])
def test_what_is_not_there_is_404(as_administrator: Api, path: str) -> None:
    assert as_administrator.get(path).status_code == 404


def test_a_run_nobody_answers_for_is_given_up_by_an_administrator(
    as_administrator: Api, as_operator: Api, guid: str
) -> None:
    run = submitted(as_administrator, guid)
    path = f"/api/manifests/{run['manifest_hash']}/abandon"
    assert_refused(as_operator.post(path, {}), 403, "forbidden")
    manifest = as_administrator.post(path, {"reason": "its machine burned"}).json()
    assert (manifest["status"], manifest["sealed"]["status"]) == ("Canceled", "Canceled")
    entry = AuditEntry.objects.filter(event="run.abandon", outcome="success").get()
    assert (entry.subject_id, entry.read_detail()) == (run["run_id"], {"items": 1, "reason": "its machine burned"})
    as_administrator.post(path, {})
    assert AuditEntry.objects.filter(event="run.abandon", outcome="success").count() == 1
    assert_refused(as_administrator.post("/api/manifests/nothing/abandon", {}), 404, "manifest_not_found")


def test_stale_runs_are_given_up_together_and_no_other(as_administrator: Api, guid: str) -> None:
    running, waiting = submitted(as_administrator, guid), submitted(as_administrator, guid)
    carry_out(is_over=False)
    assert as_administrator.post("/api/manifests/abandon-stale", {}).json() == {"manifests": []}
    day_ago = timezone.now() - timedelta(days=1)
    Run.objects.update(created_at=day_ago)
    WorkItem.objects.update(last_event_at=day_ago)
    answer = as_administrator.post("/api/manifests/abandon-stale", {"hours": 24, "reason": "nobody came"}).json()
    assert [one["run_id"] for one in answer["manifests"]] == [waiting["run_id"]]
    assert WorkItem.objects.get(run_id=waiting["run_id"]).cancel_reason == "nobody came"
    assert Run.objects.get(run_id=running["run_id"]).status == "Running"


def test_the_queue_of_runs_is_told_to_probes_and_to_prometheus(as_administrator: Api, guid: str) -> None:
    submitted(as_administrator, guid)
    submitted(as_administrator, guid)
    carry_out(is_over=False)
    WorkItem.objects.filter(status="Queued").update(waiting_for="capability PowerShell")
    runs = as_administrator.get("/health/ready").json()["runs"]
    assert (runs["upcoming"], runs["in_progress"], runs["workers"], runs["unsealed"]) == (1, 1, 1, 0)
    assert runs["waiting_for"] == {"capability PowerShell": 1}
    text = as_administrator.get("/metrics").content.decode()
    assert 'borealis_work_items{state="in_progress"} 1.0' in text
    assert 'borealis_work_items_waiting_for{what="capability PowerShell"} 1.0' in text


def test_a_work_item_says_how_well_it_does(as_administrator: Api, guid: str) -> None:
    submitted(as_administrator, guid)
    item = carry_out(is_over=False)
    found = as_administrator.get(f"/api/work-items/{item.work_item_hash}").json()
    assert found["health_label"] == "Healthy" and found["health_reason"]
    [line] = as_administrator.get("/api/work-items?status=Running").json()["results"]
    assert line["health_label"] == "Healthy" and 0.9 < line["health"] <= 1


def test_an_affinity_is_pinned_and_kept_when_it_is_run_again(as_administrator: Api, guid: str) -> None:
    run = submitted(as_administrator, guid, affinity_key="printer", require_affinity_match=True)
    item = carry_out()
    assert (item.affinity_key, item.require_affinity_match) == ("printer", True)
    frozen = as_administrator.get(f"{RUNS}/{run['run_id']}/manifest").json()["frozen"]
    assert (frozen["affinity_key"], frozen["require_affinity_match"]) == ("printer", True)
    again = as_administrator.post(f"{RUNS}/{run['run_id']}/rerun", {}).json()
    assert WorkItem.objects.get(run_id=again["run_id"]).affinity_key == "printer"
