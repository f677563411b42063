"""What is said about assemblies by their GUID: settings, earlier settings, notes, aliases."""

import json

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assemblies.admin.badges import preformatted
from assemblies.admin.library_admin import LibraryAdmin
from assemblies.documents import readable_json
from assemblies.models import AssemblyAlias, AssemblyNote, AssemblySetting, AssemblySettingHistory
from assemblies.models.identity import SettingColumns


class SettingPages(LibraryAdmin):
    """Settings with their values as people read JSON."""

    @admin.display(description=_("value"))
    def value_text(self, setting: SettingColumns) -> SafeString:
        return preformatted(readable_json(json.loads(setting.value)).decode())


@admin.register(AssemblySetting)
class AssemblySettingAdmin(SettingPages):
    """What is set on assemblies now."""

    list_display = ("category", "key", "assembly_guid", "status", "updated_at", "updated_by")
    list_filter = ("category", "status")
    search_fields = ("assembly__guid", "key", "updated_by")
    search_help_text = _("An assembly, a key, or who set it.")
    fields = ("assembly", "category", "key", "value_text", "status", "updated_at", "updated_by")

    @admin.display(description=_("assembly"), ordering="assembly_id")
    def assembly_guid(self, setting: AssemblySetting) -> str:
        return setting.assembly_id


@admin.register(AssemblySettingHistory)
class AssemblySettingHistoryAdmin(SettingPages):
    """What was set earlier, and why it no longer is."""

    list_display = ("archived_at", "reason", "category", "key", "assembly_guid", "archived_by")
    list_filter = ("reason", "category", "archived_at")
    search_fields = ("assembly_guid", "key", "archived_by")
    search_help_text = _("An assembly, a key, or who changed it.")
    fields = (
        "assembly_guid", "category", "key", "value_text", "status", "updated_at", "updated_by", "reason",
        "archived_at", "archived_by",
    )  # fmt: skip


@admin.register(AssemblyNote)
class AssemblyNoteAdmin(LibraryAdmin):
    """Notes, newest first."""

    list_display = ("created_at", "note_type", "__str__", "assembly_guid", "status", "created_by")
    list_filter = ("note_type", "status", "created_at")
    search_fields = ("assembly_guid", "content", "created_by")
    search_help_text = _("An assembly, words of the note, or who wrote it.")


@admin.register(AssemblyAlias)
class AssemblyAliasAdmin(LibraryAdmin):
    """Other names of assemblies."""

    list_display = ("alias", "canonical_guid", "domain", "kind", "registered_at")
    list_filter = ("kind", "domain")
    search_fields = ("alias", "canonical_guid")
    search_help_text = _("A name, or the assembly it stands for.")
