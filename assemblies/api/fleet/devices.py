"""The devices: who they are, whether they are there, and what administrators set on them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api.fleet import shapes
from assemblies.api.fleet.administration import DEVICES
from assemblies.api.resource import LibraryResource
from assemblies.audit_events import LibraryEvent
from assemblies.fleet.audit import permit_of
from assemblies.fleet.devices import DeviceChanges, change_device, get_device
from assemblies.fleet.models import Device, LabelKind
from assemblies.fleet.presence import is_online
from assemblies.web.actors import actor_of
from assemblies.web.paging import page_head, part_of
from devmode.api.schema import described


class DeviceViewSet(LibraryResource):
    """Devices of the fleet."""

    # Not `guid`: that is an assembly's everywhere.
    lookup_field, lookup_value_converter = "device", "str"

    @described(
        "List devices",
        operation_id="list_devices",
        query=shapes.DeviceQuery,
        answers={200: shapes.DevicePage},
        tag=DEVICES,
    )
    def list(self, request: Request) -> Response:
        wanted = self.query()
        rows = selected_devices(wanted)
        shown = part_of(rows.defer("inventory").prefetch_related("labels"), wanted)
        lines = [device_line(device) for device in shown]
        return Response(page_head(request, wanted, rows.count()) | {"results": lines})

    @described(
        "Read a device",
        operation_id="read_device",
        answers={200: shapes.DeviceDetails},
        refusals=(401, 404, 503),
        tag=DEVICES,
    )
    def retrieve(self, request: Request, device: str) -> Response:
        return Response(details_line(get_device(device)))

    @described(
        "Change a device",
        operation_id="change_device",
        body=shapes.DevicePatch,
        answers={200: shapes.DeviceDetails},
        refusals=(401, 403, 404, 409, 413, 415, 503),
        tag=DEVICES,
    )
    def partial_update(self, request: Request, device: str) -> Response:
        """Set its status, groups, tags, or how much it runs at a time. A revoked device stays revoked."""
        permit = permit_of(actor_of(request), LibraryEvent.CHANGE_DEVICE)
        changes = DeviceChanges(**self.body())
        return Response(details_line(change_device(device, changes, permit=permit, now=timezone.now())))


def selected_devices(wanted: Mapping[str, Any]) -> "QuerySet[Device]":
    """Return the devices that a DeviceQuery asks for."""
    rows = Device.objects.order_by("hostname", "guid")
    if status := wanted.get("status"):
        rows = rows.filter(status=status)
    if words := wanted.get("q"):
        rows = rows.filter(hostname__icontains=words)
    for kind in LabelKind:
        if name := wanted.get(kind.value):
            rows = rows.filter(labels__kind=kind, labels__name=name)
    return rows


def device_line(device: Device) -> dict[str, Any]:
    return dict(shapes.DeviceAnswer(_facts(device)).data)


def details_line(device: Device) -> dict[str, Any]:
    return dict(shapes.DeviceDetails(_facts(device)).data)


def _facts(device: Device) -> dict[str, Any]:
    columns = [
        name.attname for name in Device._meta.concrete_fields if name.attname not in device.get_deferred_fields()
    ]
    return {name: getattr(device, name) for name in columns} | {
        "online": is_online(device, now=timezone.now()),
        "groups": device.groups,
        "tags": device.tags,
    }
