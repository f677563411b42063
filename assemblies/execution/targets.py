"""Where a run goes: to this server, or to devices, which execution knows by their GUIDs only.

Who a group or a tag names is another room's knowledge: a resolver is given to each submission.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assemblies.errors import InvalidField
from assemblies.execution.errors import ConfirmCountRequired, LocalWorkerOff, NoDevicesTargeted
from assemblies.execution.local import SERVER, is_local_worker_on, place_of_runs
from assemblies.permissions import Place

# What is done to more devices than these is confirmed by their number.
UNCONFIRMED = 25

# The GUIDs of the devices that one target names, or None where there is nothing of that name.
Resolver = Callable[[str], Sequence[str] | None]


@dataclass(frozen=True)
class Destinations:
    """What targets came to: `devices` by GUID, each once."""

    targets: Sequence[str]
    devices: Sequence[str]

    @property
    def is_on_server(self) -> bool:
        return SERVER in self.targets


def no_devices(_target: str) -> None:
    """The resolver of a library without devices."""


def places_of(targets: Sequence[str]) -> list[Place]:
    """Return what runs on these targets can reach, for the table of permissions."""
    on_server = [place_of_runs()] if SERVER in targets else []
    return [*on_server, *([Place.DEVICES] if any(target != SERVER for target in targets) else [])]


def find_destinations(targets: Sequence[str], resolver: Resolver, *, confirm_count: int | None = None) -> Destinations:
    """Return where a run goes. Raises InvalidField, LocalWorkerOff, NoDevicesTargeted, ConfirmCountRequired."""
    if not targets:
        raise InvalidField(_("Name at least one target."), field="targets")
    targets = list(dict.fromkeys(targets))
    if SERVER in targets and not is_local_worker_on():
        raise LocalWorkerOff
    devices = devices_of(targets, resolver)
    if SERVER not in targets and not devices:
        raise NoDevicesTargeted
    if confirm_count not in ({None, len(devices)} if len(devices) <= UNCONFIRMED else {len(devices)}):
        raise ConfirmCountRequired(count=len(devices))
    return Destinations(targets, devices)


def devices_of(targets: Sequence[str], resolver: Resolver) -> list[str]:
    """Return the devices that targets stand for, each once. Raises InvalidField for a target that is none."""
    named = [guid for number, target in enumerate(targets) for guid in _devices(target, number, resolver)]
    return list(dict.fromkeys(named))


def _devices(target: str, number: int, resolver: Resolver) -> Sequence[str]:
    if target == SERVER:
        return ()
    devices = resolver(target)
    if devices is None:
        words = _("There is no such target: use “server”, a device's GUID, “group:<name>” or “tag:<name>”.")
        raise InvalidField(words, field=f"targets[{number}]")
    return devices
