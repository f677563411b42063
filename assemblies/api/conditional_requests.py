"""Conditional requests: what a client says it has seen already."""

import hashlib
import re
from collections.abc import Hashable
from typing import TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from assemblies.catalogue import CatalogueEntry
from assemblies.errors import RevisionConflict
from assemblies.web.entity_tags import ANY, is_known, read_tags

Answer = TypeVar("Answer", bound=HttpResponseBase)
_REVISION = re.compile(r"(\d{1,18})(?:-.*)?", re.ASCII)


def not_modified(request: Request, etag: str) -> HttpResponse | None:
    """Return the 304 when the client names `etag` in If-None-Match."""
    if not is_known(request.headers.get("If-None-Match", ""), etag):
        return None
    return tagged(HttpResponse(status=304), etag)


def stamped(etag: str, stamp: Hashable) -> str:
    """Return a tag that differs with `stamp`, too."""
    return f'{etag[:-1]}-{hashlib.sha256(repr(stamp).encode()).hexdigest()[:12]}"'


def tagged(answer: Answer, etag: str) -> Answer:
    answer["ETag"] = etag
    return answer


def expected_revision(request: Request, entry: CatalogueEntry) -> int | None:
    """Return the revision that If-Match demands; None when it demands none. Raises RevisionConflict.

    The tag of an item begins with its revision; a bare revision is taken too. Only the revision is compared, for a
    flush changes the tag but not the content.
    """
    header = request.headers.get("If-Match")
    known = read_tags(ANY if header is None else header)
    if ANY in known:
        return None
    if entry.revision in {int(found[1]) for tag in known if (found := _REVISION.fullmatch(tag))}:
        return entry.revision
    raise RevisionConflict(assembly_guid=entry.guid, revision=entry.revision, expected=header)
