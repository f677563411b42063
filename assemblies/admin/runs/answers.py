"""What the pages that keep themselves current answer, and what they say of a cancel."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.translation import gettext as _

from assemblies.web.entity_tags import is_known

MAX_REASON_LENGTH = 500


def is_for_script(request: HttpRequest) -> bool:
    """Say whether a page's script asks for the part that changes, without the frame."""
    return request.headers.get("X-Requested-With") == "fetch"


def live_answer(request: HttpRequest, template: str, tag: str, context: Callable[[], dict[str, Any]]) -> HttpResponse:
    """Return the part that changes, or 304 while the browser has it as `tag` names it.

    A tag that compression made weak on the way names the same part.
    """
    if is_known(request.headers.get("If-None-Match", ""), tag):
        return HttpResponseNotModified(headers={"ETag": tag})
    answer = render(request, template, context())
    answer["ETag"] = tag
    return answer


def reason_in(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:MAX_REASON_LENGTH]


def say_canceled(request: HttpRequest, happened: object) -> None:
    """Tell what a cancel came to: `happened` is what it canceled, nothing where all had ended."""
    if happened:
        messages.success(request, _("Canceled: what waited has ended, what runs ends as soon as none of it is left."))
    else:
        messages.info(request, _("It had ended already."))
