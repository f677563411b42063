"""Where a page leads when its work is done: back to where somebody came from, and never to another site."""

from urllib.parse import urlsplit

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
