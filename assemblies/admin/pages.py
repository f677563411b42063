"""Every page of the library that Django's admin has no place for: its path below `/admin/`, its view and its name.

The list, the page, the creation and the deletion of an assembly stand at Django's own addresses (`assembly.py`).
"""

from collections.abc import Callable
from typing import Any

from assemblies.admin.annotations import setting_remove
from assemblies.admin.components import components_page
from assemblies.admin.fleet.devices import device_change, device_page, devices_page
from assemblies.admin.fleet.enrolment import (
    agent_page,
    approval_approve,
    approval_deny,
    approvals_page,
    install_code_delete,
    install_codes,
)
from assemblies.admin.grid.bulk import bulk
from assemblies.admin.grid.quick import quick_search
from assemblies.admin.grid.saved_views import favourite, view_remove, view_save
from assemblies.admin.health.page import health_check, health_page
from assemblies.admin.health.verify import health_verification, health_verify
from assemblies.admin.history.diff_page import assembly_diff
from assemblies.admin.history.tab import assembly_restore
from assemblies.admin.import_export.export_page import export_assembly, export_library, export_page, export_selection
from assemblies.admin.import_export.import_page import import_page
from assemblies.admin.item.checks import check_typed, suppress_check
from assemblies.admin.item.copying import adopt_item, copy_item, take_original_item
from assemblies.admin.persistence import persistence_add, persistence_assign, persistence_ensure, persistence_page
from assemblies.admin.queue import queue_discard, queue_flush, queue_page
from assemblies.admin.runs.defaults import run_defaults
from assemblies.admin.runs.form import run_form
from assemblies.admin.runs.listing import runs_page
from assemblies.admin.runs.page import run_again, run_cancel, run_output, run_page
from assemblies.admin.runs.queue import run_queue, run_queue_cancel, run_queue_move
from assemblies.admin.schedules.calendar import schedule_calendar
from assemblies.admin.schedules.form import schedule_add, schedule_edit
from assemblies.admin.schedules.listing import (
    schedule_delete,
    schedule_hide,
    schedule_page,
    schedule_rerun,
    schedule_toggle,
    schedules_page,
)
from assemblies.admin.syncs.plan import plan_page
from assemblies.admin.syncs.run import run_sync, undo_page
from assemblies.admin.workflow.small import assembly_picture, workflow_preview

# Answers that say themselves how long they may be kept; all others are kept nowhere.
CACHEABLE = {"assembly_picture"}
PAGES: list[tuple[str, Callable[..., Any], str]] = [
    ("assemblies/assembly/bulk/", bulk, "assembly_bulk"),
    ("assemblies/assembly/quick/", quick_search, "assembly_quick"),
    ("assemblies/assembly/check/", check_typed, "assembly_check"),
    ("assemblies/assembly/favourite/", favourite, "assembly_favourite"),
    ("assemblies/assembly/views/save/", view_save, "assembly_view_save"),
    ("assemblies/assembly/views/remove/", view_remove, "assembly_view_remove"),
    ("assemblies/assembly/import/", import_page, "import_assemblies"),
    ("assemblies/assembly/export/", export_page, "export_assemblies"),
    ("assemblies/assembly/export/library.zip", export_library, "export_library"),
    ("assemblies/assembly/export/selection/", export_selection, "assembly_export_selection"),
    ("assemblies/assembly/<str:guid>/export/", export_assembly, "assembly_export"),
    ("assemblies/assembly/<str:guid>/copy/", copy_item, "assembly_copy"),
    ("assemblies/assembly/<str:guid>/run/", run_form, "run_form"),
    ("assemblies/assembly/<str:guid>/take-original/", take_original_item, "assembly_take_original"),
    ("assemblies/assembly/<str:guid>/adopt/", adopt_item, "assembly_adopt"),
    ("assemblies/assembly/<str:guid>/suppress/", suppress_check, "assembly_suppress"),
    ("assemblies/assembly/<str:guid>/settings/remove/", setting_remove, "setting_remove"),
    ("assemblies/syncrecord/run/", run_sync, "sync_run"),
    ("assemblies/syncrecord/plan/", plan_page, "sync_plan"),
    ("assemblies/syncrecord/undo/", undo_page, "sync_undo"),
    ("runs/", runs_page, "runs"),
    # A fixed word comes before what names a run.
    ("runs/queue/", run_queue, "run_queue"),
    ("runs/queue/<str:work_item_hash>/cancel/", run_queue_cancel, "run_queue_cancel"),
    ("runs/queue/<str:work_item_hash>/move/", run_queue_move, "run_queue_move"),
    ("runs/defaults/", run_defaults, "run_defaults"),
    ("runs/<str:run_id>/", run_page, "run_page"),
    ("runs/<str:run_id>/output/", run_output, "run_output"),
    ("runs/<str:run_id>/cancel/", run_cancel, "run_cancel"),
    ("runs/<str:run_id>/again/", run_again, "run_again"),
    ("persistence/", persistence_page, "persistence"),
    ("persistence/assign/", persistence_assign, "persistence_assign"),
    ("persistence/add/", persistence_add, "persistence_add"),
    ("persistence/ensure/", persistence_ensure, "persistence_ensure"),
    ("schedules/", schedules_page, "schedules"),
    ("schedules/add/", schedule_add, "schedule_add"),
    ("schedules/calendar/", schedule_calendar, "schedule_calendar"),
    ("schedules/<int:job_id>/", schedule_page, "schedule"),
    ("schedules/<int:job_id>/edit/", schedule_edit, "schedule_edit"),
    ("schedules/<int:job_id>/toggle/", schedule_toggle, "schedule_toggle"),
    ("schedules/<int:job_id>/hide/", schedule_hide, "schedule_hide"),
    ("schedules/<int:job_id>/rerun/", schedule_rerun, "schedule_rerun"),
    ("schedules/<int:job_id>/delete/", schedule_delete, "schedule_delete"),
    ("devices/", devices_page, "devices"),
    # Fixed words come before what names a device.
    ("devices/approvals/", approvals_page, "device_approvals"),
    ("devices/approvals/<int:approval_id>/approve/", approval_approve, "device_approve"),
    ("devices/approvals/<int:approval_id>/deny/", approval_deny, "device_deny"),
    ("devices/agent/", agent_page, "device_agent"),
    ("devices/codes/", install_codes, "install_codes"),
    ("devices/codes/<int:code_id>/delete/", install_code_delete, "install_code_delete"),
    ("devices/<str:device>/", device_page, "device_page"),
    ("devices/<str:device>/change/", device_change, "device_change"),
    ("queue/", queue_page, "queue"),
    ("queue/flush/", queue_flush, "queue_flush"),
    ("queue/<str:guid>/discard/", queue_discard, "queue_discard"),
    ("health/", health_page, "health_page"),
    ("health/check/", health_check, "health_check"),
    ("health/verify/", health_verify, "health_verify"),
    ("health/verification/", health_verification, "health_verification"),
    ("assemblies/assembly/<str:guid>/diff/", assembly_diff, "assembly_diff"),
    ("assemblies/assembly/<str:guid>/restore/", assembly_restore, "assembly_restore"),
    ("assemblies/assembly/<str:guid>/picture.svg", assembly_picture, "assembly_picture"),
    ("workflows/preview/", workflow_preview, "workflow_preview"),
    ("components/", components_page, "components"),
]
