"""Work of one device: claimed and answered by the same functions as the built-in worker's, and of no other device.

A claim whose answer was lost is handed over again under the same attempt, which an agent never starts twice. What a
message does, it does within the transaction of that message (`fleet.message`).
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from assemblies.agent.messages import result_statement
from assemblies.errors import InvalidField, LibraryError, PayloadCorrupt, PayloadMissing
from assemblies.execution import worker_messages
from assemblies.execution.claim import WorkerFacts, claim_locked
from assemblies.execution.defaults import CAPABILITY
from assemblies.execution.errors import AlreadyFinalized, ContentNotFound, WorkItemNotFound
from assemblies.execution.handover import read_content, successful_codes
from assemblies.execution.models import WorkItem
from assemblies.execution.states import EventType, Status
from assemblies.execution.transitions import check_held
from assemblies.execution.worker_messages import Chunk, Ended
from assemblies.fleet.claimable import held_by, may_claim, runnable_actions
from assemblies.fleet.device_access import DevicePrincipal
from assemblies.fleet.errors import InvalidResultSignature
from assemblies.fleet.keys import SIGNATURE_BYTES, PublicKey, find_bytes
from assemblies.fleet.models import DeviceKey, DeviceStatus
from assemblies.fleet.signed_manifest import handed_over
from assemblies.payloads import PayloadStore
from assemblies.supervision import is_successful
from devmode.models.installation import Installation

logger = logging.getLogger(f"borealis.engine.{__name__}")
# A script's own pace makes thousands of chunks a day; more come from an agent that wants to fill the disk.
MAX_CHUNKS = 20_000


@dataclass(frozen=True)
class WorkRequest:
    """What a device says when it wants work: the languages it has programs for, and the attempts it knows of."""

    languages: Collection[str] | None = None
    held: Collection[tuple[str, int]] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Claimed:
    """What a claim came to, and whether the device may claim more at once: else it need not ask until it is woken."""

    item: WorkItem | None = None
    work_waits: bool = False


def claim_next(device: DevicePrincipal, wanted: WorkRequest, *, now: datetime) -> Claimed:
    """Claim the next item of a device, unless nothing waits or it has no room. In the current transaction."""
    if device.device.status != DeviceStatus.ACTIVE:
        return Claimed()
    actions = runnable_actions(device.device.capabilities if wanted.languages is None else wanted.languages)
    held = list(held_by(device.guid).select_for_update().order_by("id"))
    if item := _lost_in_transit(device, held, wanted):
        again = _claimed_again(device, item, now)
        return Claimed(again, may_claim(device.device, actions, holding=len(held) - (again is None)))
    if not may_claim(device.device, actions, holding=len(held)):
        return Claimed()
    able = [(CAPABILITY, action) for action in actions]
    worker = WorkerFacts(worker_id=device.worker_id, device=device.guid, actions=able)
    items = claim_locked(worker, limit=1, epoch=Installation.current().epoch, now=now)
    return Claimed(items[0], may_claim(device.device, actions, holding=len(held) + 1)) if items else Claimed()


def _claimed_again(device: DevicePrincipal, item: WorkItem, now: datetime) -> WorkItem | None:
    if item.cancel_requested:
        end = Ended(event=EventType.CANCELED, error=item.cancel_reason)
        worker_messages.ended_locked(item, item.attempt_number, end, worker_id=device.worker_id, now=now)
        return None
    worker_messages.renew_locked([item], worker_id=device.worker_id, now=now)
    return item


def _lost_in_transit(device: DevicePrincipal, held: Sequence[WorkItem], wanted: WorkRequest) -> WorkItem | None:
    """Return an item that the device claimed, never began, and does not know of."""
    mine = [item for item in held if item.assigned_worker_id == device.worker_id and _phase(item) is Status.DISPATCHED]
    return next((item for item in mine if (item.work_item_hash, item.attempt_number) not in wanted.held), None)


def _phase(item: WorkItem) -> Status:
    return Status(item.prior_status if item.status == Status.STALLED else item.status)


def hand_over(device: DevicePrincipal, item: WorkItem, *, now: datetime) -> dict[str, str] | None:
    """Return what the device is handed of an item that it has claimed; one that cannot be handed over has failed."""
    try:
        return handed_over(item, now=now)
    except LibraryError as error:
        logger.warning("fleet: %s was not handed over: %s", item.work_item_hash, error.message)
        end = Ended(event=EventType.FAILED, error=error.message)
        worker_messages.ended(item.work_item_hash, item.attempt_number, end, worker_id=device.worker_id, now=now)
        return None


def _locked_item(device: DevicePrincipal, work_item_hash: str) -> WorkItem:
    """Lock an item of this device within the current transaction. Raises WorkItemNotFound."""
    return _own(WorkItem.objects.select_for_update(), device, work_item_hash)


def _own(rows: "QuerySet[WorkItem]", device: DevicePrincipal, work_item_hash: str) -> WorkItem:
    """Return an item of this device. Raises WorkItemNotFound, also for another's: it learns nothing of that."""
    item = rows.filter(work_item_hash=work_item_hash, target_device=device.guid).first()
    if item is None:
        raise WorkItemNotFound(work_item_hash=work_item_hash)
    return item


