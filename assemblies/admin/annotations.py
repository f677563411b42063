"""What is said about assemblies by their GUID: settings, earlier settings, notes, aliases."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assemblies.admin.annotate.page import ALIAS, NOTE, SETTING, Annotation, annotation_page
from assemblies.admin.badges import preformatted
from assemblies.admin.library_admin import AboutAssemblies
from assemblies.documents import readable_json
from assemblies.models import AssemblyAlias, AssemblyNote, AssemblySetting, AssemblySettingHistory
from assemblies.models.annotations import SettingColumns
from assemblies.web.actors import actor_of, writable_domains


class Annotations(AboutAssemblies):
    """Rows that writers add on a page of the library's own, and that an action writes."""

    annotation: Annotation

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(writable_domains(actor_of(request)))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        return annotation_page(request, self.annotation)


class SettingPages(AboutAssemblies):
    """Settings with their values as people read JSON."""

    @admin.display(description=_("value"))
    def value_text(self, setting: SettingColumns) -> SafeString:
        return preformatted(readable_json(json.loads(setting.value)).decode())


@admin.register(AssemblySetting)
class AssemblySettingAdmin(Annotations, SettingPages):
    """What is set on assemblies now."""

    annotation = SETTING
    guid_field = "assembly_id"
    list_display = ("category", "key", "about", "status", "updated_at", "updated_by")
    list_filter = ("category", "status")
    search_fields = ("assembly__guid", "key", "updated_by")
    search_help_text = _("An assembly, a key, or who set it.")
    fields = ("about", "category", "key", "value_text", "status", "updated_at", "updated_by")


@admin.register(AssemblySettingHistory)
class AssemblySettingHistoryAdmin(SettingPages):
    """What was set earlier, and why it no longer is."""

    list_display = ("archived_at", "reason", "category", "key", "about", "archived_by")
    list_filter = ("reason", "category", "archived_at")
    search_fields = ("assembly_guid", "key", "archived_by")
    search_help_text = _("An assembly, a key, or who changed it.")
    fields = (
        "about", "category", "key", "value_text", "status", "updated_at", "updated_by", "reason",
        "archived_at", "archived_by",
    )  # fmt: skip


@admin.register(AssemblyNote)
class AssemblyNoteAdmin(Annotations):
    """Notes, newest first."""

    annotation = NOTE
    list_display = ("created_at", "note_type", "__str__", "about", "status", "created_by")
    list_filter = ("note_type", "status", "created_at")
    search_fields = ("assembly_guid", "content", "created_by")
    search_help_text = _("An assembly, words of the note, or who wrote it.")


@admin.register(AssemblyAlias)
class AssemblyAliasAdmin(Annotations):
    """Other names of assemblies."""

    annotation = ALIAS
    guid_field = "canonical_guid"
    list_display = ("alias", "about", "domain", "kind", "registered_at")
    list_filter = ("kind", "domain")
    search_fields = ("alias", "canonical_guid")
    search_help_text = _("A name, or the assembly it stands for.")
