"""What the library's lists share."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assemblies.admin.addresses import item_address
from assemblies.documents.hidden_characters import undistorted
from assemblies.models import Assembly
from devmode.site.read_only import ReadOnlyAdmin


class LibraryAdmin(ReadOnlyAdmin):
    """Read-only lists and pages, with the library's badges."""


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
