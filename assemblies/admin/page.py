"""What every page of the library is made with: the site's frame, and refusals as people should meet them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from assemblies.actions.audit import record_denial
from assemblies.documents.hidden_characters import undistorted
from assemblies.errors import AssemblyNotFound, DevModeRequired, Forbidden, InvalidGuid, RevisionNotFound
from assemblies.permissions import Place, Verb, find_refusal
from assemblies.web.actors import actor_of
from devmode.audit.events import AuditEvent

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def render_page(request: HttpRequest, template: str, *, title: Any, status: int = 200, **context: Any) -> HttpResponse:
    """Return a page in the site's frame; a title that somebody wrote is drawn as it reads."""
    frame = admin.site.each_context(request)
    return render(request, template, {**frame, "title": undistorted(str(title)), **context}, status=status)


def refusals_as_pages(view: View[Rest]) -> View[Rest]:
    """Answer what the library refuses for want of a right, or knows nothing of, with a page that says what to do."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (AssemblyNotFound, InvalidGuid, RevisionNotFound) as error:
            raise Http404(error.message) from error
        except (Forbidden, DevModeRequired) as error:
            return render_page(request, "admin/refused.html", title=error.message, status=403, refusal=error)

    return answering  # type: ignore[return-value]  # `wraps` hides that the request may be passed by position


def require_administrator(request: HttpRequest, event: AuditEvent | None = None) -> None:
    """Raise Forbidden for everybody else; what they tried to do is audited under `event`, what they read is not."""
    refusal = find_refusal(actor_of(request), Verb.ADMINISTER, Place.LIBRARY)
    if refusal is None:
        return
    if event:
        record_denial(actor_of(request), event, refusal)
    raise refusal
