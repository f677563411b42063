"""Cancel, abandon and reorder on somebody's behalf: who may, and what the audit hears.

A cancel always happens: its event is written first, the audit entry after it.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.utils import timezone

from assemblies.actions.audit import record_alone
from assemblies.actions.permit import Permit, get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.errors import Failure
from assemblies.execution.cancel import abandon_run, cancel_item, cancel_run, find_stale_runs
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.reorder import Direction, reorder
from assemblies.permissions import Place, Verb
from devmode.actor import Actor
from devmode.audit import AuditFacts, Subject

MAX_ABANDONED = 500
ABANDONED = "abandoned"
logger = logging.getLogger(f"borealis.engine.{__name__}")


def permit_cancel(actor: Actor, run_actor: str) -> Permit:
    """Return the permit to cancel what `run_actor` submitted: one's own, or as an administrator anybody's.

    Raises Forbidden.
    """
    own = actor.name == run_actor
    verb, place = (Verb.RUN, Place.OWN) if own else (Verb.ADMINISTER, Place.LIBRARY)
    return get_permit(actor, LibraryEvent.CANCEL_RUN, place, verb=verb)


def cancel_run_for(run: Run, *, permit: Permit, reason: str) -> list[WorkItem]:
    """Cancel what of a run is live, and return those items."""
    canceled = cancel_run(run.run_id, actor=permit.actor.name, reason=reason, now=timezone.now())
    if canceled:
        _tell_audit(permit, run.run_id, run.domain, {"items": len(canceled), "reason": reason})
    return canceled


def cancel_item_for(item: WorkItem, *, permit: Permit, reason: str) -> list[WorkItem]:
    """Cancel one item if it is live."""
    canceled = cancel_item(item.work_item_hash, actor=permit.actor.name, reason=reason, now=timezone.now())
    if canceled:
        _tell_audit(permit, item.run_id, "", {"work_item_hash": item.work_item_hash, "reason": reason})
    return canceled


def permit_abandon(actor: Actor) -> Permit:
    """Return the permit to give up runs, anybody's. Raises Forbidden."""
    return get_permit(actor, LibraryEvent.ABANDON_RUN, Place.LIBRARY, verb=Verb.ADMINISTER)


def abandon_for(run: Run, *, permit: Permit, reason: str) -> list[WorkItem]:
    """Give up a run: what no worker answers for ends at once, the rest is canceled. Returns those items."""
    reason = reason or ABANDONED
    items = abandon_run(run.run_id, actor=permit.actor.name, reason=reason, now=timezone.now())
    if items:
        _tell_audit(permit, run.run_id, run.domain, {"items": len(items), "reason": reason})
    return items


def abandon_stale_for(silent_for: timedelta, *, permit: Permit, reason: str) -> Iterable[Run]:
    """Give up, oldest first and at most MAX_ABANDONED, each run of which nothing was heard for so long; yield them."""
    for run in list(find_stale_runs(silent_since=timezone.now() - silent_for)[:MAX_ABANDONED]):
        if abandon_for(run, permit=permit, reason=reason):
            yield run


def reorder_for(item: WorkItem, direction: Direction, *, permit: Permit) -> WorkItem:
    """Move an item that waits. Raises IllegalTransition, AlreadyFinalized."""
    moved = reorder(item.work_item_hash, direction, actor=permit.actor.name, now=timezone.now())
    detail = {"work_item_hash": item.work_item_hash, "direction": direction.value}
    _tell_audit(permit, item.run_id, "", detail)
    return moved


def _tell_audit(permit: Permit, run_id: str, domain: str, detail: Mapping[str, object]) -> None:
    facts = AuditFacts(
        actor=permit.actor,
        event=permit.event,
        subject=Subject(scope=domain, kind="run", id=run_id),
        detail={name: value for name, value in detail.items() if value},
    )
    try:
        record_alone(facts, now=timezone.now())
    except Failure:
        # It was done, and the item's own event says by whom; the log says that the audit does not.
        logger.critical("audit: %s of run %s by %s was not recorded", permit.event, run_id, permit.actor.name)
