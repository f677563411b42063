"""An administrator compares a fingerprint and decides: the name of a device is what they approve, not what it says."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count
from uuid import UUID, uuid4

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from assemblies.actions.permit import Permit
from assemblies.errors import InvalidField
from assemblies.execution.transitions import ALIAS
from assemblies.fleet.audit import tell_audit
from assemblies.fleet.devices import end_device
from assemblies.fleet.enrolment import WAIT, expire_requests
from assemblies.fleet.errors import (
    ApprovalChanged,
    ApprovalNotFound,
    ApprovalNotPending,
    ConflictResolutionRequired,
    DeviceGuidTaken,
)
from assemblies.fleet.install_codes import free_use
from assemblies.fleet.keys import PublicKey
from assemblies.fleet.models import ApprovalStatus, Device, DeviceApproval, DeviceKey, DeviceStatus
from devmode.write_lock import write_transaction

HOSTNAME = re.compile(r"[A-Za-z0-9._-]{1,63}")


class Resolution(StrEnum):
    """What becomes of the device that has the name already."""

    OVERWRITE = "overwrite"  # it is revoked
    COEXIST = "coexist"  # the new one is called <name>-2


@dataclass(frozen=True, kw_only=True)
class Decision:
    """How a request is approved; `fingerprint` is the one that was compared, if the caller says which."""

    fingerprint: str = ""
    hostname: str = ""
    guid: str = ""
    resolution: Resolution | None = None


def list_requests(status: str = "", *, now: datetime) -> list[DeviceApproval]:
    """Return the requests, or those of one status, newest first; what is over is expired before."""
    if DeviceApproval.objects.over(now).exists():
        with write_transaction(ALIAS):
            expire_requests(now=now)
    rows = DeviceApproval.objects.select_related("device")
    return list(rows.filter(status=status) if status else rows)


def get_request(number: int) -> DeviceApproval:
    """Return a request. Raises ApprovalNotFound."""
    approval = DeviceApproval.objects.select_related("device").filter(pk=number).first()
    if approval is None:
        raise ApprovalNotFound
    return approval


def conflicting_names(requests: list[DeviceApproval]) -> set[str]:
    """Return, in lower case, the reported names that enrolled devices have."""
    names = {request.hostname.lower() for request in requests if request.status == ApprovalStatus.PENDING}
    devices = Device.objects.enrolled().annotate(name=Lower("hostname"))
    return set(devices.filter(name__in=names).values_list("name", flat=True)) if names else set()


def approve(number: int, decision: Decision, *, permit: Permit, now: datetime) -> DeviceApproval:
    """Make a device of a request. Its tokens are made when it comes for them.

    Raises ApprovalNotFound, ApprovalNotPending, ApprovalChanged, ConflictResolutionRequired, DeviceGuidTaken,
    InvalidField.
    """
    seen = get_request(number)
    _check(seen, decision, now)
    detail = {
        "approval_reference": seen.approval_reference,
        "fingerprint": seen.fingerprint,
        "hostname": decision.hostname or seen.hostname,
        "conflict_resolution": decision.resolution and decision.resolution.value,
    }
    tell_audit(permit, "enrolment", str(number), detail, now=now)
    with write_transaction(ALIAS):
        approval = DeviceApproval.objects.select_for_update().get(pk=number)
        # Again under the lock: somebody else may have decided since, or given the name to another device.
        name = _check(approval, decision, now)
        name = _resolve(name, decision.resolution, permit.actor.name, now)
        approval.device = _make_device(approval, name, decision.guid, permit.actor.name, now)
        approval.expires_at = now + WAIT
        _decide(approval, ApprovalStatus.APPROVED, permit, now)
    return approval


def deny(number: int, *, permit: Permit, now: datetime) -> DeviceApproval:
    """Refuse a request; its code may be used again. Raises ApprovalNotFound, ApprovalNotPending."""
    seen = get_request(number)
    _require_pending(seen, now)
    tell_audit(permit, "enrolment", str(number), {"fingerprint": seen.fingerprint}, now=now)
    with write_transaction(ALIAS):
        approval = DeviceApproval.objects.select_for_update().get(pk=number)
        _require_pending(approval, now)
        free_use(approval.install_code)
        _decide(approval, ApprovalStatus.DENIED, permit, now)
    return approval


def _check(approval: DeviceApproval, decision: Decision, now: datetime) -> str:
    """Return the name that the device is to have, if it may be approved so."""
    _require_pending(approval, now)
    if decision.fingerprint and decision.fingerprint.lower() != approval.fingerprint:
        raise ApprovalChanged
    name = decision.hostname or approval.hostname
    if not HOSTNAME.fullmatch(name):
        raise InvalidField(_("Use 1 to 63 letters, digits, dots, hyphens and underscores."), field="hostname")
    if decision.guid and Device.objects.filter(guid=decision.guid.upper()).exists():
        raise DeviceGuidTaken
    if decision.resolution is None and (other := Device.objects.named(name).first()):
        raise ConflictResolutionRequired(hostname=name, guid=other.guid)
    return name


def _require_pending(approval: DeviceApproval, now: datetime) -> None:
    if approval.status != ApprovalStatus.PENDING or approval.expires_at <= now:
        raise ApprovalNotPending(status=approval.status)


def _resolve(name: str, resolution: Resolution | None, actor: str, now: datetime) -> str:
    """Return a name that no enrolled device has any more."""
    if resolution is Resolution.OVERWRITE:
        for device in Device.objects.named(name).select_for_update():
            end_device(device, DeviceStatus.REVOKED, actor=actor, now=now)
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(one for one in names if not Device.objects.named(one).exists())


def _make_device(approval: DeviceApproval, name: str, guid: str, actor: str, now: datetime) -> Device:
    key = PublicKey.of_text(approval.public_key)
    device = Device.objects.create(
        guid=guid.upper() or str(uuid4()).upper(),
        hostname=name,
        reported_hostname=approval.hostname,
        fingerprint=key.fingerprint,
        enrolled_at=now,
        approved_by=actor,
    )
    DeviceKey.objects.create(device=device, public_key=key.text, fingerprint=key.fingerprint, jkt=key.jkt, added_at=now)
    return device


def _decide(approval: DeviceApproval, status: ApprovalStatus, permit: Permit, now: datetime) -> None:
    approval.status, approval.decided_at, approval.decided_by = status, now, permit.actor.name
    approval.save(update_fields=["status", "decided_at", "decided_by", "device", "expires_at"])


def read_device_guid(text: str) -> str:
    """Return a UUID in upper case. Raises InvalidField."""
    try:
        return str(UUID(text)).upper()
    except ValueError as error:
        raise InvalidField(_("Use a UUID."), field="guid") from error
