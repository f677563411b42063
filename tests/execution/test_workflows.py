"""Runs of workflows: decided and pinned at submission, one item for each assembly, in the order of the graph."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from assemblies import documents
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.errors import InvalidField
from assemblies.execution.cancel import cancel_run
from assemblies.execution.claim import WorkerFacts, claim
from assemblies.execution.evidence import find_faults
from assemblies.execution.models import Manifest, Run, WorkItem, WorkItemSecret
from assemblies.execution.rerun import rerun
from assemblies.execution.states import EventType
from assemblies.execution.subject import subject_of_assembly, subject_of_draft
from assemblies.execution.submission import RunOptions, submit
from assemblies.execution.worker_messages import Ended, ended
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from devmode.models.installation import Installation
from tests.api.conftest import imported
from tests.execution.orders import BASH
from tests.permits import may_delete, may_run, may_update

WORKER = WorkerFacts(worker_id="worker-1", actions=frozenset({BASH, ("AssemblyRun", "Workflow")}))
# first → left, right → last
DIAMOND = {"left": ["first"], "right": ["first"], "last": ["left", "right"], "first": []}


@pytest.fixture(autouse=True)
def _on(settings: Settings) -> None:
    settings.LOCAL_WORKER = "on"


@pytest.fixture
def script(library: PayloadStore, command: Actor) -> str:
    return made(
        library,
        command,
        {
            "name": "Say",
            "type": "bash",
            "script": "echo $WORD\n",
            "script_encoding": "plain",
            "variables": [{"name": "word", "default": "hello"}, {"name": "pass", "type": "password"}],
        },
    )


def made(store: PayloadStore, actor: Actor, document: Mapping[str, Any]) -> str:
    return imported([documents.read_document(dict(document), max_bytes=1 << 20)], Domain.USER, actor, store)[0].guid


def workflow(store: PayloadStore, actor: Actor, guid: str, after: Mapping[str, list[str]], **node: Any) -> str:
    nodes = [
        {"id": name, "type": "AssemblyNode", "data": {"label": name, "assembly_guid": guid} | node} for name in after
    ]
    edges = [
        {"id": f"{source}-{target}", "source": source, "target": target}
        for target, sources in after.items()
        for source in sources
    ]
    variables = [{"name": "pass", "type": "password"}]
    graph = {"name": "Chain", "type": "workflow", "workflow": {"nodes": nodes, "edges": edges}, "variables": variables}
    return made(store, actor, graph)


def submitted(store: PayloadStore, actor: Actor, guid: str, **options: Any) -> Run:
    subject = subject_of_assembly(guid, None, store=store)
    return submit(subject, RunOptions(**options), permit=may_run(actor), run_id=str(uuid4()))


def carry_out(event: EventType = EventType.COMPLETED, **failing: EventType) -> list[str]:
    """Carry out what can be claimed now, and return the labels of its nodes."""
    now = timezone.now()
    items = claim(WORKER, limit=10, epoch=Installation.current().epoch, now=now)
    labels = [item.settings.get("node", {}).get("label", "") for item in items]
    for item, label in zip(items, labels, strict=True):
        end = Ended(event=failing.get(label, event), exit_code=0)
        ended(item.work_item_hash, item.attempt_number, end, worker_id=WORKER.worker_id, now=now)
    return labels


def statuses(run: Run) -> dict[str, str]:
    items = WorkItem.objects.of_run(run.run_id)
    return {item.settings.get("node", {}).get("label", ""): item.status for item in items}


def test_each_node_begins_when_those_before_it_completed(library: PayloadStore, command: Actor, script: str) -> None:
    run = submitted(library, command, workflow(library, command, script, DIAMOND))
    assert [carry_out() for _turn in range(5)] == [[""], ["first"], ["left", "right"], ["last"], []]
    run.refresh_from_db()
    assert run.status == "Completed"
    sealed = json.loads(Manifest.objects.get().sealed_json)
    assert [item["status"] for item in sealed["items"]] == ["Completed"] * 5
    assert list(find_faults(Counter(), now=timezone.now())) == []


def test_what_follows_on_a_failure_never_begins(library: PayloadStore, command: Actor, script: str) -> None:
    run = submitted(library, command, workflow(library, command, script, DIAMOND))
    carry_out(), carry_out()
    assert carry_out(left=EventType.FAILED) == ["left", "right"]
    assert carry_out() == []
    assert statuses(run) == {
        "": "Completed",
        "first": "Completed",
        "left": "Failed",
        "right": "Completed",
        "last": "Canceled",
    }
    run.refresh_from_db()
    assert run.status == "Failed"
    last = WorkItem.objects.of_run(run.run_id).last()
    assert last is not None
    assert last.last_error == "predecessor_not_completed"
    assert json.loads(Manifest.objects.get().sealed_json)["items"][-1]["status"] == "Canceled"


def test_a_failure_at_the_beginning_ends_the_whole_chain(library: PayloadStore, command: Actor, script: str) -> None:
    run = submitted(library, command, workflow(library, command, script, DIAMOND))
    carry_out(EventType.TIMED_OUT)
    assert set(statuses(run).values()) == {"TimedOut", "Canceled"}
    run.refresh_from_db()
    assert run.status == "TimedOut"


def test_a_cancel_ends_every_node(library: PayloadStore, command: Actor, script: str) -> None:
    run = submitted(library, command, workflow(library, command, script, DIAMOND))
    assert len(cancel_run(run.run_id, actor="olga", reason="wrong one", now=timezone.now())) == 5
    assert set(statuses(run).values()) == {"Canceled"}
    assert carry_out() == []


def test_every_node_is_pinned_and_audited(library: PayloadStore, command: Actor, script: str) -> None:
    guid = workflow(library, command, script, {"only": []}, variables={"word": "wörld"})
    submitted(library, command, guid)
    frozen = json.loads(Manifest.objects.get().frozen_json)
    [node], [_first, item] = frozen["nodes"], WorkItem.objects.order_by("id")
    assert (node["label"], node["assembly_guid"], node["revision"], node["after"]) == ("only", script, 1, [])
    assert node["variables"] == [{"name": "word", "value": "wörld", "secret": False}]
    assert node["script_sha256"] == item.settings["script"]["sha256"]
    assert (item.node_hash, item.operation_hash, item.action) == (node["node_hash"], script, "Bash")
    assert AuditEntry.objects.get(event="run.submit").read_detail()["nodes"] == [["only", script, 1]]


def test_a_credential_of_the_workflow_reaches_its_nodes_and_no_manifest(
    library: PayloadStore, command: Actor, script: str
) -> None:
    submitted(library, command, workflow(library, command, script, {"only": []}), variables={"pass": "hush!"})
    assert WorkItemSecret.objects.count() == 2
    assert "hush!" not in Manifest.objects.get().frozen_json


def test_a_later_change_of_a_script_changes_no_run_nor_its_repetition(
    library: PayloadStore, command: Actor, script: str
) -> None:
    first = submitted(library, command, workflow(library, command, script, {"only": []}))
    update(script, {}, payload=b"echo other\n", permit=may_update(command), store=library)
    again = rerun(first, permit=may_run(command), run_id=str(uuid4()), store=library)
    items = WorkItem.objects.exclude(node_hash="").order_by("id")
    assert [item.run_id for item in items] == [first.run_id, again.run_id]
    assert items[0].settings["script"] == items[1].settings["script"]


@pytest.mark.parametrize("fault", ["missing", "deleted", "nested", "unknown variable", "no program"])
def test_what_cannot_run_is_named_and_leaves_nothing(
    library: PayloadStore, command: Actor, script: str, fault: str
) -> None:
    node: dict[str, Any] = {}
    if fault == "missing":
        script = "e" * 32
    elif fault == "deleted":
        delete(script, permit=may_delete(command))
    elif fault == "nested":
        script = workflow(library, command, script, {"inner": []})
    elif fault == "unknown variable":
        node = {"variables": {"wrod": "x"}}
    else:
        batch = {"name": "Batch", "type": "batch", "script": "echo", "script_encoding": "plain"}
        script = made(library, command, batch)
    guid = workflow(library, command, script, {"only": []}, **node)
    with pytest.raises(InvalidField) as refusal:
        submitted(library, command, guid)
    assert refusal.value.message.startswith("Node “only”: ")
    assert str(refusal.value.detail["field"]).startswith("nodes.only")
    assert (Run.objects.count(), AuditEntry.objects.filter(event="run.submit", outcome="success").count()) == (0, 0)


def test_a_draft_computes_and_runs_no_assembly() -> None:
    graph = {"nodes": [{"id": "x", "type": "DataNode", "data": {"value": "7"}}], "edges": []}
    assert subject_of_draft("workflow", json.dumps(graph), [], max_bytes=10_000).values[0].value == "7"
    graph["nodes"].append({"id": "n", "type": "AssemblyNode", "data": {"assembly_guid": "a" * 32}})
    with pytest.raises(InvalidField, match="has to be saved"):
        subject_of_draft("workflow", json.dumps(graph), [], max_bytes=10_000)
