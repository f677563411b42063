"""Where the form offers to run something: this server, groups, tags, and devices by name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from assemblies.domains import AssemblyType
from assemblies.execution.errors import ConfirmCountRequired
from assemblies.execution.local import SERVER, is_local_worker_on, place_of_runs
from assemblies.fleet.models import Device
from assemblies.fleet.presence import is_online
from assemblies.fleet.targets import label_counts
from assemblies.permissions import Place, Verb, may
from devmode.actor import Actor

# A larger fleet is reached by its groups and tags.
MAX_DEVICES = 200


@dataclass(frozen=True)
class Choice:
    """One target as a box to tick; `note` says how many devices it names, or whether it can be reached."""

    target: str
    label: str
    note: str
    is_ticked: bool
    is_open: bool = True


def has_devices() -> bool:
    return Device.objects.enrolled().exists()


def places_to_look() -> list[Place]:
    """Return what somebody must be allowed to reach to see the form at all."""
    return [Place.DEVICES] if has_devices() else [place_of_runs()]


def sent_targets(request: HttpRequest) -> list[str]:
    """Return what was ticked; where there are no devices there is nothing to tick."""
    return request.POST.getlist("target") or ([] if has_devices() else [SERVER])


def targets_context(
    request: HttpRequest, actor: Actor, assembly_type: AssemblyType, refusal: Exception | None
) -> dict[str, Any]:
    """Return what the form shows of targets; `confirm_count` is a number of devices to be confirmed."""
    ticked = request.POST.getlist("target")
    with_devices = has_devices() and assembly_type is not AssemblyType.WORKFLOW
    return {
        "is_on": is_local_worker_on() or with_devices,
        "server_choice": _server(actor, ticked or ([] if with_devices else [SERVER])) if with_devices else None,
        "label_choices": _labels(ticked) if with_devices else [],
        "device_choices": _devices(ticked) if with_devices else [],
        "max_devices": MAX_DEVICES,
        "confirm_count": refusal.detail["count"] if isinstance(refusal, ConfirmCountRequired) else None,
    }


def _server(actor: Actor, ticked: Collection[str]) -> Choice | None:
    if not may(actor, Verb.RUN, place_of_runs()):
        return None
    is_on = is_local_worker_on()
    return Choice(SERVER, _("This server"), "" if is_on else _("switched off"), SERVER in ticked, is_on)


def _labels(ticked: Collection[str]) -> list[Choice]:
    return [Choice(one.target, one.target, str(one.devices), one.target in ticked) for one in label_counts()]


def _devices(ticked: Collection[str]) -> list[Choice]:
    now = timezone.now()
    devices = Device.objects.enrolled().order_by("hostname", "guid")[:MAX_DEVICES]
    words = {True: _("online"), False: _("offline")}
    return [Choice(one.guid, one.hostname, words[is_online(one, now=now)], one.guid in ticked) for one in devices]
