"""Pages that keep themselves current: a browser that asks for the part that changes gets it alone, or 304."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render

from assemblies.web.entity_tags import is_known


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
