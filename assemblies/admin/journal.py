"""The journal: every change ever made, newest first."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assemblies.admin.badges import preformatted, source_badge
from assemblies.admin.library_admin import AboutAssemblies
from assemblies.documents.canonical import readable_json
from assemblies.models import JournalEntry
from assemblies.web.actors import is_administrator


@admin.register(JournalEntry)
class JournalEntryAdmin(AboutAssemblies):
    """Who changed which assembly, when and how."""

    list_display = ("sequence", "recorded_at", "operation", "about", "source", "actor")
    list_filter = ("operation", "domain", "recorded_at")
    search_fields = ("assembly_guid", "event_guid", "actor")
    search_help_text = _("An assembly, an event, or who did it.")

    @admin.display(description=_("source"), ordering="domain")
    def source(self, entry: JournalEntry) -> SafeString:
        return source_badge(entry.domain)

    @admin.display(description=_("content"))
    def content_text(self, entry: JournalEntry) -> SafeString | None:
        return preformatted(readable_json(json.loads(entry.content)).decode()) if entry.content else None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Contents name payload GUIDs, which administrators alone may see."""
        shown = "sequence recorded_at operation about assembly_guid source actor event_guid previous_hash hash".split()
        return [*shown, "content_text"] if is_administrator(request) else shown

    def get_queryset(self, request: HttpRequest) -> QuerySet[JournalEntry]:
        return super().get_queryset(request).defer("content")
