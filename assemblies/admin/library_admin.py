"""What the library's lists share, and the lists of the domain databases: how far each is, and when it got there."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assemblies.admin.addresses import item_address
from assemblies.admin.badges import source_badge
from assemblies.admin.grid.address import SIZE
from assemblies.documents.hidden_characters import undistorted
from assemblies.models import Assembly, DomainState, Flush
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
