"""What waits for devices and may be claimed: by one device, and which devices there is something for at all.

Both say the same: a device that is told of work and cannot claim it would come in vain, again and again.
"""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Count, QuerySet

from assemblies.domains import AssemblyType
from assemblies.execution.models import WorkItem
from assemblies.fleet.models import Device, DeviceStatus

SCRIPTS = {str(one.label): one.value for one in AssemblyType if one is not AssemblyType.WORKFLOW}


def runnable_actions(languages: Collection[str]) -> frozenset[str]:
    """Return the actions of a device that has programs for these languages; any script where it names none."""
    known = {name.lower() for name in languages}
    return frozenset(action for action, language in SCRIPTS.items() if not known or language in known)


def held_by(guid: str) -> "QuerySet[WorkItem]":
    """What a device has claimed and not finished."""
    return WorkItem.objects.held().filter(target_device=guid)


def may_claim(device: Device, actions: Collection[str], *, holding: int) -> bool:
    """Say whether something waits for a device that can carry out `actions` and holds so many items by now."""
    if device.status != DeviceStatus.ACTIVE or holding >= device.max_concurrent:
        return False
    return _waiting().filter(target_device=device.guid, action__in=sorted(actions)).exists()


def devices_with_work() -> frozenset[str]:
    """Return the devices that could claim something now."""
    actions: defaultdict[str, set[str]] = defaultdict(set)
    for guid, action in _waiting().exclude(target_device="").values_list("target_device", "action").distinct():
        actions[guid].add(action)
    if not actions:
        return frozenset()
    held = dict(WorkItem.objects.held().exclude(target_device="").values_list("target_device").annotate(Count("id")))
    devices = Device.objects.filter(guid__in=actions, status=DeviceStatus.ACTIVE)
    return frozenset(
        guid
        for guid, room, languages in devices.values_list("guid", "max_concurrent", "capabilities")
        if held.get(guid, 0) < room and actions[guid] & runnable_actions(languages)
    )


def _waiting() -> "QuerySet[WorkItem]":
    return WorkItem.objects.claimable().filter(cancel_requested=False).order_by()
