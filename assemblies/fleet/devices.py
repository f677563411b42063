"""What administrators set on a device: whether it may work, its groups and tags, how much it does at a time."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from assemblies.actions.permit import Permit
from assemblies.execution.cancel import cancel_items_of_device
from assemblies.execution.states import SYSTEM
from assemblies.execution.transitions import ALIAS
from assemblies.fleet.audit import tell_audit
from assemblies.fleet.errors import DeviceEnded, DeviceNotKnown
from assemblies.fleet.models import Device, DeviceKey, DeviceLabel, DeviceStatus, LabelKind, RefreshToken
from devmode.write_lock import write_transaction

MAX_LABELS, MAX_LABEL_LENGTH = 50, 64
MAX_CONCURRENT = 64


@dataclass(frozen=True, kw_only=True)
class DeviceChanges:
    """What to set; None leaves it as it is."""

    status: DeviceStatus | None = None
    groups: Collection[str] | None = None
    tags: Collection[str] | None = None
    max_concurrent: int | None = None

    def facts(self) -> dict[str, object]:
        facts = {
            "status": self.status and self.status.value,
            "groups": None if self.groups is None else sorted(set(self.groups)),
            "tags": None if self.tags is None else sorted(set(self.tags)),
            "max_concurrent": self.max_concurrent,
        }
        return {name: value for name, value in facts.items() if value is not None}


def get_device(guid: str) -> Device:
    """Return a device with its labels. Raises DeviceNotKnown."""
    device = Device.objects.prefetch_related("labels").filter(guid=guid.upper()).first()
    if device is None:
        raise DeviceNotKnown(guid=guid)
    return device


def change_device(guid: str, changes: DeviceChanges, *, permit: Permit, now: datetime) -> Device:
    """Set what `changes` says. Raises DeviceNotKnown, and DeviceEnded for a device that was revoked before."""
    _require_enrolled(get_device(guid))
    tell_audit(permit, "device", guid.upper(), changes.facts(), now=now)
    with write_transaction(ALIAS):
        device = Device.objects.select_for_update().get(guid=guid.upper())
        _require_enrolled(device)
        _apply(device, changes, permit.actor.name, now)
    return get_device(guid)


def end_device(device: Device, status: DeviceStatus, *, actor: str, now: datetime) -> None:
    """Revoke or decommission a device within the current transaction: from here on nothing of it is accepted.

    Its items end with it, those that it runs too: they are never handed over. Its name is free for another device.
    """
    device.status, device.status_changed_at = status, now
    device.token_version += 1
    device.save(update_fields=["status", "status_changed_at", "token_version"])
    RefreshToken.objects.filter(device=device, revoked_at=None).update(revoked_at=now)
    DeviceKey.objects.filter(device=device, revoked_at=None).update(revoked_at=now)
    cancel_items_of_device(device.guid, actor=actor or SYSTEM, reason=f"device {status.value}", now=now)


def _apply(device: Device, changes: DeviceChanges, actor: str, now: datetime) -> None:
    for kind, names in ((LabelKind.GROUP, changes.groups), (LabelKind.TAG, changes.tags)):
        if names is not None:
            _set_labels(device, kind, names)
    if changes.max_concurrent is not None:
        device.max_concurrent = changes.max_concurrent
        device.save(update_fields=["max_concurrent"])
    if changes.status in (DeviceStatus.REVOKED, DeviceStatus.DECOMMISSIONED):
        end_device(device, changes.status, actor=actor, now=now)
    elif changes.status is not None and changes.status != device.status:
        device.status, device.status_changed_at = changes.status, now
        device.save(update_fields=["status", "status_changed_at"])


def _set_labels(device: Device, kind: LabelKind, names: Iterable[str]) -> None:
    wanted = set(names)
    labels = DeviceLabel.objects.filter(device=device, kind=kind)
    present = set(labels.values_list("name", flat=True))
    labels.filter(name__in=present - wanted).delete()
    DeviceLabel.objects.bulk_create(
        DeviceLabel(device=device, kind=kind, name=name) for name in sorted(wanted - present)
    )


def _require_enrolled(device: Device) -> None:
    if not device.is_enrolled:
        raise DeviceEnded(status=device.status)
