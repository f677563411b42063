"""The page where people see and end their own tokens and sessions."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from devmode.grants.own_access import Access, end_access, list_access
from devmode.grants.principal import principal_of
from devmode.site.login_page import explain_sign_out

ALL_OTHERS = "others"


class AccessView(LoginRequiredMixin, TemplateView):
    """One's own sessions and tokens; `end` names the one to end, or all others."""

    template_name = "devmode/access.html"

    def handle_no_permission(self) -> HttpResponseRedirect:
        explain_sign_out(self.request)
        return super().handle_no_permission()

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        own = list_access(principal_of(self.request), now=timezone.now())
        return super().get_context_data(
            **admin.site.each_context(self.request),
            title=_("Tokens and sessions"),
            sessions=[access for access in own if access.token is None],
            tokens=[access for access in own if access.token],
            has_others=any(not access.is_current for access in own),
            **more,
        )

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        wanted = request.POST.get("end", "")
        ended = _ended(request, wanted)
        if not ended and wanted != ALL_OTHERS:
            raise Http404
        if any(access.is_current for access in ended):
            logout(request)
        else:
            words = ngettext("%d was ended.", "%d were ended.", len(ended)) % len(ended)
            messages.success(request, words)
        return redirect("own-access")


def _ended(request: HttpRequest, wanted: str) -> list[Access]:
    return end_access(
        principal_of(request),
        lambda access: not access.is_current if wanted == ALL_OTHERS else access.key == wanted,
    )
