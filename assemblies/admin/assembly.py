"""Assemblies of all domains in one list, and a page for each."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assemblies.admin.assembly_list import AssemblyList, StateFilter, with_entries
from assemblies.admin.assembly_page import page_of
from assemblies.admin.badges import persisted_words, preformatted, source_badge, state_pills
from assemblies.admin.library_admin import LibraryAdmin
from assemblies.documents.canonical import readable_json
from assemblies.models import Assembly


@admin.register(Assembly)
class AssemblyAdmin(LibraryAdmin):
    """The whole library, with where each item comes from and whether its domain database holds it yet."""

    list_display = (
        "display_name", "state", "source", "kind", "assembly_type", "category", "updated_at", "updated_by"
    )  # fmt: skip
    list_filter = (StateFilter, "domain", "kind", "assembly_type")
    search_fields = ("display_name", "summary", "search_text")
    search_help_text = _("Words of the name, the summary or the script.")
    fieldsets = (
        (None, {"fields": ("display_name", "summary", "source", "persistence", "kind", "assembly_type", "category")}),
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "guid", "sequence", "version", "timeout", "tags", "metadata", "payload_sha256", "content_hash",
                    "cloned_from", "created", "updated_at", "updated_by", "deleted_at",
                ),
            },
        ),
    )  # fmt: skip
    change_form_template = "admin/assemblies/assembly/change_form.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Everyone who is signed in may read the library."""
        return self.admin_site.has_permission(request)

    @admin.display(description=_("source"), ordering="domain")
    def source(self, row: Assembly) -> SafeString:
        return source_badge(row.domain)

    @admin.display(description=_("state"))
    def state(self, row: Assembly) -> SafeString:
        return state_pills(row.catalogue_entry)  # type: ignore[attr-defined]

    @admin.display(description=_("state"))
    def persistence(self, row: Assembly) -> SafeString | str:
        entry = row.catalogue_entry  # type: ignore[attr-defined]
        return state_pills(entry) or persisted_words(entry)

    @admin.display(description=_("version"))
    def version(self, row: Assembly) -> str:
        return str(row.read_content().version)

    @admin.display(description=_("time limit"))
    def timeout(self, row: Assembly) -> str:
        return f"{row.read_content().timeout_seconds} s"

    @admin.display(description=_("tags"))
    def tags(self, row: Assembly) -> SafeString:
        return format_html_join(" ", '<span class="badge">{}</span>', ((tag,) for tag in row.read_content().tags))

    @admin.display(description=_("metadata"))
    def metadata(self, row: Assembly) -> SafeString:
        return preformatted(readable_json(row.read_content().metadata).decode())

    @admin.display(description=_("cloned from"))
    def cloned_from(self, row: Assembly) -> str | None:
        lineage = row.read_content().cloned_from
        return f"{lineage.assembly_guid} ({lineage.domain}, revision {lineage.revision})" if lineage else None

    @admin.display(description=_("created"))
    def created(self, row: Assembly) -> str:
        content = row.read_content()
        return f"{content.created_at} by {content.created_by}"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[AssemblyList]:
        return AssemblyList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Assembly | None:
        row: Assembly | None = super().get_object(request, object_id, from_field)
        return with_entries([row])[0] if row else None

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context |= page_of(context["original"])
        context["may_view_journal"] = request.user.has_perm("assemblies.view_journalentry")
        return super().render_change_form(request, context, *args, **kwargs)
