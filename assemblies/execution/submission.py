"""Submit a run: everything is decided, then audited, then queued under the same GUID. No audit entry, no run.

A crash between the two leaves an audited run that never reached the queue; `find_not_started` is how it is noticed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assemblies.actions.audit import audited_transaction
from assemblies.actions.permit import Permit
from assemblies.domains import AssemblyType
from assemblies.errors import IdempotencyKeyReused, InvalidField
from assemblies.execution.credentials import encrypt
from assemblies.execution.enqueue import ItemOrder, RunOrder, enqueue, require_room
from assemblies.execution.errors import LocalWorkerOff
from assemblies.execution.local import SERVER, is_local_worker_on, place_of_runs
from assemblies.execution.models import ActionDefault, Run, RunMode
from assemblies.execution.subject import UNSET_TIMEOUT_SECONDS, Subject
from assemblies.execution.variables import masked, resolve_variables
from assemblies.supervision import Variable, find_interpreters, runnable
from devmode.audit import AuditFacts, record
from devmode.audit import Subject as AuditSubject
from devmode.models.installation import Installation

CAPABILITY = "AssemblyRun"
DEFAULT_TIMEOUT_SECONDS = 300
MAX_TIMEOUT_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a run is to be carried out; `digest` is what an Idempotency-Key was sent with."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    targets: Sequence[str] = (SERVER,)
    timeout_seconds: int | None = None
    max_attempts: int = 1
    retry_when_lost: bool = False
    priority: int = 0
    expires_at: datetime | None = None
    reason: str = ""
    rerun_of: str = ""
    digest: str = ""


def submit(subject: Subject, options: RunOptions, *, permit: Permit, run_id: str) -> Run:
    """Queue a run and return it. Sent again under the same `run_id`, it returns the run that is there.

    Raises InvalidField, UnknownField, LocalWorkerOff, QueueFull, IdempotencyKeyReused, Forbidden, DevModeRequired.
    """
    if made := Run.objects.filter(run_id=run_id).first():
        if options.digest and made.request_digest != options.digest:
            raise IdempotencyKeyReused
        return made
    check_targets(options.targets)
    order = _order(subject, options, permit, run_id)
    require_room(len(order.items))
    place = place_of_runs()
    with audited_transaction(permit.actor, permit.event, guid=subject.assembly_guid):
        now = timezone.now()
        permit.check(place)
        permit.use_grant([place], now=now)
        record(
            AuditFacts(
                actor=permit.actor,
                event=permit.event,
                subject=AuditSubject(scope=subject.domain, kind="run", id=run_id),
                detail=_audit_detail(subject, options),
            ),
            now=now,
        )
    return enqueue(order, now=timezone.now())


def check_targets(targets: Sequence[str]) -> None:
    """Raise InvalidField unless every target is known, LocalWorkerOff where nothing runs on this server."""
    if not targets:
        raise InvalidField(_("Name at least one target."), field="targets")
    for number, target in enumerate(targets):
        if target != SERVER:
            raise InvalidField(_("The only target is “server”."), field=f"targets[{number}]")
    if not is_local_worker_on():
        raise LocalWorkerOff


def default_timeout(assembly_type: AssemblyType, timeout_seconds: int | None) -> int:
    """Return the seconds that a run of this type may take when nothing else was requested.

    That is what the assembly says, unless it is the default of documents, else what operators set for the type.
    """
    if timeout_seconds and timeout_seconds != UNSET_TIMEOUT_SECONDS:
        return timeout_seconds
    action = str(assembly_type.label)
    rows = ActionDefault.objects.filter(Q(action=action) | Q(action="*"), capability=CAPABILITY)
    seconds = {row.action: row.timeout_seconds for row in rows}
    return seconds.get(action) or seconds.get("*") or DEFAULT_TIMEOUT_SECONDS


def _order(subject: Subject, options: RunOptions, permit: Permit, run_id: str) -> RunOrder:
    variables = resolve_variables(subject.language, subject.variables, options.variables)
    timeout = options.timeout_seconds or default_timeout(subject.assembly_type, subject.timeout_seconds)
    installation = Installation.current()
    targets = list(dict.fromkeys(options.targets))
    interpreter = find_interpreters().get(subject.language, "")
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
        "variables": masked(variables),
        **_pinned(subject, interpreter),
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
        items=[_item(subject, variables, timeout, is_runnable=bool(interpreter)) for _target in targets],
        run_mode=_mode(subject),
        priority=options.priority,
        max_attempts=options.max_attempts,
        retry_when_lost=options.retry_when_lost,
        expires_at=options.expires_at,
        rerun_of=options.rerun_of,
        request_digest=options.digest,
    )


def _mode(subject: Subject) -> RunMode:
    return RunMode.TEST if subject.is_draft else RunMode.STANDARD


def _pinned(subject: Subject, interpreter: str) -> dict[str, Any]:
    """Return what of the subject the manifest keeps: of an assembly its names and hashes, of a draft its text."""
    executed = runnable(subject.language, subject.script)
    facts = {
        "assembly_guid": subject.assembly_guid,
        "display_name": subject.display_name,
        "domain": subject.domain,
        "revision": subject.revision,
        "content_hash": subject.content_hash,
        "assembly_type": subject.assembly_type.value,
        "interpreter": interpreter,
        "script_sha256": hashlib.sha256(subject.script).hexdigest(),
        "executed_sha256": hashlib.sha256(executed).hexdigest(),
        "files": [{"name": name, "sha256": file.sha256, "size_bytes": file.size_bytes} for name, file in subject.files],
    }
    return facts | ({"script": subject.script.decode("utf-8", "replace")} if subject.is_draft else {})


def _item(subject: Subject, variables: Sequence[Variable], timeout: int, *, is_runnable: bool) -> ItemOrder:
    action = str(subject.assembly_type.label)
    return ItemOrder(
        capability=CAPABILITY,
        action=action,
        settings={
            "assembly_type": subject.language.value,
            "script": _reference(subject.payload) if subject.payload else {"text": subject.script.decode("latin-1")},
            "files": [{"name": name, **_reference(file)} for name, file in subject.files],
            "variables": masked(variables),
        },
        timeout_seconds=timeout,
        ciphertext=encrypt({variable.name: variable.text for variable in variables if variable.secret}),
        waiting_for="" if is_runnable else f"capability {action}",
    )


def _reference(payload: Any) -> dict[str, Any]:
    return {"guid": payload.guid, "sha256": payload.sha256, "size_bytes": payload.size_bytes}


def _audit_detail(subject: Subject, options: RunOptions) -> dict[str, Any]:
    facts = {
        "assembly_guid": subject.assembly_guid,
        "revision": subject.revision,
        "content_hash": subject.content_hash,
        "targets": list(options.targets),
        "reason": options.reason,
        "rerun_of": options.rerun_of,
        "script_sha256": hashlib.sha256(subject.script).hexdigest() if subject.is_draft else "",
    }
    return {name: value for name, value in facts.items() if value}
