"""The `Idempotency-Key` header: the same key from the same actor is the same event, however often it is sent."""

from uuid import UUID, uuid5

from rest_framework.request import Request

from assemblies.errors import InvalidField
from devmode.actor import Actor

EVENTS = UUID("5b6f2a0e-7a51-4b0c-9d43-0f3f6a3c8f55")
LONGEST_KEY = 255
HEADER = "Idempotency-Key"


def event_guid(request: Request, actor: Actor) -> str | None:
    """Return the event's GUID, or None when the client sent no key. Raises InvalidField."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY:
        raise InvalidField(f"This must have 1 to {LONGEST_KEY} characters.", field=HEADER)
    return str(uuid5(EVENTS, f"{actor.name}:{key}"))
