"""The way around: what somebody may open, by what people come for rather than by application."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from devmode.accounts.roles import role_of
from devmode.actor import Role

Section = dict[str, Any]
# Closed until somebody opens it: what it lists is there when it is needed, and for nobody's daily work.
FOLDED = _("Internals")
# Titles, with the models (by their labels) and the pages (by their addresses' names) below them, in order.
SECTIONS: list[tuple[Any, list[str | tuple[Any, str]]]] = [
    (
        _("Library"),
        [
            "assemblies.Assembly",
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
            "assemblies.SyncRecord",
            (_("Persistence"), "persistence"),
            "devmode.AuditEntry",
            (_("Health"), "health_page"),
        ],
    ),
    (_("Accounts"), ["auth.User", "auth.Group", "devmode.ApiToken", (_("Who is in Dev Mode"), "dev_mode_grants")]),
    (
        FOLDED,
        [
            "assemblies.DomainState",
            "assemblies.Flush",
            "assemblies.JournalEntry",
            "assemblies.AssemblyAlias",
            "assemblies.AssemblyNote",
            "assemblies.AssemblySetting",
            "assemblies.AssemblySettingHistory",
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


def sections(request: HttpRequest, site: AdminSite) -> list[Section]:
    """Return the sections of what this person may see, in place of Django's list of all models by application."""
    hidden = _hidden_from(role_of(request.user))
    found = [(title, [_entry(name, request, site, hidden) for name in names]) for title, names in SECTIONS]
    shown = [_section(title, listed) for title, entries in found if (listed := list(filter(None, entries)))]
    _mark_current(shown, request.path)
    return shown


def _hidden_from(role: Role) -> set[str]:
    writers = FOR_WRITERS if role is Role.VIEWER else set()
    return writers | (FOR_ADMINISTRATORS if role is not Role.ADMINISTRATOR else set())


def _entry(
    name: str | tuple[Any, str], request: HttpRequest, site: AdminSite, hidden: set[str]
) -> dict[str, Any] | None:
    if isinstance(name, str):
        return _entry_of_rows(site.get_model_admin(apps.get_model(name)), request)
    title, address = name
    return None if address in hidden else _entry_at(title, address, address)


def _entry_of_rows(pages: "ModelAdmin[Any]", request: HttpRequest) -> dict[str, Any] | None:
    if not (pages.has_module_permission(request) and pages.has_view_or_change_permission(request)):
        return None
    options, name = pages.opts, pages.model.__name__
    address = f"{options.app_label}_{options.model_name}_changelist"
    return _entry_at(NAMES.get(name, options.verbose_name_plural), name, address)


def _entry_at(title: Any, name: str, address: str) -> dict[str, Any]:
    icon = ICONS.get(name, "")
    return {"name": title, "object_name": name, "admin_url": _url(address, get_script_prefix()), "icon": icon}


@lru_cache(maxsize=256)
def _url(address: str, _prefix: str) -> str:
    """Return where a page is: every page shows all of them, and looking one up takes longer than drawing it."""
    return reverse(f"admin:{address}")


def _section(title: Any, entries: list[dict[str, Any]]) -> Section:
    label = entries[0]["object_name"].lower()
    address = entries[0]["admin_url"]
    return {"name": title, "app_label": label, "app_url": address, "models": entries, "is_folded": title is FOLDED}


def _mark_current(sections: Iterable[Section], path: str) -> None:
    """Mark the one entry that `path` is at or below, of several the nearest, and its section."""
    above = [(entry, section) for section in sections for entry in section["models"]]
    above = [(entry, section) for entry, section in above if path.startswith(entry["admin_url"])]
    if above:
        entry, section = max(above, key=lambda pair: len(pair[0]["admin_url"]))
        entry["is_current"] = section["is_current"] = True
