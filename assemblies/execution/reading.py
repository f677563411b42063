"""What is told of runs, and to whom: that a run happened, or also what it was given and what it said.

Viewers see that runs happened. Operators see the contents of runs on devices, administrators of all.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from assemblies.execution.errors import ManifestNotFound, RunNotFound, WorkItemNotFound
from assemblies.execution.health import Health
from assemblies.execution.local import SERVER
from assemblies.execution.models import Manifest, Run, WorkItem, WorkItemAttempt, WorkItemEvent
from assemblies.execution.states import Status
from assemblies.permissions import Place, Verb, may
from devmode.actor import Actor

HIDDEN_IN_MANIFEST = frozenset({"variables", "node_values", "script", "reason"})
BUCKETS: Mapping[str, Collection[Status]] = {
    "Upcoming": (Status.QUEUED, Status.ASSIGNED, Status.RETRY_SCHEDULED),
    "InProgress": (Status.DISPATCHED, Status.RUNNING),
    "Stalled": (Status.STALLED,),
    "Completed": (Status.COMPLETED,),
    "Errored": (Status.FAILED, Status.TIMED_OUT, Status.CANCELED),
}


@dataclass(frozen=True)
class Sight:
    """What somebody may see of runs."""

    on_devices: bool
    on_server: bool

    @classmethod
    def of(cls, actor: Actor) -> "Sight":
        return cls(on_devices=may(actor, Verb.RUN, Place.OWN), on_server=may(actor, Verb.ADMINISTER, Place.LIBRARY))

    def covers(self, targets: Iterable[str]) -> bool:
        """Say whether variables, output and errors of a run on these targets are told."""
        return self.on_server if SERVER in targets else self.on_devices


def get_run(run_id: str) -> Run:
    """Raises RunNotFound."""
    run = Run.objects.filter(run_id=run_id.strip().lower()).first()
    if run is None:
        raise RunNotFound(run_id=run_id)
    return run


def get_item(work_item_hash: str) -> WorkItem:
    """Raises WorkItemNotFound."""
    item = WorkItem.objects.filter(work_item_hash=work_item_hash.strip().lower()).first()
    if item is None:
        raise WorkItemNotFound(work_item_hash=work_item_hash)
    return item


def get_manifest(manifest_hash: str) -> Manifest:
    """Raises ManifestNotFound."""
    manifest = Manifest.objects.filter(hash=manifest_hash.strip().lower()).first()
    if manifest is None:
        raise ManifestNotFound(hash=manifest_hash)
    return manifest


def run_lines(runs: Collection[Run], sight: Sight) -> list[dict[str, Any]]:
    """Return runs as REST, commands and pages tell of them."""
    items: dict[str, list[WorkItem]] = defaultdict(list)
    for item in WorkItem.objects.filter(run_id__in=[run.run_id for run in runs]).order_by("id"):
        items[item.run_id].append(item)
    attempts = _last_attempts(runs)
    return [_run_line(run, items[run.run_id], attempts, sight) for run in runs]


def _last_attempts(runs: Collection[Run]) -> dict[str, WorkItemAttempt]:
    rows = WorkItemAttempt.objects.filter(run_id__in=[run.run_id for run in runs]).order_by("attempt_number")
    return {row.work_item_hash: row for row in rows}


def _run_line(run: Run, items: list[WorkItem], attempts: Mapping[str, WorkItemAttempt], sight: Sight) -> dict[str, Any]:
    told = sight.covers(run.targets)
    return {
        "run_id": run.run_id,
        "status": run.status,
        "assembly_guid": run.assembly_guid,
        "display_name": run.display_name,
        "revision": run.revision,
        "content_hash": run.content_hash,
        "actor": run.actor,
        "reason": run.reason if told else "",
        "targets": run.targets,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "counts": dict(Counter(item.status for item in items)),
        "items": [_item_of_run(item, attempts.get(item.work_item_hash), told=told) for item in items],
        "manifest_hash": run.manifest_hash,
    }


def _item_of_run(item: WorkItem, attempt: WorkItemAttempt | None, *, told: bool) -> dict[str, Any]:
    return {
        "work_item_hash": item.work_item_hash,
        "node": node_label(item),
        "assembly_guid": item.operation_hash,
        "target": item.target_device or SERVER,
        "status": item.status,
        "attempt_number": item.attempt_number,
        "exit_code": attempt.exit_code if attempt else None,
        "exit_meaning": exit_meaning(item.settings, attempt.exit_code) if attempt else "",
        "last_error": item.last_error if told else "",
        "waiting_for": item.waiting_for,
        "output_bytes": attempt.output_bytes if attempt else 0,
        "output_dropped_bytes": attempt.output_dropped_bytes if attempt else 0,
    }


def exit_meaning(settings: Mapping[str, Any], exit_code: int | None) -> str:
    """Return the word of ExitMeaning that the assembly has for a code; "" where it has none."""
    meanings = settings.get("exit_codes", {})
    # The same 32 bits, which a system may report without their sign.
    spellings = () if exit_code is None else (exit_code, exit_code - 2**32, exit_code + 2**32)
    return next((meanings[str(code)] for code in spellings if str(code) in meanings), "")


def node_label(item: WorkItem) -> str:
    """Return the name of the workflow's node that an item carries out; of any other item nothing."""
    return str(item.settings.get("node", {}).get("label", ""))


