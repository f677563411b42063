"""The pages of the tour, by role; they are about a stocked library with devices, a job, and writes that wait."""

from dataclasses import replace

from assemblies.admin.pages import PAGES as ROUTES
from assemblies.demo.devices import enrol_devices
from assemblies.fleet.models import Device
from assemblies.models import JournalEntry, SyncRecord
from assemblies.payloads import PayloadStore
from devmode.actor import Actor, Role
from devmode.models import AuditEntry
from tests.browser.stocked import stock
from tests.schedules.jobs_made import job_of

PAGES = {
    "front": "/admin/",
    "library": "/admin/assemblies/assembly/",
    "search": "/admin/assemblies/assembly/?q=logrotate",
    "folders": "/admin/assemblies/assembly/?view=folders&folder=scripts",
    "own": "/admin/assemblies/assembly/{own}/change/",
    "official": "/admin/assemblies/assembly/{official}/change/",
    "community": "/admin/assemblies/assembly/{community}/change/",
    "workflow": "/admin/assemblies/assembly/{workflow}/change/#script",
    "history": "/admin/assemblies/assembly/{own}/change/#history",
    "diff": "/admin/assemblies/assembly/{own}/diff/",
    "export": "/admin/assemblies/assembly/export/",
    "syncs": "/admin/assemblies/syncrecord/",
    "sync": "/admin/assemblies/syncrecord/{sync}/change/",
    "runs": "/admin/runs/",
    "run": "/admin/runs/{run}/",
    "run-queue": "/admin/runs/queue/",
    "schedules": "/admin/schedules/",
    "calendar": "/admin/schedules/calendar/",
    "schedule": "/admin/schedules/{job}/",
    "devices": "/admin/devices/",
    "device": "/admin/devices/{device}/",
    "queue": "/admin/queue/",
    "access": "/account/access",
    "password": "/admin/password_change/",
}
OF_WRITERS = {
    "new": "/admin/assemblies/assembly/add/?kind=script",
    "copy": "/admin/assemblies/assembly/{official}/copy/",
    "import": "/admin/assemblies/assembly/import/",
    "delete": "/admin/assemblies/assembly/{own}/delete/",
    "discard": "/admin/queue/{own}/discard/",
    "alias-add": "/admin/assemblies/assemblyalias/add/?assembly={own}",
    "note-add": "/admin/assemblies/assemblynote/add/?assembly={own}",
    "setting-add": "/admin/assemblies/assemblysetting/add/?assembly={own}",
}
OF_ADMINISTRATORS = {
    "dev-mode": "/admin/dev-mode/",
    "grants": "/admin/dev-mode/grants/",
    "audit": "/admin/devmode/auditentry/",
    "audit-entry": "/admin/devmode/auditentry/{audit}/change/",
    "health": "/admin/health/",
    "timeouts": "/admin/runs/defaults/",
    "persistence": "/admin/persistence/",
    "approvals": "/admin/devices/approvals/",
    "install-codes": "/admin/devices/codes/",
    "agent": "/admin/devices/agent/",
    "journal": "/admin/assemblies/journalentry/",
    "journal-entry": "/admin/assemblies/journalentry/{journal}/change/",
    "domain-states": "/admin/assemblies/domainstate/",
    "flushes": "/admin/assemblies/flush/",
    "aliases": "/admin/assemblies/assemblyalias/",
    "notes": "/admin/assemblies/assemblynote/",
    "settings": "/admin/assemblies/assemblysetting/",
    "tokens": "/admin/devmode/apitoken/",
    "components": "/admin/components/",
}
OF_STAFF = {
    "users": "/admin/auth/user/",
    "user": "/admin/auth/user/{user}/change/",
    "user-add": "/admin/auth/user/add/",
    "groups": "/admin/auth/group/",
    "group": "/admin/auth/group/{group}/change/",
}
IN_DEV_MODE = {
    "run-form": "/admin/assemblies/assembly/{own}/run/",
    "schedule-add": "/admin/schedules/add/",
    "schedule-edit": "/admin/schedules/{job}/edit/",
    "schedule-delete": "/admin/schedules/{job}/delete/",
    "undo": "/admin/assemblies/syncrecord/undo/",
}
OF_ADMINISTRATOR = PAGES | OF_WRITERS | OF_ADMINISTRATORS
EVERY = OF_ADMINISTRATOR | OF_STAFF | IN_DEV_MODE
OF_ROLES = {
    ("viewer", False): PAGES,
    ("operator", False): PAGES | OF_WRITERS,
    ("administrator", False): OF_ADMINISTRATOR,
    ("administrator", True): OF_ADMINISTRATOR | IN_DEV_MODE,
    ("superuser", False): OF_STAFF,
}
# Files, parts of pages, and what only takes what a form sends.
NO_PAGES = {
    "assembly_bulk", "assembly_quick", "assembly_check", "assembly_favourite", "assembly_view_save",
    "assembly_view_remove", "export_library", "assembly_export_selection", "assembly_export",
    "assembly_take_original", "assembly_adopt", "assembly_suppress", "setting_remove", "sync_run", "sync_plan",
    "run_queue_cancel", "run_queue_move", "run_output", "run_cancel", "run_again", "persistence_assign",
    "persistence_add", "persistence_ensure", "schedule_toggle", "schedule_hide", "schedule_rerun", "device_approve",
    "device_deny", "install_code_delete", "device_change", "queue_flush", "health_check", "health_verify",
    "health_verification", "assembly_restore", "assembly_picture", "workflow_preview",
}  # fmt: skip
ROUTE_NAMES = {name for _route, _view, name in ROUTES}


def stock_tour(store: PayloadStore) -> dict[str, str]:
    """Return what the addresses of the pages name."""
    stocked = stock(store)
    kim = replace(Actor.of_command(""), name="kim", role=Role.ADMINISTRATOR)
    enrol_devices(kim)
    job = job_of(stocked.own, store, Actor.of_command("tests"), variables={"LIMIT_PERCENT": "90"})
    newest = {
        "sync": SyncRecord.objects.order_by("-pk")[0].pk,
        "audit": AuditEntry.objects.order_by("-sequence")[0].pk,
        "journal": JournalEntry.objects.order_by("-sequence")[0].pk,
        "device": Device.objects.order_by("hostname")[0].guid,
        "job": job.pk,
    }
    return vars(stocked) | {name: str(key) for name, key in newest.items()}
