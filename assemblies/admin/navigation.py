"""The way around: what somebody may open, by what people come for rather than by application."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from devmode.accounts.roles import role_of
from devmode.actor import Role

Section = dict[str, Any]
# Closed until somebody opens it: what it lists is there when it is needed, and for nobody's daily work.
FOLDED = _("Internals")
# Titles, with the models (by their classes) and the pages (by their addresses' names) below them, in order.
SECTIONS: list[tuple[Any, list[str | tuple[Any, str]]]] = [
    (
        _("Library"),
        [
            "Assembly",
            (_("Runs"), "runs"),
            (_("Run queue"), "run_queue"),
            (_("Devices"), "devices"),
            (_("Schedules"), "schedules"),
        ],
    ),
    (_("Import and export"), [(_("Import"), "import_assemblies"), (_("Export"), "export_assemblies")]),
    (
        _("Operations"),
        [
            (_("Write queue"), "queue"),
            "SyncRecord",
            (_("Persistence"), "persistence"),
            "AuditEntry",
            (_("Health"), "health_page"),
        ],
    ),
    (_("Accounts"), ["User", "Group", "ApiToken", (_("Who is in Dev Mode"), "dev_mode_grants")]),
    (
        FOLDED,
        [
            "DomainState",
            "Flush",
            "JournalEntry",
            "AssemblyAlias",
            "AssemblyNote",
            "AssemblySetting",
            "AssemblySettingHistory",
            (_("Components"), "components"),
        ],
    ),
]
ICONS = {
    "Assembly": "list",
    "runs": "runs",
    "run_queue": "queue",
    "schedules": "schedules",
    "devices": "devices",
    "import_assemblies": "import",
    "export_assemblies": "export",
    "queue": "queue",
    "SyncRecord": "official",
    "AuditEntry": "audit",
    "persistence": "export",
    "health_page": "health",
    "User": "person",
    "Group": "people",
    "ApiToken": "key",
    "dev_mode_grants": "grants",
}
# What a model's pages are about, where that is more than its rows.
NAMES = {"Assembly": _("Library"), "SyncRecord": _("Official catalogue"), "AuditEntry": _("Audit")}
# Pages by their addresses' names that are for some people only, and offered to nobody else.
FOR_WRITERS = {"import_assemblies"}
FOR_ADMINISTRATORS = {"persistence", "components", "dev_mode_grants", "health_page"}


def sections(request: HttpRequest, listed: Iterable[Section]) -> list[Section]:
    """Return the sections of what `listed` holds: Django's list of what may be seen, application by application."""
    models = {model["object_name"]: model for section in listed for model in section["models"]}
    hidden = _hidden_from(role_of(request.user))
    found = [(title, [entry for name in names if (entry := _entry(name, models, hidden))]) for title, names in SECTIONS]
    shown = [_section(title, entries) for title, entries in found if entries]
    _mark_current(shown, request.path)
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
    icons = [entry | {"icon": ICONS.get(entry["object_name"], "")} for entry in entries]
    address = entries[0]["admin_url"]
    return {"name": title, "app_label": label, "app_url": address, "models": icons, "is_folded": title is FOLDED}


def _mark_current(sections: Iterable[Section], path: str) -> None:
    """Mark the one entry that `path` is at or below, of several the nearest, and its section."""
    above = [(entry, section) for section in sections for entry in section["models"]]
    above = [(entry, section) for entry, section in above if path.startswith(entry["admin_url"])]
    if above:
        entry, section = max(above, key=lambda pair: len(pair[0]["admin_url"]))
        entry["is_current"] = section["is_current"] = True
