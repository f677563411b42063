"""The official catalogue's page and each sync's, at the addresses Django gives to sync records."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from assemblies.admin.library_admin import LibraryAdmin
from assemblies.admin.syncs.official_page import official_page
from assemblies.admin.syncs.record_page import record_page
from assemblies.models import SyncRecord


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
