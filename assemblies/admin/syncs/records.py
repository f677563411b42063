"""The official catalogue's page and each sync's, at the addresses Django gives to sync records.

Where the source is and who synchronised is for administrators; to synchronise takes Dev Mode."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assemblies.admin.lists import LibraryAdmin
from assemblies.admin.page import render_page
from assemblies.admin.syncs.record_page import record_page
from assemblies.admin.syncs.status import catalogue_status, counts_in_words
from assemblies.catalogue import library_catalogue
from assemblies.domains import Domain
from assemblies.models import SyncRecord
from assemblies.official.sync_records import find_last_accepted, masked
from assemblies.official.undo import find_undoable
from assemblies.permissions import Verb, may
from assemblies.web.actors import actor_of, is_administrator

RECORDS_PER_PAGE = 25


@dataclass(frozen=True)
class Acceptance:
    """The version the catalogue was brought to last, and how long ago. `limit_days` is 0 where any age will do."""

    record: SyncRecord
    now: datetime
    limit_days: int

    @property
    def age(self) -> timedelta:
        return self.now - self.record.recorded_at

    @property
    def is_overdue(self) -> bool:
        """Whether what was accepted is older than the source may be; it was published before it was accepted."""
        return bool(self.limit_days) and self.age > timedelta(days=self.limit_days)


def official_page(request: HttpRequest) -> HttpResponse:
    may_sync = may(actor_of(request), Verb.CHANGE, Domain.OFFICIAL)
    records = Paginator(SyncRecord.objects.select_related("undone_by"), RECORDS_PER_PAGE)
    page = records.get_page(request.GET.get("page"))
    return render_page(
        request,
        "library/syncs/official.html",
        title=_("Official catalogue"),
        accepted=_accepted(),
        standing=catalogue_status(library_catalogue().current()),
        page=page,
        lines=[(record, counts_in_words(record.counts)) for record in page],
        pages=records.get_elided_page_range(page.number),
        source=masked(settings.OFFICIAL_SOURCE),
        is_administrator=is_administrator(request),
        may_sync=may_sync,
        undoable=find_undoable() if may_sync else None,
        nothing_new="nothing-new" in request.GET,
    )


def _accepted() -> Acceptance | None:
    record = find_last_accepted()
    return Acceptance(record, timezone.now(), settings.OFFICIAL_MAX_AGE_DAYS) if record else None


@admin.register(SyncRecord)
class SyncRecordAdmin(LibraryAdmin):
    """For everybody who is signed in, as over REST; the pages keep to themselves what is for administrators."""

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        return official_page(request)

    def change_view(  # type: ignore[override]
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        record = self.get_object(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return, attr-defined]
        return record_page(request, record)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)
