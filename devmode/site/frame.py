"""Dev Mode's pages in the site's frame, and what its doors refuse, for people and for the script of the banner."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from devmode.grants.dev_mode import AdministratorsOnly
from devmode.models.grant import DevModeGrant

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]
JSON = "application/json"


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
