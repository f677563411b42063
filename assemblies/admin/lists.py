"""What the library's lists share; the lists of domain databases, of flushes, and of the journal."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assemblies.admin.grid.address import SIZE
from assemblies.admin.links_and_badges import item_address, preformatted, source_badge
from assemblies.documents.canonical import readable_json
from assemblies.documents.hidden_characters import undistorted
from assemblies.models import Assembly, DomainState, Flush, JournalEntry
from assemblies.web.actors import is_administrator
from devmode.site.read_only import ReadOnlyAdmin


class LibraryAdmin(ReadOnlyAdmin):
    """Read-only lists and pages, with the library's badges."""

    # As many rows as the library itself shows.
    list_per_page = SIZE


class AboutAssemblies(LibraryAdmin):
    """Rows that name an assembly by its GUID, shown by its name and with a way there."""

    guid_field = "assembly_guid"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the names along, which costs no query of its own."""
        names = Assembly.objects.filter(guid=OuterRef(self.guid_field)).values("display_name")
        rows: QuerySet[Any] = super().get_queryset(request).annotate(assembly_name=Subquery(names[:1]))
        return rows

    @admin.display(description=_("assembly"))
    def about(self, row: Any) -> SafeString | str:
        guid = getattr(row, self.guid_field)
        if not row.assembly_name:
            return str(guid)
        address = item_address(guid)
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, undistorted(row.assembly_name))


@admin.register(DomainState)
class DomainStateAdmin(LibraryAdmin):
    """The state of each domain database, with its last error."""

    list_display = ("source", "persisted_sequence", "last_flush_at", "last_attempt_at", "attempts", "last_error")
    ordering = ("domain",)

    @admin.display(description=_("domain"), ordering="domain")
    def source(self, state: DomainState) -> SafeString:
        return source_badge(state.domain)


@admin.register(Flush)
class FlushAdmin(LibraryAdmin):
    """Every flush, newest first."""

    list_display = ("flushed_at", "source", "persisted_sequence")
    list_filter = ("domain", "flushed_at")
    ordering = ("-id",)

    @admin.display(description=_("domain"), ordering="domain")
    def source(self, flush: Flush) -> SafeString:
        return source_badge(flush.domain)


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
