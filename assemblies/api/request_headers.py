"""What a client's headers say: what it has seen already, what it expects to change, and which event a request is.

The same `Idempotency-Key` from the same actor is the same event, however often it is sent.
"""

import hashlib
import re
from collections.abc import Hashable
from typing import TypeVar
from uuid import UUID, uuid5

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from assemblies.actions.change import Event
from assemblies.actions.repetition import was_made
from assemblies.catalogue import CatalogueEntry
from assemblies.errors import InvalidField, RevisionConflict
from assemblies.web.entity_tags import ANY, is_known, read_tags
from assemblies.web.repetition import digest_of
from devmode.actor import Actor

Answer = TypeVar("Answer", bound=HttpResponseBase)
_REVISION = re.compile(r"(\d{1,18})(?:-.*)?", re.ASCII)
EVENTS = UUID("5b6f2a0e-7a51-4b0c-9d43-0f3f6a3c8f55")
MAX_KEY_LENGTH = 255
IDEMPOTENCY_KEY = "Idempotency-Key"


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


def event_of(request: Request, actor: Actor) -> Event | None:
    """Return the event that the request is, or None when the client sent no key.

    Raises InvalidField, and IdempotencyKeyReused before anything else of the request is judged.
    """
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is None:
        return None
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        raise InvalidField(f"This must have 1 to {MAX_KEY_LENGTH} characters.", field=IDEMPOTENCY_KEY)
    event = Event(guid=str(uuid5(EVENTS, f"{actor.name}:{key}")), digest=_digest(request))
    was_made(event)
    return event


def _digest(request: Request) -> str:
    match = request.resolver_match
    address = [match.view_name, {name: str(value).lower() for name, value in match.kwargs.items()}] if match else []
    return digest_of(request.method, address, request.data)
