"""What came of each official sync."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assemblies.admin.library_admin import LibraryAdmin
from assemblies.models import SyncRecord
from assemblies.roles import Role, role_of


@admin.register(SyncRecord)
class SyncRecordAdmin(LibraryAdmin):
    """Syncs, their undoing and their refusals, newest first."""

    list_display = ("recorded_at", "outcome", "source_version", "counted", "duration_seconds", "undo_of")
    list_filter = ("outcome", "recorded_at")
    list_select_related = ("undo_of",)
    search_fields = ("source_version", "plan_digest")
    search_help_text = _("A version, or the digest of a plan.")

    @admin.display(description=_("counts"))
    def counted(self, record: SyncRecord) -> str:
        return ", ".join(f"{count} {what}" for what, count in record.counts.items() if count)

    @admin.display(description=_("reasons"))
    def why(self, record: SyncRecord) -> SafeString:
        return format_html_join("", "<p>{}</p>", ((reason,) for reason in record.reasons))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Where the source is and why it was refused may name hosts and folders: administrators only."""
        shown = (
            "recorded_at outcome source_version previous_version counted duration_seconds plan_digest first_sequence "
            "last_sequence undo_of"
        ).split()
        return [*shown, "actor", "source", "why"] if role_of(request.user) == Role.ADMINISTRATOR else shown
