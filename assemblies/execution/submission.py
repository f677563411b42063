"""Submit a run: everything is decided, then audited, then queued under the same GUID. No audit entry, no run.

A crash between the two leaves an audited run that never reached the queue; `find_not_started` is how it is noticed.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assemblies.actions.audit import audited_transaction, named_failures
from assemblies.actions.permit import Permit
from assemblies.errors import IdempotencyKeyReused, InvalidField
from assemblies.execution.enqueue import ItemOrder, RunOrder, enqueue_groups, enqueue_together, require_room
from assemblies.execution.local import SERVER
from assemblies.execution.models import Run, RunMode
from assemblies.execution.pinning import default_timeout, item_of, pinned_facts
from assemblies.execution.subject import Subject
from assemblies.execution.targets import Destinations, Resolver, find_destinations, no_devices, places_of
from assemblies.execution.variables import masked, resolve_variables
from assemblies.execution.workflow import NodeStep, find_steps, items_of_steps, pinned_steps
from assemblies.supervision import Language, Variable
from devmode.audit import AuditFacts, record
from devmode.audit import Subject as AuditSubject
from devmode.models.installation import Installation
from devmode.write_lock import write_transaction

# A device may be off for long; what it was to do then is not done days later, unless the submitter says so.
DEVICE_EXPIRY = timedelta(hours=24)


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
    confirm_count: int | None = None


@dataclass(frozen=True)
class Submission:
    """One run to be queued, under its GUID."""

    subject: Subject
    options: RunOptions
    run_id: str


def submit(
    subject: Subject, options: RunOptions, *, permit: Permit, run_id: str, resolver: Resolver = no_devices
) -> Run:
    """Queue a run and return it. Sent again under the same `run_id`, it returns the run that is there.

    Raises InvalidField, UnknownField, LocalWorkerOff, NoDevicesTargeted, ConfirmCountRequired, QueueFull,
    IdempotencyKeyReused, Forbidden, DevModeRequired.
    """
    if made := Run.objects.filter(run_id=run_id).first():
        if options.digest and made.request_digest != options.digest:
            raise IdempotencyKeyReused
        return made
    [run] = submit_together([Submission(subject, options, run_id)], permit=permit, resolver=resolver)
    return run


def submit_together(
    submissions: Sequence[Submission],
    *,
    permit: Permit,
    along: Callable[[], object] = lambda: None,
    resolver: Resolver = no_devices,
) -> list[Run]:
    """Queue several runs, all or none. `along` is called in the transaction that queues them; what it raises undoes it.

    Raises what `submit` raises, and what `along` raises.
    """
    group = grouped(submissions, permit=permit, along=along, resolver=resolver)
    require_room(len(group.items))
    with audited_transaction(permit.actor, permit.event, guid=submissions[0].subject.assembly_guid):
        _admit(group, timezone.now())
    return enqueue_together(group.orders, now=timezone.now(), along=along)


@dataclass(frozen=True)
class Group:
    """Runs that were examined, and are queued all or none; `along` as `submit_together` has it."""

    submissions: Sequence[Submission]
    orders: Sequence[RunOrder]
    permit: Permit
    along: Callable[[], object]

    @property
    def items(self) -> list[ItemOrder]:
        return [item for order in self.orders for item in order.items]


def grouped(
    submissions: Sequence[Submission], *, permit: Permit, along: Callable[[], object], resolver: Resolver = no_devices
) -> Group:
    """Examine runs, and change nothing. Raises what `examine` raises."""
    return Group(submissions, [examine(one, permit, resolver) for one in submissions], permit, along)


def submit_groups(groups: Sequence[Group], *, giving_way: type[Exception]) -> list[bool]:
    """Queue several groups in one transaction of the audit and one of the queue, and return which were.

    One whose `along` is `giving_way` is left out. Whatever else is wrong with one is raised and nothing is queued:
    each may then be submitted by itself.
    """
    require_room(sum(len(group.items) for group in groups))
    with named_failures(), write_transaction():
        now = timezone.now()
        for group in groups:
            _admit(group, now)
    parts = [(group.orders, group.along) for group in groups]
    return enqueue_groups(parts, now=timezone.now(), giving_way=giving_way)


def _admit(group: Group, now: datetime) -> None:
    """Check that a group may be run, and say so to the audit, within the current transaction."""
    places = list({place for order in group.orders for place in places_of(order.targets)})
    for place in places:
        group.permit.check(place)
    group.permit.use_grant(places, now=now)
    for submission in group.submissions:
        _record(submission, group.permit, now)


def examine(submission: Submission, permit: Permit, resolver: Resolver = no_devices) -> RunOrder:
    """Return what would be queued, and change nothing.

    Raises InvalidField, UnknownField, LocalWorkerOff, NoDevicesTargeted, ConfirmCountRequired.
    """
    subject, options = submission.subject, submission.options
    destinations = find_destinations(options.targets, resolver, confirm_count=options.confirm_count)
    if destinations.devices and (subject.is_draft or subject.is_workflow):
        raise InvalidField(_("Drafts and workflows are run on the server only."), field="targets")
    return _order(subject, options, destinations, permit, submission.run_id)


def _record(submission: Submission, permit: Permit, now: datetime) -> None:
    subject = submission.subject
    facts = AuditFacts(
        actor=permit.actor,
        event=permit.event,
        subject=AuditSubject(scope=subject.domain, kind="run", id=submission.run_id),
        detail=_audit_detail(subject, submission.options),
    )
    record(facts, now=now)


def _order(subject: Subject, options: RunOptions, destinations: Destinations, permit: Permit, run_id: str) -> RunOrder:
    language = Language.BASH if subject.is_workflow else subject.language
    variables = resolve_variables(language, subject.variables, options.variables)
    steps = find_steps(subject, variables)
    timeout = options.timeout_seconds or default_timeout(subject.assembly_type, subject.timeout_seconds)
    installation = Installation.current()
    now = timezone.now()
    frozen = {
        "run_id": run_id,
        "instance_id": installation.instance_id,
        "run_mode": _mode(subject).value,
        "submitted_at": now.isoformat(),
        "actor": permit.actor.name,
        "reason": options.reason,
        "targets": destinations.targets,
        **({"devices": destinations.devices} if destinations.devices else {}),
        "timeout_seconds": timeout,
        "max_attempts": options.max_attempts,
        "retry_when_lost": options.retry_when_lost,
        **_pinned_affinity(options),
        "variables": masked(variables),
        **pinned_facts(subject),
        # Which program a device has only the device knows.
        **({} if destinations.is_on_server else {"interpreter": ""}),
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
        targets=destinations.targets,
        frozen=frozen,
        items=_items(subject, destinations, variables, steps, timeout, options.expires_at or now + DEVICE_EXPIRY),
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


def _items(
    subject: Subject,
    destinations: Destinations,
    variables: Sequence[Variable],
    steps: Sequence[NodeStep],
    timeout: int,
    device_expiry: datetime,
) -> list[ItemOrder]:
    item = item_of(subject, variables, timeout)
    on_server = items_of_steps(item, steps, start=0) if destinations.is_on_server else []
    # Only the device itself knows which programs it has.
    on_device = replace(item, waiting_for="", expires_at=device_expiry)
    return [*on_server, *(replace(on_device, target_device=guid) for guid in destinations.devices)]


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
