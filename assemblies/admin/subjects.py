"""What an entry of the audit is about, by the name that people know: for the audit's page, which knows no assemblies.

Names are those of today: an entry keeps the GUID, and is shown with it where nothing of that GUID is left.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django import template
from django.urls import reverse

from assemblies.admin.links_and_badges import item_address
from assemblies.catalogue import library_catalogue
from assemblies.execution.models import Run
from assemblies.fleet.models import Device
from assemblies.schedules.models import Job
from devmode.models import AuditEntry

register = template.Library()


@dataclass(frozen=True)
class NamedSubject:
    """A subject's name and the address of its page."""

    name: str
    address: str


Named = Mapping[tuple[str, str], NamedSubject]


@register.simple_tag
def subjects_of(entries: Iterable[AuditEntry]) -> Named:
    """Return the subjects that are still there by kind and id, with at most one query for each kind."""
    ids: dict[str, set[str]] = {}
    for entry in entries:
        ids.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    return {
        (kind, subject_id): subject
        for kind in ids.keys() & FINDERS.keys()
        for subject_id, subject in FINDERS[kind](ids[kind]).items()
    }


@register.filter
def subject_of(subjects: Named, entry: AuditEntry) -> NamedSubject | None:
    return subjects.get((entry.subject_kind, entry.subject_id))


def _assemblies(guids: set[str]) -> dict[str, NamedSubject]:
    entries = library_catalogue().current().entries
    return {
        guid: NamedSubject(entries[guid].content.display_name, item_address(guid)) for guid in guids & entries.keys()
    }


def _runs(ids: set[str]) -> dict[str, NamedSubject]:
    rows = Run.objects.filter(run_id__in=ids).values_list("run_id", "display_name")
    return {run_id: NamedSubject(name, reverse("admin:run_page", args=[run_id])) for run_id, name in rows}


def _jobs(guids: set[str]) -> dict[str, NamedSubject]:
    rows = Job.objects.filter(guid__in=guids).values_list("guid", "name", "pk")
    return {guid: NamedSubject(name, reverse("admin:schedule", args=[number])) for guid, name, number in rows}


def _devices(guids: set[str]) -> dict[str, NamedSubject]:
    rows = Device.objects.filter(guid__in=guids).values_list("guid", "hostname")
    return {guid: NamedSubject(hostname, reverse("admin:device_page", args=[guid])) for guid, hostname in rows}


FINDERS: Mapping[str, Callable[[set[str]], dict[str, NamedSubject]]] = {
    "assembly": _assemblies,
    "run": _runs,
    "job": _jobs,
    "device": _devices,
}
