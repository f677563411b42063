"""Where the pages are that others lead to."""

from urllib.parse import urlencode

from django.urls import reverse

from assemblies.domains import Domain, UpstreamState
from assemblies.models import SyncRecord


def item_address(guid: str) -> str:
    """Return the page of an assembly."""
    return reverse("admin:assemblies_assembly_change", args=[guid])


def official_address() -> str:
    return reverse("admin:assemblies_syncrecord_changelist")


def record_address(record: SyncRecord) -> str:
    return reverse("admin:assemblies_syncrecord_change", args=[record.pk])


def grid_address(state: UpstreamState) -> str:
    """Return the library's list of the official assemblies that stand so to their source."""
    query = urlencode({"domain": Domain.OFFICIAL.value, "upstream_state": state.value})
    return f"{reverse('admin:assemblies_assembly_changelist')}?{query}"
