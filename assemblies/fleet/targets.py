"""What the targets of a run name: one device by its GUID, a group, or a tag."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import Count, Q

from assemblies.fleet.models import Device, DeviceLabel, LabelKind
from assemblies.fleet.models.device import ENROLLED


@dataclass(frozen=True)
class LabelCount:
    """A group or a tag as a target, and how many devices it names."""

    target: str
    name: str
    devices: int


def resolve_target(target: str) -> Sequence[str] | None:
    """Return the GUIDs of the enrolled devices that a target names, or None where there is nothing of that name."""
    kind, colon, name = target.partition(":")
    enrolled = Device.objects.enrolled().order_by("hostname", "guid")
    if not colon:
        return list(enrolled.filter(guid=target.upper()).values_list("guid", flat=True)) or None
    if kind not in LabelKind.values:
        return None
    found = list(enrolled.filter(labels__kind=kind, labels__name=name).values_list("guid", flat=True))
    return found if found or DeviceLabel.objects.filter(kind=kind, name=name).exists() else None


def remaining_devices() -> Callable[[str], Sequence[str]]:
    """Return a resolver for targets that were valid before: what names no device any more is an empty group.

    It queries each target once, so that everything that is asked of it within one decision is the same.
    """

    @cache
    def resolve(target: str) -> Sequence[str]:
        return resolve_target(target) or ()

    return resolve


def hostnames_of(guids: Iterable[str]) -> dict[str, str]:
    """Return what devices are called, by GUID, also of those that are gone; what is no device is left out."""
    wanted = set(guids)
    return dict(Device.objects.filter(guid__in=wanted).values_list("guid", "hostname")) if wanted else {}


def label_counts() -> list[LabelCount]:
    """Return every group and tag with the number of its enrolled devices."""
    rows = DeviceLabel.objects.values("kind", "name").order_by("kind", "name")
    counted = rows.annotate(devices=Count("device", filter=Q(device__status__in=ENROLLED)))
    return [LabelCount(f"{row['kind']}:{row['name']}", row["name"], row["devices"]) for row in counted]
