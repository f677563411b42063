"""Where the pages are that others lead to."""

from django.urls import reverse


def item_address(guid: str) -> str:
    """Return the page of an assembly."""
    return reverse("admin:assemblies_assembly_change", args=[guid])
