"""Submit a run: everything is decided, then audited, then queued under the same GUID. No audit entry, no run.

A crash between the two leaves an audited run that never reached the queue; `find_not_started` is how it is noticed.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assemblies.actions.audit import audited_transaction
from assemblies.actions.permit import Permit
from assemblies.errors import IdempotencyKeyReused, InvalidField
from assemblies.execution.enqueue import RunOrder, enqueue_together, require_room
from assemblies.execution.errors import LocalWorkerOff
from assemblies.execution.local import SERVER, is_local_worker_on, place_of_runs
from assemblies.execution.models import Run, RunMode
from assemblies.execution.pinning import default_timeout, item_of, pinned_facts
from assemblies.execution.subject import Subject
from assemblies.execution.variables import masked, resolve_variables
from assemblies.execution.workflow import find_steps, items_of_steps, pinned_steps
from assemblies.supervision import Language
from devmode.audit import AuditFacts, record
from devmode.audit import Subject as AuditSubject
from devmode.models.installation import Installation


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a run is to be carried out; `digest` is what an Idempotency-Key was sent with."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    targets: Sequence[str] = (SERVER,)
    timeout_seconds: int | None = None
    max_attempts: int = 1
    retry_when_lost: bool = False
    priority: int = 0
    affinity_key: str = ""
    require_affinity_match: bool = False
    expires_at: datetime | None = None
    reason: str = ""
    rerun_of: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Submission:
    """One run to be queued, under its GUID."""

    subject: Subject
    options: RunOptions
    run_id: str


def submit(subject: Subject, options: RunOptions, *, permit: Permit, run_id: str) -> Run:
    """Queue a run and return it. Sent again under the same `run_id`, it returns the run that is there.

    Raises InvalidField, UnknownField, LocalWorkerOff, QueueFull, IdempotencyKeyReused, Forbidden, DevModeRequired.
    """
    if made := Run.objects.filter(run_id=run_id).first():
        if options.digest and made.request_digest != options.digest:
            raise IdempotencyKeyReused
        return made
    [run] = submit_together([Submission(subject, options, run_id)], permit=permit)
    return run


def submit_together(
    submissions: Sequence[Submission], *, permit: Permit, along: Callable[[], object] = lambda: None
) -> list[Run]:
    """Queue several runs, all or none. `along` is called in the transaction that queues them; what it raises undoes it.

    Raises what `submit` raises, and what `along` raises.
    """
    orders = [examine(submission, permit) for submission in submissions]
    require_room(sum(len(order.items) for order in orders))
    place = place_of_runs()
    with audited_transaction(permit.actor, permit.event, guid=submissions[0].subject.assembly_guid):
        now = timezone.now()
        permit.check(place)
        permit.use_grant([place], now=now)
        for submission in submissions:
            _record(submission, permit, now)
    return enqueue_together(orders, now=timezone.now(), along=along)


def examine(submission: Submission, permit: Permit) -> RunOrder:
    """Return what would be queued, and change nothing. Raises InvalidField, UnknownField, LocalWorkerOff."""
    check_targets(submission.options.targets)
    return _order(submission.subject, submission.options, permit, submission.run_id)


def _record(submission: Submission, permit: Permit, now: datetime) -> None:
    subject = submission.subject
    facts = AuditFacts(
        actor=permit.actor,
        event=permit.event,
        subject=AuditSubject(scope=subject.domain, kind="run", id=submission.run_id),
        detail=_audit_detail(subject, submission.options),
    )
    record(facts, now=now)


def check_targets(targets: Sequence[str]) -> None:
    """Raise InvalidField unless every target is known, LocalWorkerOff where nothing runs on this server."""
    if not targets:
        raise InvalidField(_("Name at least one target."), field="targets")
    for number, target in enumerate(targets):
        if target != SERVER:
            raise InvalidField(_("The only target is “server”."), field=f"targets[{number}]")
    if not is_local_worker_on():
        raise LocalWorkerOff


def _order(subject: Subject, options: RunOptions, permit: Permit, run_id: str) -> RunOrder:
    language = Language.BASH if subject.is_workflow else subject.language
    variables = resolve_variables(language, subject.variables, options.variables)
    steps = find_steps(subject, variables)
    timeout = options.timeout_seconds or default_timeout(subject.assembly_type, subject.timeout_seconds)
    installation = Installation.current()
    targets = list(dict.fromkeys(options.targets))
    frozen = {
        "run_id": run_id,
        "instance_id": installation.instance_id,
        "run_mode": _mode(subject).value,
        "submitted_at": timezone.now().isoformat(),
        "actor": permit.actor.name,
        "reason": options.reason,
        "targets": targets,
        "timeout_seconds": timeout,
        "max_attempts": options.max_attempts,
        "retry_when_lost": options.retry_when_lost,
        **_pinned_affinity(options),
        "variables": masked(variables),
        **pinned_facts(subject),
        **pinned_steps(subject, steps),
    }
    return RunOrder(
        run_id=run_id,
        instance_id=installation.instance_id,
        epoch=installation.epoch,
        assembly_guid=subject.assembly_guid,
        display_name=subject.display_name,
        domain=subject.domain,
        revision=subject.revision,
        content_hash=subject.content_hash,
        actor=permit.actor.name,
        actor_id=None,
        reason=options.reason,
        targets=targets,
        frozen=frozen,
        items=[
            item
            for number in range(len(targets))
            for item in items_of_steps(item_of(subject, variables, timeout), steps, start=number * (1 + len(steps)))
        ],
        run_mode=_mode(subject),
        priority=options.priority,
        affinity_key=options.affinity_key,
        require_affinity_match=options.require_affinity_match,
        max_attempts=options.max_attempts,
        retry_when_lost=options.retry_when_lost,
        expires_at=options.expires_at,
        rerun_of=options.rerun_of,
        request_digest=options.digest,
    )


def _pinned_affinity(options: RunOptions) -> dict[str, Any]:
    if not options.affinity_key:
        return {}
    return {"affinity_key": options.affinity_key, "require_affinity_match": options.require_affinity_match}


def _mode(subject: Subject) -> RunMode:
    return RunMode.TEST if subject.is_draft else RunMode.STANDARD


def _audit_detail(subject: Subject, options: RunOptions) -> dict[str, Any]:
    facts = {
        "assembly_guid": subject.assembly_guid,
        "revision": subject.revision,
        "content_hash": subject.content_hash,
        "targets": list(options.targets),
        "reason": options.reason,
        "rerun_of": options.rerun_of,
        "nodes": [[node.node_id, one.assembly_guid, one.revision] for node, one in subject.nodes],
        "script_sha256": hashlib.sha256(subject.script).hexdigest() if subject.is_draft else "",
    }
    return {name: value for name, value in facts.items() if value}
