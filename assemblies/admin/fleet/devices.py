"""The devices as a list, and one of them with what it reported and what it ran."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from assemblies.admin.fleet.frame import DEVICE_PAGE, grouped, number_in, render_fleet, told_on
from assemblies.admin.page import stream_of
from assemblies.admin.runs.lines import LATEST_RUNS, lines_of
from assemblies.audit_events import LibraryEvent
from assemblies.errors import InvalidField
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.reading import run_ids_on
from assemblies.fleet.audit import permit_of
from assemblies.fleet.devices import (
    MAX_CONCURRENT,
    MAX_LABEL_LENGTH,
    MAX_LABELS,
    DeviceChanges,
    change_device,
    get_device,
)
from assemblies.fleet.errors import DeviceNotKnown
from assemblies.fleet.models import Device, DeviceStatus
from assemblies.fleet.presence import is_online
from assemblies.web.actors import actor_of

DEVICES_PER_PAGE = 50
MAX_INVENTORY_LINES = 200
# What the agent reports; what other programs report keeps its own name.
INVENTORY_NAMES = {
    "os": gettext_noop("Operating system"),
    "release": gettext_noop("Kernel"),
    "machine": gettext_noop("Architecture"),
    "processors": gettext_noop("Processors"),
    "python": "Python",
}
TONES = {DeviceStatus.QUARANTINED: "warning", DeviceStatus.REVOKED: "bad", DeviceStatus.DECOMMISSIONED: "deleted"}


@dataclass(frozen=True)
class Line:
    """A device as its row and its page show it."""

    device: Device
    now: datetime

    @property
    def is_online(self) -> bool:
        return is_online(self.device, now=self.now)

    @property
    def label(self) -> Any:
        if self.device.status != DeviceStatus.ACTIVE:
            return DeviceStatus(self.device.status).label
        return _("Online") if self.is_online else _("Offline")

    @property
    def tone(self) -> str:
        return TONES.get(DeviceStatus(self.device.status), "good" if self.is_online else "")


@require_safe
def devices_page(request: HttpRequest) -> HttpResponse:
    chosen, words = request.GET.get("status", ""), request.GET.get("q", "").strip()
    rows = Device.objects.filter(hostname__icontains=words) if words else Device.objects.all()
    counts = dict(rows.order_by().values_list("status").annotate(Count("guid")))
    if chosen in DeviceStatus.values:
        rows = rows.filter(status=chosen)
    rows = rows.defer("inventory").prefetch_related("labels").order_by("hostname", "guid")
    page = Paginator(rows, DEVICES_PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    return render_fleet(
        request,
        "devices.html",
        part="devices_live.html",
        title=_("Devices"),
        here="devices",
        stream=stream_of("devices"),
        page=page,
        lines=[Line(device, now) for device in page.object_list],
        counts=[(status, counts[status], status == chosen) for status in DeviceStatus if counts.get(status)],
        total=sum(counts.values()),
        chosen=chosen,
        words=words,
    )


@require_safe
def device_page(request: HttpRequest, device: str) -> HttpResponse:
    try:
        row = get_device(device)
    except DeviceNotKnown as error:
        raise Http404(error.message) from error
    runs = Run.objects.filter(run_id__in=run_ids_on(row.guid)).order_by("-created_at", "run_id")
    return render_fleet(
        request,
        "device.html",
        title=row.hostname,
        here="devices",
        device=row,
        line=Line(row, timezone.now()),
        fingerprint=grouped(row.fingerprint),
        inventory=list(inventory_lines(row.inventory))[:MAX_INVENTORY_LINES],
        waiting=WorkItem.objects.live().filter(target_device=row.guid).count(),
        runs=lines_of(list(runs[:LATEST_RUNS]), actor_of(request)),
    )


@require_POST
@told_on(DEVICE_PAGE)
def device_change(request: HttpRequest, device: str) -> HttpResponse:
    permit = permit_of(actor_of(request), LibraryEvent.CHANGE_DEVICE)
    change_device(device, sent_changes(request), permit=permit, now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect(DEVICE_PAGE, device)


def sent_changes(request: HttpRequest) -> DeviceChanges:
    """Return what a form sets: a status by its button, or labels and how much the device does at a time."""
    if status := request.POST.get("status", ""):
        if status not in DeviceStatus.values:
            raise BadRequest("There is no such status.")
        return DeviceChanges(status=DeviceStatus(status))
    number = number_in(request, "max_concurrent")
    if not 1 <= number <= MAX_CONCURRENT:
        raise InvalidField(_("A device runs 1 to 64 at a time."), field="max_concurrent")
    return DeviceChanges(groups=_labels(request, "groups"), tags=_labels(request, "tags"), max_concurrent=number)


def _labels(request: HttpRequest, name: str) -> list[str]:
    names = [part.strip() for part in request.POST.get(name, "").split(",") if part.strip()]
    if len(names) > MAX_LABELS or any(len(one) > MAX_LABEL_LENGTH for one in names):
        raise InvalidField(_("At most 50 names of at most 64 characters each."), field=name)
    return names


def inventory_lines(inventory: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value of an inventory with what it is called, or the way to it, `disks.first`."""
    for name, value in inventory.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            yield from inventory_lines(value, f"{path}.")
        else:
            words = _(INVENTORY_NAMES[path]) if path in INVENTORY_NAMES else path
            yield words, ", ".join(map(str, value)) if isinstance(value, list) else str(value)
