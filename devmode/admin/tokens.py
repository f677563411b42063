"""The API tokens as administrators see them. One may be revoked, which the audit records."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from devmode.audit import AuditFacts, AuditUnwritable, record
from devmode.audit.events import AccessEvent
from devmode.grants.principal import principal_of
from devmode.models import ApiToken
from devmode.site.read_only import ReadOnlyAdmin


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens by their first characters; deleting one revokes it at once."""

    list_display = ("prefix", "user", "created_at", "expires_at", "is_live", "made_by_command")
    list_filter = ("made_by_command", "expires_at")
    list_select_related = ("user",)
    search_fields = ("prefix", "user__username")
    ordering = ("-created_at",)
    fields = ("prefix", "user", "created_at", "expires_at", "is_live", "made_by_command")

    @admin.display(description=_("live"), boolean=True)
    def is_live(self, token: ApiToken) -> bool:
        return token.expires_at > timezone.now()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("devmode.delete_apitoken"))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except AuditUnwritable:
            self.message_user(request, _("The audit cannot be written, so nothing was changed."), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:devmode_apitoken_changelist"))

    def delete_model(self, request: HttpRequest, obj: ApiToken) -> None:
        """Revoke within the admin's own transaction, which the audit entry is then part of."""
        record(_revocation(request, obj), now=timezone.now())
        obj.delete()


def _revocation(request: HttpRequest, token: ApiToken) -> AuditFacts:
    return AuditFacts(
        actor=principal_of(request).actor_in(None),
        event=AccessEvent.REVOKE_TOKEN,
        detail={"token": token.prefix, "user": token.user.get_username()},
    )
