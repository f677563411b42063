"""Where the forms of runs and of jobs offer to run something: this server, groups, tags, and devices by name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from assemblies.admin.runs.lines import place_names
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
    """Return what the form of a run shows of targets."""
    ticked = request.POST.getlist("target")
    with_devices = has_devices() and assembly_type is not AssemblyType.WORKFLOW
    choices = target_choices(actor, Verb.RUN, ticked) if with_devices else []
    return {"is_on": is_local_worker_on() or with_devices, **choices_context(choices, refusal)}


def target_choices(actor: Actor, verb: Verb, ticked: Collection[str]) -> list[Choice]:
    """Return what `actor` may choose from; what was ticked and is none of it comes last."""
    counts = label_counts()
    words = place_names([*(one.target for one in counts), *ticked])
    labels = [Choice(one.target, words[one.target], str(one.devices), one.target in ticked) for one in counts]
    found = [*_server(actor, verb, ticked), *labels, *_devices(ticked)]
    known = {one.target for one in found}
    return [*found, *(Choice(target, words[target], "", is_ticked=True) for target in ticked if target not in known)]


def choices_context(choices: Collection[Choice], refusal: Exception | None) -> dict[str, Any]:
    """Return what a form shows of the choices; `confirm_count` is a number of devices to be confirmed."""
    return {
        "target_choices": choices,
        "max_devices": MAX_DEVICES,
        # Few choices need no count of the devices.
        "is_cut": len(choices) >= MAX_DEVICES and Device.objects.enrolled().count() > MAX_DEVICES,
        "confirm_count": refusal.detail["count"] if isinstance(refusal, ConfirmCountRequired) else None,
    }


def _server(actor: Actor, verb: Verb, ticked: Collection[str]) -> list[Choice]:
    if not may(actor, verb, place_of_runs()):
        return []
    is_on = is_local_worker_on()
    return [Choice(SERVER, _("This server"), "" if is_on else _("switched off"), SERVER in ticked, is_on)]


def _devices(ticked: Collection[str]) -> list[Choice]:
    now = timezone.now()
    devices = Device.objects.enrolled().order_by("hostname", "guid")[:MAX_DEVICES]
    words = {True: _("online"), False: _("offline")}
    return [Choice(one.guid, one.hostname, words[is_online(one, now=now)], one.guid in ticked) for one in devices]
