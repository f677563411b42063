"""Work on a device from its submission to its result: the agent's own code against the library's own routes."""

import base64
import json
import platform
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from assemblies.agent.errors import NotEnrolled, ServerRefused
from assemblies.execution.cancel import cancel_run
from assemblies.execution.models import WorkItemEvent
from assemblies.execution.states import EventType, Status
from assemblies.fleet.devices import DeviceChanges, change_device
from assemblies.fleet.models import DeviceStatus
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.agent.machines import Machine, item_of, printed, submitted
from tests.permits import may_administer


def refused(machine: Machine, work_item_hash: str, verb: str, **body: Any) -> tuple[int, str]:
    with pytest.raises(ServerRefused) as refusal:
        machine.say(work_item_hash, verb, **body)
    return refusal.value.status, refusal.value.code


def test_a_script_runs_on_the_device_and_everything_of_it_comes_back(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    run = submitted(
        library,
        operator,
        "echo hello $WORD; echo oops >&2; printf '\\x00\\xff'; echo $SECRET_WORD",
        machine.guid,
        declared=[{"name": "word"}, {"name": "secret-word", "type": "password"}],
        variables={"word": "wörld", "secret-word": "hush!"},
    )
    assert machine.agent().run_once() == 1
    assert "bash" in machine.device.capabilities and machine.device.inventory["machine"] == platform.machine()
    item = item_of(run)
    assert (item.status, item.last_error, item.assigned_worker_id) == ("Completed", "", f"device:{machine.guid}")
    said = printed(run)
    assert "hello wörld\n".encode() in said and b"oops\n" in said and b"\x00\xff" in said and b"hush!" not in said
    events = [event.event_type for event in WorkItemEvent.objects.filter(run_id=run.run_id).order_by("seq")]
    assert events == ["enqueued", "dispatched", "started", "completed"]
    last = WorkItemEvent.objects.get(run_id=run.run_id, event_type="completed")
    assert json.loads(last.payload).keys() == {"exit_code", "result_signature"}
    assert machine.agent().run_once() == 0


@pytest.mark.parametrize("max_document_bytes", [1024**2, 64 * 1024])
def test_much_output_arrives_whatever_size_documents_may_have(
    machine: Machine, library: PayloadStore, operator: Actor, settings: Settings, max_document_bytes: int
) -> None:
    settings.MAX_DOCUMENT_BYTES = max_document_bytes
    run = submitted(library, operator, "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo the end", machine.guid)
    assert machine.agent().run_once() == 1
    assert (item_of(run).status, item_of(run).last_error) == ("Completed", "")
    said = printed(run)
    assert said.startswith(b"xxxx") and said.endswith(b"x\nthe end\n")
    assert settings.RUN_OUTPUT_MAX_BYTES * 0.9 < len(said) <= settings.RUN_OUTPUT_MAX_BYTES


def test_a_failure_keeps_its_exit_code(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "exit 7", machine.guid)
    machine.agent().run_once()
    assert (item_of(run).status, item_of(run).last_error) == ("Failed", "The script ended with exit code 7.")


def test_what_an_assembly_says_of_codes_and_of_its_interpreter_holds_on_devices(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    declared = {"exit_codes": {"42": "reboot"}, "interpreter_arguments": ["-x"]}
    run = submitted(library, operator, "echo traced; exit 42", machine.guid, document=declared)
    machine.agent().run_once()
    assert item_of(run).status == "Completed" and b"+ echo traced\n" in printed(run)


def test_a_success_that_is_none_is_refused(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "echo", machine.guid)
    machine.claim()
    answer = refused(machine, item_of(run).work_item_hash, "complete", exit_code=1)
    assert answer[0] in (400, 422) and item_of(run).status == "Dispatched"


def test_a_script_that_takes_too_long_is_stopped_on_the_device(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    run = submitted(library, operator, "echo before; sleep 600", machine.guid, timeout_seconds=1)
    machine.agent().run_once()
    assert (item_of(run).status, printed(run)) == ("TimedOut", b"before\n")


def test_what_its_owner_does_not_allow_is_not_run(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "echo never", machine.guid)
    machine.allow = ["official"]
    assert machine.agent().run_once() == 1
    assert (item_of(run).status, item_of(run).last_error, printed(run)) == ("Failed", "domain_not_allowed", b"")


def test_a_claim_whose_answer_was_lost_is_handed_over_again_and_run_once(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    run = submitted(library, operator, "echo once", machine.guid)
    lost = machine.claim()
    again = machine.claim()
    manifests = [json.loads(base64.b64decode(one["work_item"]["manifest"])) for one in (lost, again)]
    assert [one["attempt_number"] for one in manifests] == [1, 1]
    assert machine.agent().run_once() == 1
    assert (item_of(run).status, item_of(run).attempt_number, printed(run)) == ("Completed", 1, b"once\n")


def test_what_was_canceled_on_its_way_is_not_handed_over_again(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    run = submitted(library, operator, "echo never", machine.guid)
    assert machine.claim()["status"] == "work"
    cancel_run(run.run_id, actor="ada", reason="enough", now=timezone.now())
    assert machine.claim()["status"] == "idle"
    assert (item_of(run).status, item_of(run).last_error) == ("Canceled", "enough")


def test_the_account_of_enrolment_is_whose_rights_scripts_get(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    run = submitted(library, operator, "echo never", machine.guid)
    machine.settings = {"run_as": "nobody-of-this-name"}
    machine.agent().run_once()
    assert item_of(run).status == "Failed" and "account" in item_of(run).last_error


def test_what_is_known_to_be_held_is_not_handed_over_twice(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    key = item_of(submitted(library, operator, "echo", machine.guid)).work_item_hash
    assert machine.claim()["status"] == "work"
    assert machine.claim(held=[{"work_item_hash": key, "attempt_number": 1}])["status"] == "idle"
    machine.say(key, "progress")
    assert machine.claim()["status"] == "idle"


def test_a_device_gets_no_more_than_it_may_run_at_a_time(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    for _number in range(3):
        submitted(library, operator, "echo", machine.guid)
    machine.device.__class__.objects.update(max_concurrent=2)
    statuses = []
    for _number in range(3):
        answer = machine.claim()
        statuses.append(answer["status"])
        if answer["status"] == "work":
            machine.say(json.loads(base64.b64decode(answer["work_item"]["manifest"]))["work_item_hash"], "progress")
    assert statuses == ["work", "work", "idle"]


def test_a_device_is_given_what_it_can_run(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    submitted(library, operator, "echo", machine.guid)
    assert machine.claim(capabilities={"AssemblyRun": ["powershell"]})["status"] == "idle"
    assert machine.claim(capabilities={"AssemblyRun": ["bash"]})["status"] == "work"


def test_another_devices_item_is_not_found(
    machine: Machine, library: PayloadStore, operator: Actor, tmp_path: Any
) -> None:
    other = Machine.enrolled("web-2", tmp_path / "web-2")
    run = submitted(library, operator, "echo", machine.guid)
    key = item_of(run).work_item_hash
    assert other.claim()["status"] == "idle"
    machine.claim()
    bodies: dict[str, dict[str, Any]] = {"progress": {}, "output": {"chunks": []}, "complete": {}, "fail": {}}
    for verb, body in bodies.items():
        assert refused(other, key, verb, **body) == (404, "work_item_not_found")
    with pytest.raises(ServerRefused, match="no such work item"):
        other.session().get_bytes(f"/api/agent/items/{key}/files/{'0' * 64}?attempt_number=1", max_bytes=9)
    assert item_of(run).status == Status.DISPATCHED


def test_that_it_still_runs_is_one_write(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "echo", machine.guid)
    machine.claim()
    machine.say(item_of(run).work_item_hash, "progress")
    lease = item_of(run).lease_until
    with CaptureQueriesContext(connections["execution"]) as queries:
        machine.say(item_of(run).work_item_hash, "progress")
    sent = [query["sql"] for query in queries]
    written = [sql for sql in sent if sql.startswith(("UPDATE", "INSERT")) and "ba_queue" in sql]
    assert len(written) == 1 and "lease_until" in written[0]
    renewed = item_of(run).lease_until
    assert lease and renewed and renewed > lease


def test_another_attempt_is_refused(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "echo", machine.guid)
    machine.claim()
    for verb in ("progress", "complete"):
        assert refused(machine, item_of(run).work_item_hash, verb, attempt_number=2) == (409, "stale_attempt")
    assert item_of(run).status == Status.DISPATCHED


def test_a_result_signed_by_another_key_is_refused(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "echo", machine.guid)
    machine.claim()
    for signature in (base64.b64encode(b"\0" * 64).decode(), "ü" * 8, base64.b64encode(b"\0").decode()):
        answer = refused(machine, item_of(run).work_item_hash, "complete", result_signature=signature)
        assert answer == (400, "invalid_result_signature")


def test_a_late_result_is_kept_and_changes_nothing(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "echo", machine.guid)
    machine.claim()
    item = item_of(run)
    item.__class__.objects.filter(pk=item.pk).update(status="Failed")
    for _time in range(2):
        assert refused(machine, item.work_item_hash, "complete") == (409, "already_finalized")
    assert item_of(run).status == Status.FAILED
    assert WorkItemEvent.objects.filter(run_id=run.run_id, event_type=EventType.LATE_RESULT).count() == 1


def test_the_same_output_is_kept_once(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "echo", machine.guid)
    machine.claim()
    chunk = {"seq": 1, "stream": "stdout", "content": base64.b64encode(b"once\n").decode()}
    for _time in range(2):
        machine.say(item_of(run).work_item_hash, "output", chunks=[chunk])
    assert printed(run) == b"once\n"


def test_a_quarantined_device_is_given_nothing(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "echo later", machine.guid)
    change(machine, DeviceStatus.QUARANTINED)
    assert machine.claim()["status"] == "quarantined"
    assert machine.agent().run_once() == 0
    change(machine, DeviceStatus.ACTIVE)
    assert machine.agent().run_once() == 1 and printed(run) == b"later\n"


def test_a_revoked_device_stops_at_once(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    running = submitted(library, operator, "echo", machine.guid)
    waiting = submitted(library, operator, "echo", machine.guid)
    machine.claim()
    change(machine, DeviceStatus.REVOKED)
    assert {item_of(run).status for run in (running, waiting)} == {"Canceled"}
    with pytest.raises(NotEnrolled):
        machine.agent().run_once()


def change(machine: Machine, status: DeviceStatus) -> None:
    change_device(machine.guid, DeviceChanges(status=status), permit=may_administer(), now=timezone.now())
