"""Enrolled devices for tests that need their rows alone."""

from uuid import uuid4

from django.utils import timezone

from assemblies.fleet.models import Device, DeviceLabel, LabelKind


def devices(count: int, *labels: str) -> list[Device]:
    """Return new devices with these groups and tags, each as in `group:web`."""
    now = timezone.now()
    guids = [str(uuid4()).upper() for _number in range(count)]
    made = [Device.objects.create(guid=guid, hostname=guid[:8], fingerprint="0", enrolled_at=now) for guid in guids]
    for label in labels:
        kind, _colon, name = label.partition(":")
        DeviceLabel.objects.bulk_create(DeviceLabel(device=one, kind=LabelKind(kind), name=name) for one in made)
    return made