def read_file(device: DevicePrincipal, key: tuple[str, int], sha256: str, store: PayloadStore) -> bytes:
    """Return a file of an item that the device holds. Raises WorkItemNotFound, StaleAttempt, ContentNotFound."""
    item = _own(WorkItem.objects.all(), device, key[0])
    check_held(item, key[1], device.worker_id)
    try:
        return read_content(item, sha256, store)
    except (PayloadMissing, PayloadCorrupt) as error:
        # Said as a refusal of this file: an error of the server would let the device try again for ever.
        logger.warning("fleet: a file of %s cannot be handed over: %s", item.work_item_hash, error)
        raise ContentNotFound(sha256=sha256) from error


def take_progress(device: DevicePrincipal, key: tuple[str, int], *, now: datetime) -> WorkItem:
    """Note that the script of an item runs, and renew the claim. Raises WorkItemNotFound, StaleAttempt."""
    item = _locked_item(device, key[0])
    return worker_messages.started_locked(item, key[1], worker_id=device.worker_id, now=now)


def take_output(device: DevicePrincipal, key: tuple[str, int], chunks: Sequence[Chunk], *, now: datetime) -> WorkItem:
    """Keep what an item printed. Raises WorkItemNotFound, StaleAttempt, InvalidField."""
    item = _locked_item(device, key[0])
    worker_messages.add_output_locked(
        item,
        key[1],
        chunks,
        worker_id=device.worker_id,
        max_bytes=settings.RUN_OUTPUT_MAX_BYTES,
        max_chunks=MAX_CHUNKS,
        now=now,
    )
    return item


def take_end(
    device: DevicePrincipal, key: tuple[str, int], end: Ended, *, now: datetime
) -> tuple[WorkItem, bool] | AlreadyFinalized:
    """Record how an attempt ended, and return its item and whether the device may claim another at once. Of one that
    was ended without the device the result is kept as a late one.

    Raises WorkItemNotFound, StaleAttempt, InvalidField; returns AlreadyFinalized, which undoes nothing.
    """
    item = _locked_item(device, key[0])
    if end.event is EventType.COMPLETED and not is_successful(end.exit_code, successful_codes(item.settings)):
        raise InvalidField("This exit code is no success of this assembly.", field="exit_code")
    end = replace(end, output_bytes=max(end.output_bytes, worker_messages.kept_bytes(*key)))
    try:
        item = worker_messages.ended_locked(item, key[1], end, worker_id=device.worker_id, now=now)
    except AlreadyFinalized as refusal:
        worker_messages.keep_late_result_locked(item, key[1], end, worker_id=device.worker_id, now=now)
        return refusal
    actions = runnable_actions(device.device.capabilities)
    return item, may_claim(device.device, actions, holding=held_by(device.guid).count())


def check_result(device: DevicePrincipal, key: tuple[str, int], end: Mapping[str, Any], signature: str) -> None:
    """Raise InvalidResultSignature unless the device's own key signed this result."""
    signed, statement = find_bytes(signature, maximum=SIGNATURE_BYTES), result_statement(*key, end)
    keys = DeviceKey.objects.filter(device=device.device, revoked_at=None).values_list("public_key", flat=True)
    if signed is None or not any(PublicKey.of_text(text).verifies(signed, statement) for text in keys):
        raise InvalidResultSignature
