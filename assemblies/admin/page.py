"""What every page of the library is made with: the site's frame, refusals as people should meet them, parts that keep
themselves current, and whole numbers as browsers send them: revisions, sequences, pages.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render

from assemblies.actions.audit import record_denial
from assemblies.documents.hidden_characters import undistorted
from assemblies.errors import AssemblyNotFound, DevModeRequired, Forbidden, InvalidGuid, RevisionNotFound
from assemblies.permissions import Place, Verb, find_refusal
from assemblies.web.actors import actor_of
from assemblies.web.entity_tags import is_known
from devmode.audit.events import AuditEvent

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]
# Of the realtime server; pages that cannot reach it ask by the clock.
STREAM = "/api/events/stream"
# What every database can hold.
MAX_DIGITS = 18


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


def stream_of(topics: str) -> str:
    """Return where a page follows `topics`, or "" where it cannot: it may connect to its own origin and no other."""
    return f"{STREAM}?topics={topics}" if settings.REALTIME_URL == settings.PUBLIC_ORIGIN else ""


def render_live(request: HttpRequest, template: str, part: str, *, title: Any, **context: Any) -> HttpResponse:
    """Return a page whose element `live-part` is made by the template `part`, or for its script that part alone."""
    if not is_for_script(request):
        return render_page(request, template, title=title, **context)
    answer = render(request, part, context)
    answer["ETag"] = tag = f'"{sha256(answer.content).hexdigest()[:32]}"'
    is_same = is_known(request.headers.get("If-None-Match", ""), tag)
    return HttpResponseNotModified(headers={"ETag": tag}) if is_same else answer


def number_of(text: str) -> int | None:
    """Return the number a text is; None for one that is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


def sent_number(sent: QueryDict, name: str) -> int | None:
    """Return a number of an address or a form; None where there is none that could be one."""
    return number_of(sent.get(name, ""))


def sent_revision(request: HttpRequest) -> int:
    """Return the revision somebody was shown, to be held against the newest; unsaid, one that is never the newest."""
    return sent_number(request.POST, "revision") or 0
