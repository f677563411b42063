"""What the pages of devices share: the way between them, and how a refusal is told."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from assemblies.admin.page import refusals_as_pages, render_live, render_page
from assemblies.errors import DevModeRequired, Forbidden, Refusal
from assemblies.fleet.errors import ApprovalNotFound, CodeNotFound, DeviceNotKnown
from assemblies.fleet.models import DeviceApproval
from assemblies.permissions import Place, Verb, find_refusal
from assemblies.web.actors import actor_of, is_administrator

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]
GROUP = 4
FOLDER = "library/fleet"
DEVICE_PAGE = "admin:device_page"


def render_fleet(
    request: HttpRequest, template: str, *, title: Any, here: str, part: str = "", **context: Any
) -> HttpResponse:
    """Return a page of devices; `here` is the address's name of the one of them that it belongs to.

    Where `part` names the template of what changes, it keeps itself current.
    """
    administers, operates = is_administrator(request), operator_refusal(request) is None
    frame: dict[str, Any] = {
        "here": here,
        "administers": administers,
        "operates": operates,
        "waiting_count": DeviceApproval.objects.pending().count() if administers else 0,
    }
    if part:
        return render_live(
            request, f"library/fleet/{template}", f"library/fleet/{part}", title=title, **frame, **context
        )
    return render_page(request, f"library/fleet/{template}", title=title, **frame, **context)


def operator_refusal(request: HttpRequest) -> Exception | None:
    return find_refusal(actor_of(request), Verb.RUN, Place.DEVICES)


def require_operator(request: HttpRequest) -> None:
    """Raise Forbidden for those who run nothing on devices."""
    if refusal := operator_refusal(request):
        raise refusal


def told_on(page: str) -> Callable[[View[Rest]], View[Rest]]:
    """Answer a form: what is refused is said as a message on `page`, what is unknown is not found."""

    def decorate(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def answering(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except (DeviceNotKnown, ApprovalNotFound, CodeNotFound) as error:
                raise Http404(error.message) from error
            except (Forbidden, DevModeRequired):
                raise
            except Refusal as error:
                messages.error(request, error.message)
                names: Any = kwargs if page == DEVICE_PAGE else {}
                answer: HttpResponse = redirect(page, **names)
                return answer

        return refusals_as_pages(answering)  # type: ignore[arg-type]  # `wraps` hides how the request is passed

    return decorate


def grouped(fingerprint: str) -> str:
    """Return a fingerprint in groups of four, as people compare it."""
    return " ".join(fingerprint[start : start + GROUP] for start in range(0, len(fingerprint), GROUP))


def number_in(request: HttpRequest, name: str) -> int:
    """Return a whole number of a form, 0 for what is none."""
    with suppress(ValueError):
        return int(request.POST.get(name, ""))
    return 0
