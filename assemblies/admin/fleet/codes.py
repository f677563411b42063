"""Install codes: make one, which the answer shows once; see which are good, delete one that is not used."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assemblies.admin.fleet.agent import enrolling
from assemblies.admin.fleet.frame import number_in, render_fleet, told_on
from assemblies.admin.page import require_administrator
from assemblies.audit_events import LibraryEvent
from assemblies.fleet.audit import permit_of
from assemblies.fleet.install_codes import DEFAULT_USES, MAX_USES, TTL_HOURS, MadeCode, delete_code, make_code
from assemblies.fleet.models import InstallCode
from assemblies.web.actors import actor_of


@require_http_methods(["GET", "HEAD", "POST"])
@told_on("admin:install_codes")
def install_codes(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        require_administrator(request)
        return _page(request)
    permit = permit_of(actor_of(request), LibraryEvent.MAKE_CODE)
    hours, uses = number_in(request, "ttl_hours"), number_in(request, "max_uses")
    # No redirect: the code is in this answer and nowhere else.
    return _page(request, make_code(hours, uses, permit=permit, now=timezone.now()))


@require_POST
@told_on("admin:install_codes")
def install_code_delete(request: HttpRequest, code_id: int) -> HttpResponse:
    permit = permit_of(actor_of(request), LibraryEvent.DELETE_CODE)
    delete_code(code_id, permit=permit, now=timezone.now())
    messages.success(request, _("Deleted. Nothing enrols with this code any more."))
    return redirect("admin:install_codes")


def _page(request: HttpRequest, made: MadeCode | None = None) -> HttpResponse:
    return render_fleet(
        request,
        "codes.html",
        title=_("Install codes"),
        here="install_codes",
        made=made,
        enrol_line=enrolling(made.code) if made else "",
        codes=InstallCode.objects.filter(expires_at__gt=timezone.now()),
        hours=TTL_HOURS,
        uses=range(1, MAX_USES + 1),
        default_uses=DEFAULT_USES,
    )
