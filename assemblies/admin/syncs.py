"""What came of each official sync, and the next one, for administrators in Dev Mode."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from assemblies.actions.actor import Actor
from assemblies.actions.audit import check_may_write
from assemblies.admin.actors import actor_of
from assemblies.admin.library_admin import LibraryAdmin
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import DevModeRequired, Forbidden, LibraryError
from assemblies.models import SyncRecord
from assemblies.official.open_source import open_source
from assemblies.official.provenance import EVENT
from assemblies.official.sync import sync
from assemblies.roles import Role, role_of


@admin.register(SyncRecord)
class SyncRecordAdmin(LibraryAdmin):
    """Syncs, their undoing and their refusals, newest first."""

    list_display = ("recorded_at", "outcome", "source_version", "counted", "duration_seconds", "undo_of")
    list_filter = ("outcome", "recorded_at")
    list_select_related = ("undo_of",)
    search_fields = ("source_version", "plan_digest")
    search_help_text = _("A version, or the digest of a plan.")

    change_list_template = "admin/assemblies/syncrecord/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        run = self.admin_site.admin_view(require_POST(self.run))
        return [path("run/", run, name="assemblies_syncrecord_run"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        actor = actor_of(request)
        context = {"may_sync": actor.dev_mode, "is_administrator": actor.role == Role.ADMINISTRATOR}
        return super().changelist_view(request, context | (extra_context or {}))

    def run(self, request: HttpRequest) -> HttpResponse:
        """Synchronise from the settings' source, or say what that would do."""
        dry_run = request.POST.get("dry_run") == "yes"
        try:
            self.message_user(request, self._synchronised(actor_of(request), dry_run=dry_run), messages.SUCCESS)
        except (Forbidden, DevModeRequired) as error:
            raise PermissionDenied(error.message) from error
        except LibraryError as error:
            self.message_user(request, " ".join([error.message, *error.detail.get("reasons", [])]), messages.ERROR)
        return HttpResponseRedirect(reverse("admin:assemblies_syncrecord_changelist"))

    def _synchronised(self, actor: Actor, *, dry_run: bool) -> str:
        check_may_write(actor, Domain.OFFICIAL, EVENT)
        report = sync(open_source(), actor=actor, store=payload_store(), dry_run=dry_run).json()
        counts = {what: len(report[what]) for what in ("added", "changed", "removed", "local_edits", "skipped")}
        words = _("A sync would come to: %(counts)s.") if dry_run else _("Synchronised: %(counts)s.")
        return words % {"counts": ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in counts.items())}

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
