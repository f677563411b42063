"""Who saves a job, for the API and the pages alike."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from assemblies.actions.permit import get_permit
from assemblies.conf import payload_store
from assemblies.permissions import Place, Verb
from assemblies.schedules.jobs import Editor, Saving
from devmode.audit.events import AuditEvent
from devmode.grants.principal import principal_of


def saving_of(request: Request | HttpRequest, event: AuditEvent, **options: Any) -> Saving:
    """Return the signed-in user as the one who saves now. What the job needs more is decided when it is saved.

    Raises Forbidden (audited under `event`) unless they manage schedules.
    """
    principal = principal_of(request)
    return Saving(
        permit=get_permit(principal.actor, event, Place.LIBRARY, verb=Verb.SCHEDULE),
        editor=Editor(principal.user.pk, principal.user.get_username()),
        store=payload_store(),
        now=timezone.now(),
        **options,
    )
