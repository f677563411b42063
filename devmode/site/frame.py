"""Dev Mode's pages in the site's frame, what its doors refuse, for people and for the script of the banner; and where a
page leads when its work is done: back to where somebody came from, and never to another site.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from devmode.grants.dev_mode import AdministratorsOnly
from devmode.models.grant import DevModeGrant

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]
JSON = "application/json"
PARAMETER = "next"


def framed(request: HttpRequest, template: str, *, title: Any, status: int = 200, **context: Any) -> HttpResponse:
    """Return a page in the site's frame."""
    frame = admin.site.each_context(request)
    return render(request, template, {**frame, "title": title, **context}, status=status)


def for_administrators(view: View[Rest]) -> View[Rest]:
    """Answer everyone else with a page that says what they can do instead; the refusal was audited before."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except AdministratorsOnly as refusal:
            if is_script(request):
                return refused(refusal.code, refusal.message)
            return framed(request, "devmode/refused.html", title=_("Dev Mode is for administrators"), status=403)

    return answering  # type: ignore[return-value]  # `wraps` hides that the request may be passed by position


def is_script(request: HttpRequest) -> bool:
    """Say whether the banner's script asks, which wants facts and no page."""
    return request.headers.get("Accept") == JSON


def state(grant: DevModeGrant) -> JsonResponse:
    """Return the state of a live grant, in the words of the API."""
    return JsonResponse(
        {
            "enabled": True,
            "expires_at": grant.expires_at,
            "absolute_expires_at": grant.absolute_expires_at,
            "reason": grant.reason,
        }
    )


def refused(code: str, message: Any, *, status: int = 403) -> JsonResponse:
    return JsonResponse({"code": code, "message": str(message)}, status=status)


def way_back(request: HttpRequest) -> str:
    """Return the address the request names as `next` if it is one of ours, else the front page's."""
    wanted = request.POST.get(PARAMETER) or request.GET.get(PARAMETER, "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else reverse("admin:index")


def here(request: HttpRequest) -> str:
    """Return where switching Dev Mode leads back to: this very page, unless it is the one to switch it at.

    The answer to a form may stand at an address that only takes forms; it leads back to the page the form was on.
    """
    if request.path == reverse("admin:dev_mode"):
        return way_back(request)
    return _page_of_the_form(request) if request.method == "POST" else request.get_full_path()


def _page_of_the_form(request: HttpRequest) -> str:
    sent_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(sent_from, {request.get_host()}, require_https=request.is_secure()):
        return request.get_full_path()
    return urlsplit(sent_from)._replace(scheme="", netloc="", fragment="").geturl() or reverse("admin:index")
