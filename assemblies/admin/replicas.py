"""How far each domain database is, and when it got there."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assemblies.admin.badges import source_badge
from assemblies.admin.library_admin import LibraryAdmin
from assemblies.models import DomainState, Flush


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
