"""Where a page leads when its work is done: back to where somebody came from, and never to another site."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

PARAMETER = "next"


def way_back(request: HttpRequest) -> str:
    """Return the address the request names as `next` if it is one of ours, else the front page's."""
    wanted = request.POST.get(PARAMETER) or request.GET.get(PARAMETER, "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else reverse("admin:index")


def here(request: HttpRequest) -> str:
    """Return where switching Dev Mode leads back to: this very page, unless it is the one to switch it at."""
    return way_back(request) if request.path == reverse("admin:dev_mode") else request.get_full_path()
