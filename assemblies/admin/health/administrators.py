"""Pages for administrators alone."""

from django.http import HttpRequest

from assemblies.actions.audit import record_denial
from assemblies.admin.actors import actor_of, is_administrator
from assemblies.errors import Forbidden
from devmode.audit.events import AuditEvent


def require_administrator(request: HttpRequest, event: AuditEvent | None = None) -> None:
    """Raise Forbidden for everybody else; what they tried to do is audited under `event`, what they read is not."""
    if is_administrator(request):
        return
    refusal = Forbidden("Only administrators may do this.")
    if event:
        record_denial(actor_of(request), event, refusal)
    raise refusal
