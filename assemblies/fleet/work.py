"""Work of one device: claimed and answered by the same functions as the built-in worker's, and of no other device.

A claim whose answer was lost is handed over again under the same attempt, which an agent never starts twice.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from assemblies.agent.messages import result_statement
from assemblies.domains import AssemblyType
from assemblies.errors import InvalidField, LibraryError, PayloadCorrupt, PayloadMissing
from assemblies.execution import worker_messages
from assemblies.execution.claim import WorkerFacts, claim
from assemblies.execution.defaults import CAPABILITY
from assemblies.execution.errors import AlreadyFinalized, ContentNotFound, WorkItemNotFound
from assemblies.execution.handover import read_content, successful_codes
from assemblies.execution.models import RunOutput, WorkItem
from assemblies.execution.states import EventType, Status
from assemblies.execution.transitions import check_held
from assemblies.execution.worker_messages import Chunk, Ended
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
SCRIPTS = frozenset(AssemblyType) - {AssemblyType.WORKFLOW}


@dataclass(frozen=True)
class WorkRequest:
    """What a device says when it wants work: the languages it has programs for, and the attempts it knows of."""

    languages: Collection[str] | None = None
    held: Collection[tuple[str, int]] = field(default_factory=frozenset)


def request_work(device: DevicePrincipal, wanted: WorkRequest, *, now: datetime) -> dict[str, str] | None:
    """Claim the next item of a device and return what it is handed, or None where nothing waits or it has no room."""
    if device.device.status != DeviceStatus.ACTIVE:
        return None
    if item := _lost_in_transit(device, wanted):
        if item.cancel_requested:
            _end(device, item, Ended(event=EventType.CANCELED, error=item.cancel_reason), now)
            return None
        worker_messages.renew(device.worker_id, [(item.work_item_hash, item.attempt_number)], now=now)
        return _handed_over(device, item, now)
    if not _has_room(device) or not _waiting(device).exists():
        return None
    worker = WorkerFacts(worker_id=device.worker_id, device=device.guid, actions=_actions(device, wanted))
    items = claim(worker, limit=1, epoch=Installation.current().epoch, now=now)
    return _handed_over(device, items[0], now) if items else None


def _lost_in_transit(device: DevicePrincipal, wanted: WorkRequest) -> WorkItem | None:
    """Return an item that the device claimed, never began, and does not know of."""
    rows = WorkItem.objects.held().filter(assigned_worker_id=device.worker_id, target_device=device.guid)
    unbegun = (item for item in rows.order_by("id") if _phase(item) is Status.DISPATCHED)
    return next((item for item in unbegun if (item.work_item_hash, item.attempt_number) not in wanted.held), None)


def _phase(item: WorkItem) -> Status:
    return Status(item.prior_status if item.status == Status.STALLED else item.status)


def _has_room(device: DevicePrincipal) -> bool:
    held = WorkItem.objects.held().filter(target_device=device.guid).count()
    return held < device.device.max_concurrent


def _waiting(device: DevicePrincipal) -> Any:
    # Reading only, so that a device that polls in vain never asks for the write lock.
    return WorkItem.objects.claimable().filter(target_device=device.guid, cancel_requested=False)


def _actions(device: DevicePrincipal, wanted: WorkRequest) -> frozenset[tuple[str, str]]:
    """Return what a device can carry out: what it says now, else what it reported, else any script."""
    named = wanted.languages if wanted.languages is not None else device.device.capabilities
    languages = {name.lower() for name in named}
    return frozenset((CAPABILITY, str(one.label)) for one in SCRIPTS if not languages or one.value in languages)


def _handed_over(device: DevicePrincipal, item: WorkItem, now: datetime) -> dict[str, str] | None:
    try:
        return handed_over(item, now=now)
    except LibraryError as error:
        logger.warning("fleet: %s was not handed over: %s", item.work_item_hash, error.message)
        _end(device, item, Ended(event=EventType.FAILED, error=error.message), now)
        return None


def _end(device: DevicePrincipal, item: WorkItem, end: Ended, now: datetime) -> None:
    """End an item that the device holds and has not begun."""
    worker_messages.ended(item.work_item_hash, item.attempt_number, end, worker_id=device.worker_id, now=now)


def item_of_device(device: DevicePrincipal, work_item_hash: str) -> WorkItem:
    """Return an item of this device. Raises WorkItemNotFound, also for another's: it learns nothing of that."""
    item = WorkItem.objects.filter(work_item_hash=work_item_hash, target_device=device.guid).first()
    if item is None:
        raise WorkItemNotFound(work_item_hash=work_item_hash)
    return item


def read_file(device: DevicePrincipal, key: tuple[str, int], sha256: str, store: PayloadStore) -> bytes:
    """Return a file of an item that the device holds. Raises WorkItemNotFound, StaleAttempt, ContentNotFound."""
    item = item_of_device(device, key[0])
    check_held(item, key[1], device.worker_id)
    try:
        return read_content(item, sha256, store)
    except (PayloadMissing, PayloadCorrupt) as error:
        # Said as a refusal of this file: an error of the server would let the device try again for ever.
        logger.warning("fleet: a file of %s cannot be handed over: %s", item.work_item_hash, error)
        raise ContentNotFound(sha256=sha256) from error


def take_progress(device: DevicePrincipal, key: tuple[str, int], *, now: datetime) -> WorkItem:
    """Note that the script of an item runs, and renew the claim. Raises WorkItemNotFound, StaleAttempt."""
    item_of_device(device, key[0])
    return worker_messages.started(*key, worker_id=device.worker_id, now=now)


def take_output(device: DevicePrincipal, key: tuple[str, int], chunks: Sequence[Chunk], *, now: datetime) -> WorkItem:
    """Keep what an item printed. Raises WorkItemNotFound, StaleAttempt, InvalidField."""
    item = item_of_device(device, key[0])
    room = MAX_CHUNKS - RunOutput.objects.filter(work_item_hash=key[0], attempt_number=key[1]).count()
    worker_messages.add_output(
        *key,
        chunks[: max(room, 0)],
        worker_id=device.worker_id,
        max_bytes=settings.RUN_OUTPUT_MAX_BYTES,
        now=now,
    )
    return item


def take_end(device: DevicePrincipal, key: tuple[str, int], end: Ended, *, now: datetime) -> WorkItem:
    """Record how an attempt ended. Of one that was ended without the device the result is kept as a late one.

    Raises WorkItemNotFound, StaleAttempt, AlreadyFinalized, InvalidField.
    """
    item = item_of_device(device, key[0])
    if end.event is EventType.COMPLETED and not is_successful(end.exit_code, successful_codes(item.settings)):
        raise InvalidField("This exit code is no success of this assembly.", field="exit_code")
    end = replace(end, output_bytes=max(end.output_bytes, worker_messages.kept_bytes(*key)))
    try:
        return worker_messages.ended(*key, end, worker_id=device.worker_id, now=now)
    except AlreadyFinalized:
        worker_messages.keep_late_result(*key, end, worker_id=device.worker_id, now=now)
        raise


def check_result(device: DevicePrincipal, key: tuple[str, int], end: Mapping[str, Any], signature: str) -> None:
    """Raise InvalidResultSignature unless the device's own key signed this result."""
    signed, statement = find_bytes(signature, maximum=SIGNATURE_BYTES), result_statement(*key, end)
    keys = DeviceKey.objects.filter(device=device.device, revoked_at=None).values_list("public_key", flat=True)
    if signed is None or not any(PublicKey.of_text(text).verifies(signed, statement) for text in keys):
        raise InvalidResultSignature
