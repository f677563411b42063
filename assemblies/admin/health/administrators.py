"""Pages for administrators alone."""

from django.http import HttpRequest

from assemblies.actions.audit import record_denial
from assemblies.permissions import Place, Verb, find_refusal
from assemblies.web.actors import actor_of
from devmode.audit.events import AuditEvent


def require_administrator(request: HttpRequest, event: AuditEvent | None = None) -> None:
    """Raise Forbidden for everybody else; what they tried to do is audited under `event`, what they read is not."""
    refusal = find_refusal(actor_of(request), Verb.ADMINISTER, Place.LIBRARY)
    if refusal is None:
        return
    if event:
        record_denial(actor_of(request), event, refusal)
    raise refusal
