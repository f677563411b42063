"""The pictures of workflows as answers: the small one of lists, a file that browsers keep while the workflow is the
same, and that of a graph being typed.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assemblies.admin.page import refusals_as_pages
from assemblies.admin.workflow.picture import Picture, picture_of
from assemblies.catalogue import CatalogueEntry
from assemblies.conf import payload_store
from assemblies.domains import Kind
from assemblies.errors import Failure
from assemblies.web.deprecations import find_deprecated_nodes
from assemblies.web.entity_tags import is_known
from assemblies.web.lookups import get_any_entry

SIZE = (96, 54)
# A new way to draw is a new picture.
DRAWING = 1
THINNEST_SHARE = 90


@require_safe
@refusals_as_pages
def assembly_picture(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Answer with a picture whatever the payload is like; an assembly that is not known has none."""
    entry = get_any_entry(guid)
    tag = f'"{DRAWING}-{entry.content.payload_sha256}"'
    if not is_known(request.headers.get("If-None-Match", ""), tag):
        picture = _picture(entry)
        response = _svg("library/workflow/small.svg", picture) if picture else _svg("library/workflow/neutral.svg")
        # What cannot be read now may be read tomorrow: only a picture of the bytes themselves is worth keeping.
        if picture is None:
            return response
    else:
        response = HttpResponse(status=304)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def _picture(entry: CatalogueEntry) -> Picture | None:
    if entry.content.kind is not Kind.WORKFLOW:
        return None
    try:
        picture = picture_of(payload_store().read(entry.content.payload))
    except Failure:
        return None
    return picture if picture and picture.boxes else None


def _svg(template: str, picture: Picture | None = None) -> HttpResponse:
    context: dict[str, Any] = {"width": SIZE[0], "height": SIZE[1]}
    if picture is not None:
        context |= {"picture": picture, "stroke": max(2, picture.frame.width // THINNEST_SHARE)}
    text = render_to_string(template, context)
    return HttpResponse(
        text, content_type="image/svg+xml; charset=utf-8", headers={"Cache-Control": "private, no-cache"}
    )


@require_POST
def workflow_preview(request: HttpRequest) -> HttpResponseBase:
    """Answer with the picture of the posted `payload`; with nothing while that is no graph yet.

    It changes nothing; a POST because a graph does not fit an address.
    """
    text = request.POST.get("payload", "")
    if len(text.encode("utf-8", "replace")) > settings.MAX_DOCUMENT_BYTES:
        return HttpResponse(_("This is larger than a document may be."), status=413, content_type="text/plain")
    picture = picture_of(text)
    if picture is None:
        return HttpResponse(status=204)
    shown = {"picture": picture, "deprecated_nodes": find_deprecated_nodes(text)}
    return render(request, "library/workflow/picture.html", shown)
