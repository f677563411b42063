"""The `Idempotency-Key` header: the same key from the same actor is the same event, however often it is sent."""

from uuid import UUID, uuid5

from rest_framework.request import Request

from assemblies.actions.change import Event
from assemblies.actions.repetition import was_made
from assemblies.errors import InvalidField
from assemblies.web.repetition import digest_of
from devmode.actor import Actor

EVENTS = UUID("5b6f2a0e-7a51-4b0c-9d43-0f3f6a3c8f55")
MAX_KEY_LENGTH = 255
HEADER = "Idempotency-Key"


def event_of(request: Request, actor: Actor) -> Event | None:
    """Return the event that the request is, or None when the client sent no key.

    Raises InvalidField, and IdempotencyKeyReused before anything else of the request is judged.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        raise InvalidField(f"This must have 1 to {MAX_KEY_LENGTH} characters.", field=HEADER)
    event = Event(guid=str(uuid5(EVENTS, f"{actor.name}:{key}")), digest=_digest(request))
    was_made(event)
    return event


def _digest(request: Request) -> str:
    match = request.resolver_match
    address = [match.view_name, {name: str(value).lower() for name, value in match.kwargs.items()}] if match else []
    return digest_of(request.method, address, request.data)
