"""What a device reports of itself: never more than a claim, bounded, and never what it is called here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from assemblies.errors import InvalidField
from assemblies.execution.transitions import ALIAS
from assemblies.fleet.limits import Limit, take_request
from assemblies.fleet.models import Device
from devmode.write_lock import write_transaction

MAX_INVENTORY_BYTES = 64 * 1024
REPORTS_PER_MINUTE = 12


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a device says; None where it says nothing."""

    hostname: str | None = None
    capabilities: Sequence[str] | None = None
    inventory: object = None


def store_report(guid: str, report: Report, *, now: datetime) -> Device:
    """Store what a device says of itself. Raises InvalidField for an inventory that is too large, RateLimited."""
    if report.inventory is not None:
        _check_inventory(report.inventory)
    take_request(Limit("details", guid, REPORTS_PER_MINUTE), now=now)
    with write_transaction(ALIAS):
        device = Device.objects.select_for_update().get(guid=guid)
        if report.hostname is not None:
            device.reported_hostname = report.hostname
        if report.capabilities is not None:
            device.capabilities = sorted(set(report.capabilities))
        if report.inventory is not None:
            device.inventory, device.inventory_at = report.inventory, now
        device.save(update_fields=["reported_hostname", "capabilities", "inventory", "inventory_at"])
    return device


def _check_inventory(inventory: object) -> None:
    if not isinstance(inventory, dict) or len(json.dumps(inventory)) > MAX_INVENTORY_BYTES:
        raise InvalidField(_("The inventory is no object, or larger than 64 KiB."), field="inventory")
