"""Manifests: frozen at submission, sealed in the transaction that ends the last item. Each part is written once."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from assemblies.documents import canonical_json
from assemblies.execution.models import Manifest, Run, WorkItem, WorkItemAttempt

FORMAT = 1


def freeze(facts: dict[str, Any]) -> tuple[str, str]:
    """Return (SHA-256, JSON) of what a run pins."""
    text = canonical_json({"format": FORMAT, **facts})
    return hashlib.sha256(text).hexdigest(), text.decode()


def seal(run: Run, *, now: datetime) -> None:
    """Write what a run came to. Within the transaction of its last transition; a sealed manifest is left as it is."""
    manifest = Manifest.objects.select_for_update().get(run_id=run.run_id)
    if manifest.sealed_json:
        return
    begin = run.started_at or run.created_at
    text = canonical_json({"format": FORMAT, "manifest": manifest.hash, **_sealed_facts(run)})
    manifest.status = run.status
    manifest.stop_time = now
    manifest.elapsed_ms = max(0, (now - begin) // timedelta(milliseconds=1))
    manifest.sealed_json, manifest.sealed_hash = text.decode(), hashlib.sha256(text).hexdigest()
    manifest.save(update_fields=["status", "stop_time", "elapsed_ms", "sealed_json", "sealed_hash"])


def _sealed_facts(run: Run) -> dict[str, Any]:
    attempts: dict[str, list[dict[str, Any]]] = {}
    for attempt in WorkItemAttempt.objects.filter(run_id=run.run_id).order_by("attempt_number"):
        attempts.setdefault(attempt.work_item_hash, []).append(_attempt_facts(attempt))
    return {
        "run_id": run.run_id,
        "status": str(run.status),
        "created_at": _iso(run.created_at),
        "started_at": _iso(run.started_at),
        "finished_at": _iso(run.finished_at),
        "items": [
            {
                "work_item_hash": item.work_item_hash,
                "status": str(item.status),
                "target": item.target_device or "server",
                **({"node_hash": item.node_hash} if item.node_hash else {}),
                "last_error": item.last_error,
                "events": item.events_written,
                "last_event_hash": item.last_event_hash,
                "attempts": attempts.get(item.work_item_hash, []),
            }
            for item in WorkItem.objects.of_run(run.run_id)
        ],
    }


def _attempt_facts(attempt: WorkItemAttempt) -> dict[str, Any]:
    return {
        "attempt_number": attempt.attempt_number,
        "worker_id": attempt.worker_id,
        "outcome": str(attempt.outcome),
        "error": attempt.error,
        "exit_code": attempt.exit_code,
        "started_at": _iso(attempt.started_at),
        "ended_at": _iso(attempt.ended_at),
        "duration_ms": attempt.duration_ms,
        "output_bytes": attempt.output_bytes,
        "output_dropped_bytes": attempt.output_dropped_bytes,
        "stdout_sha256": attempt.stdout_sha256,
        "stderr_sha256": attempt.stderr_sha256,
    }


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