def node_labels(run: Run) -> dict[str, str]:
    """Return the names of a workflow's nodes by work item."""
    labels = {item.work_item_hash: node_label(item) for item in WorkItem.objects.of_run(run.run_id)}
    return {key: label for key, label in labels.items() if label}


def item_line(item: WorkItem, health: Health, *, told: bool) -> dict[str, Any]:
    """Return a work item as the queue tells of it."""
    names = (
        "work_item_hash run_id operation_hash capability action priority status prior_status attempt_number "
        "max_attempts assigned_worker_id waiting_for cancel_requested enqueued_at dispatched_at started_at "
        "completed_at retry_after expires_at lease_until queue_wait_ms actor revision"
    ).split()
    facts = {name: getattr(item, name) for name in names}
    return facts | {
        "target": item.target_device or SERVER,
        "timeout_seconds": item.timeout_ms // 1000,
        "health": None if health.score is None else round(health.score, 3),
        "health_label": health.label,
        "health_reason": health.reason,
        "last_error": item.last_error if told else "",
        "cancel_reason": item.cancel_reason if told else "",
    }


def events_of(rows: Iterable[WorkItemEvent], *, told: bool) -> list[dict[str, Any]]:
    """Return events; what they carry is told to those who may know it."""
    names = "event_guid work_item_hash event_type from_status to_status worker_id actor emitted_at seq".split()
    return [
        {name: getattr(event, name) for name in names}
        | {"payload": json.loads(event.payload) if told and event.payload else {}}
        for event in rows
    ]


def timeline_of(run: Run) -> list[dict[str, Any]]:
    """Return what happened to a run and when, in seconds since it was submitted."""
    return [
        {
            "seconds": round((event.emitted_at - run.created_at).total_seconds(), 3),
            "emitted_at": event.emitted_at,
            "work_item_hash": event.work_item_hash,
            "attempt_number": event.attempt_number,
            "event_type": event.event_type,
            "from_status": event.from_status,
            "to_status": event.to_status,
        }
        for event in run_events(run)
    ]


def run_events(run: Run) -> "QuerySet[WorkItemEvent]":
    return WorkItemEvent.objects.filter(run_id=run.run_id).order_by("emitted_at", "work_item_hash", "seq")


def manifest_line(manifest: Manifest) -> dict[str, Any]:
    names = "hash run_id operation_hash operation_name status run_mode start_time stop_time elapsed_ms".split()
    return {name: getattr(manifest, name) for name in names}


def manifest_facts(manifest: Manifest, *, told: bool) -> dict[str, Any]:
    """Return both parts of a manifest, as JSON, and as the very texts that its hashes are of.

    What was given and said, and the texts with it, is told to those who may know it.
    """
    frozen = json.loads(manifest.frozen_json)
    sealed = json.loads(manifest.sealed_json) if manifest.sealed_json else None
    if told:
        texts = {"frozen_json": manifest.frozen_json, "sealed_json": manifest.sealed_json}
    else:
        frozen = _without_contents(frozen)
        if "nodes" in frozen:
            frozen["nodes"] = [_without_contents(node) for node in frozen["nodes"]]
        sealed, texts = _without_errors(sealed), {}
    return manifest_line(manifest) | {"frozen": frozen, "sealed": sealed, "sealed_hash": manifest.sealed_hash} | texts


def _without_contents(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in HIDDEN_IN_MANIFEST}


def _without_errors(sealed: Any) -> Any:
    for item in sealed["items"] if sealed else ():
        item["last_error"] = ""
        for attempt in item["attempts"]:
            attempt["error"] = ""
    return sealed


def summary(items: "QuerySet[WorkItem] | None" = None) -> dict[str, int]:
    """Return how many of the work items, by default of all there are, are in each bucket."""
    rows = WorkItem.objects.all() if items is None else items
    counts = dict(rows.order_by().values_list("status").annotate(Count("id")))
    return {bucket: sum(counts.get(status, 0) for status in statuses) for bucket, statuses in BUCKETS.items()}


def run_ids_on(target: str) -> "QuerySet[WorkItem, str]":
    """Return the GUIDs of runs with an item on a target."""
    device = "" if target == SERVER else target
    return WorkItem.objects.filter(target_device=device).order_by().values_list("run_id", flat=True)


def run_ids_of(capability: str) -> "QuerySet[WorkItem, str]":
    return WorkItem.objects.filter(capability=capability).order_by().values_list("run_id", flat=True)


def run_ids_about(assembly_guid: str) -> "QuerySet[Run, str]":
    return Run.objects.filter(assembly_guid=assembly_guid).order_by().values_list("run_id", flat=True)
