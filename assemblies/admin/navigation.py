"""The way around: what somebody may open, by what people come for rather than by application."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from devmode.accounts.roles import role_of
from devmode.actor import Role

Section = dict[str, Any]
# Titles, with the models (by their classes) and the pages (by their addresses' names) below them, in order.
SECTIONS: list[tuple[Any, list[str | tuple[Any, str]]]] = [
    (_("Library"), ["Assembly", (_("Import"), "import_assemblies"), (_("Export"), "export_assemblies")]),
    (
        _("Operations"),
        [
            (_("Runs"), "runs"),
            (_("Run queue"), "run_queue"),
            (_("Write queue"), "queue"),
            (_("Health"), "health_page"),
            "SyncRecord",
            "DomainState",
            "Flush",
            "JournalEntry",
        ],
    ),
    (_("Details"), ["AssemblySetting", "AssemblySettingHistory", "AssemblyNote", "AssemblyAlias"]),
    (_("Dev Mode"), [(_("Who is in Dev Mode"), "dev_mode_grants"), "AuditEntry", "ApiToken"]),
    (_("Accounts"), ["User", "Group"]),
]
# What a model's pages are about, where that is more than its rows.
NAMES = {"SyncRecord": _("Official catalogue")}
# Pages by their addresses' names that are for some people only, and offered to nobody else.
FOR_WRITERS = {"import_assemblies"}
FOR_ADMINISTRATORS = {"dev_mode_grants", "health_page"}


def sections(request: HttpRequest, listed: Iterable[Section]) -> list[Section]:
    """Return the sections of what `listed` holds: Django's list of what may be seen, application by application."""
    models = {model["object_name"]: model for section in listed for model in section["models"]}
    hidden = _hidden_from(role_of(request.user))
    found = [(title, [entry for name in names if (entry := _entry(name, models, hidden))]) for title, names in SECTIONS]
    shown = [_section(title, entries) for title, entries in found if entries]
    _mark_current([entry for section in shown for entry in section["models"]], request.path)
    return shown


def _hidden_from(role: Role) -> set[str]:
    writers = FOR_WRITERS if role is Role.VIEWER else set()
    return writers | (FOR_ADMINISTRATORS if role is not Role.ADMINISTRATOR else set())


def _entry(name: str | tuple[Any, str], models: dict[str, Any], hidden: set[str]) -> dict[str, Any] | None:
    if isinstance(name, str):
        model = models.get(name)
        return model | {"name": NAMES.get(name, model["name"])} if model else None
    title, address = name
    if address in hidden:
        return None
    url = reverse(f"admin:{address}")
    return {"name": title, "object_name": address, "admin_url": url, "add_url": None, "view_only": True, "perms": {}}


def _section(title: Any, entries: list[dict[str, Any]]) -> Section:
    label = entries[0]["object_name"].lower()
    return {"name": title, "app_label": label, "app_url": entries[0]["admin_url"], "models": entries}


def _mark_current(entries: Iterable[dict[str, Any]], path: str) -> None:
    """Mark the one entry that `path` is at or below: of several, the nearest."""
    above = [entry for entry in entries if path.startswith(entry["admin_url"])]
    if above:
        max(above, key=lambda entry: len(entry["admin_url"]))["is_current"] = True
