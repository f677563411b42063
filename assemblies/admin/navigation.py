"""The way around: what somebody may open, by what people come for rather than by application."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

Section = dict[str, Any]
# Titles, with the models (by their classes) and the pages (by their addresses' names) below them, in order.
SECTIONS: list[tuple[Any, list[str | tuple[Any, str]]]] = [
    (_("Library"), ["Assembly"]),
    (_("Operations"), ["SyncRecord", "DomainState", "Flush", "JournalEntry"]),
    (_("Details"), ["AssemblySetting", "AssemblySettingHistory", "AssemblyNote", "AssemblyAlias"]),
    (_("Dev Mode"), ["AuditEntry", "ApiToken"]),
    (_("Accounts"), ["User", "Group"]),
]


def sections(request: HttpRequest, listed: Iterable[Section]) -> list[Section]:
    """Return the sections of what `listed` holds: Django's list of what may be seen, application by application."""
    models = {model["object_name"]: model for section in listed for model in section["models"]}
    found = [(title, [entry for name in names if (entry := _entry(name, models))]) for title, names in SECTIONS]
    return [_section(title, entries) for title, entries in found if entries]


def _entry(name: str | tuple[Any, str], models: dict[str, Any]) -> dict[str, Any] | None:
    if isinstance(name, str):
        return models.get(name)
    title, address = name
    url = reverse(f"admin:{address}")
    return {"name": title, "object_name": address, "admin_url": url, "add_url": None, "view_only": True, "perms": {}}


def _section(title: Any, entries: list[dict[str, Any]]) -> Section:
    label = entries[0]["object_name"].lower()
    return {"name": title, "app_label": label, "app_url": entries[0]["admin_url"], "models": entries}
