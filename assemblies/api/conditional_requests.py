"""Conditional requests: what a client says it has seen already."""

import re
from typing import TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from rest_framework.request import Request

from assemblies.catalogue import CatalogueEntry
from assemblies.errors import RevisionConflict

Answer = TypeVar("Answer", bound=HttpResponseBase)
_REVISION = re.compile(r'(?:W/)?"(\d{1,18})(?:-[^"]*)?"')


def not_modified(request: Request, etag: str) -> HttpResponse | None:
    """Return the 304 when the client names `etag` in If-None-Match; a weakened spelling is the same to a reader."""
    seen = {known.removeprefix("W/") for known in parse_etags(request.headers.get("If-None-Match", ""))}
    if etag not in seen and "*" not in seen:
        return None
    return tagged(HttpResponse(status=304), etag)


def tagged(answer: Answer, etag: str) -> Answer:
    answer["ETag"] = etag
    return answer


def expected_revision(request: Request, entry: CatalogueEntry) -> int | None:
    """Return the revision that If-Match demands; None when it demands none. Raises RevisionConflict.

    The tag of an item begins with its revision; a bare revision is taken too. Only the revision is compared, for a
    flush changes the tag but not the content.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    if entry.revision in {int(revision) for revision in _REVISION.findall(header)}:
        return entry.revision
    raise RevisionConflict(assembly_guid=entry.guid, revision=entry.revision, expected=header)
