"""The page of who is in Dev Mode now and who was recently, for administrators; each live grant can be revoked there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from devmode import grants
from devmode.audit.events import AccessEvent
from devmode.grants import dev_mode
from devmode.grants.principal import principal_of
from devmode.site.frame import for_administrators, framed

ENDED_SHOWN = 20


@for_administrators
def grants_page(request: HttpRequest) -> HttpResponse:
    principal, now = principal_of(request), timezone.now()
    dev_mode.require_administrator(principal, AccessEvent.LIST_GRANTS)
    return framed(
        request,
        "devmode/grants.html",
        title=gettext_lazy("Who is in Dev Mode"),
        live=grants.list_live(now=now),
        ended=grants.list_ended(ENDED_SHOWN, now=now),
        own_bearer=principal.bearer,
    )


@require_POST
@for_administrators
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    try:
        grant = dev_mode.revoke(principal_of(request), number)
    except dev_mode.NoSuchGrant:
        messages.warning(request, _("That Dev Mode had ended already."))
    else:
        messages.success(request, _("Dev Mode of %(name)s was revoked.") % {"name": grant.user.get_username()})
    return redirect("admin:dev_mode_grants")
