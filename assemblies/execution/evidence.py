"""What makes the record of runs hard to dispute: the audit of `default` names what `execution` holds.

Each run is audited before it is queued, and after it has ended the audit gets the hashes of its manifest and of the
last event of each item. Changing one database leaves the other one to contradict it.
"""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone

from assemblies.actions.audit import record_alone
from assemblies.audit_events import LibraryEvent
from assemblies.errors import Failure
from assemblies.execution.events import find_breaks
from assemblies.execution.health import store_health
from assemblies.execution.leases import sweep_work_items
from assemblies.execution.models import Manifest, Run, WorkItem
from assemblies.execution.states import SYSTEM, Status
from assemblies.execution.transitions import ALIAS
from assemblies.inspection.verify import Finding
from assemblies.progress import in_batches
from devmode.actor import Actor, Role
from devmode.audit import AuditFacts
from devmode.models.audit import AuditEntry, Outcome
from devmode.write_lock import WriteLockTimeout, write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
ACTOR = Actor(name=SYSTEM, role=Role.COMMAND)
SEAL_SECONDS = 10
BATCH = 200
# A run that was just audited may be on its way into the queue, and one that just ended on its way into the audit.
GRACE = timedelta(seconds=60)
RECENT = timedelta(days=1)


def keep_evidence(stopped: Event, *, every_seconds: float = SEAL_SECONDS) -> None:
    """Seal what ended, name what never began and keep the health of what is live, until `stopped` is set.

    A companion of `serve`. It lets time pass over the queue, too: where no worker runs, devices may.
    """
    while not stopped.wait(every_seconds):
        try:
            sweep_work_items(now=timezone.now())
            while seal_finished(now=timezone.now()) == BATCH:
                continue
            name_not_started(now=timezone.now())
            store_health(now=timezone.now())
        except (DatabaseError, Failure, WriteLockTimeout) as error:
            logger.warning("evidence: %s", error)
            connections.close_all()


def seal_finished(*, now: datetime) -> int:
    """Tell the audit what became of runs that ended, and return how many those were.

    The audit comes first: a crash in between seals them twice, which says the same again.
    """
    runs = list(Run.objects.finished().filter(sealed_at=None).order_by("finished_at")[:BATCH])
    if not runs:
        return 0
    _record(LibraryEvent.SEAL_RUNS, {"runs": [_seal_of(run) for run in runs]}, now)
    with write_transaction(ALIAS):
        Run.objects.filter(run_id__in=[run.run_id for run in runs]).update(sealed_at=now)
    return len(runs)


def _seal_of(run: Run) -> list[Any]:
    """Return what the audit keeps of a run: its GUID, both hashes of its manifest, its items' last event hashes."""
    manifest = Manifest.objects.get(run_id=run.run_id)
    ends = list(WorkItem.objects.of_run(run.run_id).values_list("last_event_hash", flat=True))
    return [run.run_id, manifest.hash, manifest.sealed_hash, ends]


def name_not_started(*, now: datetime) -> list[str]:
    """Tell the audit which permitted runs of the last day never reached the queue, and return them."""
    missing = find_not_started(since=now - RECENT, until=now - GRACE)
    if missing:
        _record(LibraryEvent.RUNS_NOT_STARTED, {"runs": missing}, now)
        logger.warning("evidence: runs that were permitted, but never reached the queue: %s", ", ".join(missing))
    return missing


def find_not_started(*, since: datetime | None, until: datetime) -> list[str]:
    """Return the runs that the audit knows, no manifest names and no later entry explains."""
    submitted = AuditEntry.objects.filter(event=LibraryEvent.RUN, outcome=Outcome.SUCCESS, recorded_at__lte=until)
    explained = AuditEntry.objects.filter(event=LibraryEvent.RUNS_NOT_STARTED)
    if since is not None:
        submitted, explained = submitted.filter(recorded_at__gte=since), explained.filter(recorded_at__gte=since)
    known = {run_id for entry in explained for run_id in entry.read_detail()["runs"]}
    wanted = [run_id for run_id in submitted.values_list("subject_id", flat=True) if run_id not in known]
    return [run_id for part in in_batches(wanted, BATCH) for run_id in _without_manifest(part)]


def _without_manifest(run_ids: list[str]) -> list[str]:
    present = set(Manifest.objects.filter(run_id__in=run_ids).values_list("run_id", flat=True))
    return [run_id for run_id in run_ids if run_id not in present]


def find_faults(checked: "Counter[str]", *, now: datetime) -> Iterator[Finding]:
    """Yield each event, manifest and seal that is not what another says it is."""
    for item in WorkItem.objects.order_by("id").iterator():
        checked["work_items"] += 1
        for seq, fault in find_breaks(item):
            yield Finding("run_events", f"{item.work_item_hash} {seq}", fault)
    for manifest in Manifest.objects.order_by("start_time").iterator():
        checked["manifests"] += 1
        yield from _manifest_faults(manifest)
    yield from _seal_faults()
    for run in Run.objects.finished().filter(sealed_at=None, finished_at__lte=now - GRACE):
        yield Finding("run_seal", run.run_id, "the run ended and the audit has no seal of it")
    for run_id in find_not_started(since=None, until=now - GRACE):
        yield Finding("run", run_id, "the audit has its submission, and there is no such run")


def _manifest_faults(manifest: Manifest) -> Iterator[Finding]:
    if _sha256(manifest.frozen_json) != manifest.hash:
        yield Finding("manifest", manifest.run_id, "what was pinned at its submission was altered")
    if manifest.sealed_json and _sha256(manifest.sealed_json) != manifest.sealed_hash:
        yield Finding("manifest", manifest.run_id, "what it came to was altered")
    if Status(manifest.status).is_terminal and not manifest.sealed_json:
        yield Finding("manifest", manifest.run_id, "the run ended and its manifest was not sealed")


def _seal_faults() -> Iterator[Finding]:
    for entry in AuditEntry.objects.filter(event=LibraryEvent.SEAL_RUNS).order_by("sequence").iterator():
        for run_id, frozen_hash, sealed_hash, ends in entry.read_detail()["runs"]:
            manifest = Manifest.objects.filter(run_id=run_id).first()
            if manifest is None:
                yield Finding("manifest", run_id, f"audit entry {entry.sequence} seals it, and there is none")
            elif (manifest.hash, manifest.sealed_hash) != (frozen_hash, sealed_hash):
                yield Finding("manifest", run_id, f"it is not the one that audit entry {entry.sequence} sealed")
            elif ends != _ends_of(manifest):
                yield Finding("run_seal", run_id, f"its events do not end as audit entry {entry.sequence} says")


def _ends_of(manifest: Manifest) -> list[str]:
    return [item["last_event_hash"] for item in json.loads(manifest.sealed_json)["items"]]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _record(event: LibraryEvent, detail: dict[str, Any], now: datetime) -> None:
    record_alone(AuditFacts(actor=ACTOR, event=event, detail=detail), now=now)
