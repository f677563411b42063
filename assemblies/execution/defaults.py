"""How long a run may take where neither its submitter nor its assembly says. Administrators set it while it runs."""

from collections.abc import Mapping

from django.utils import timezone

from assemblies.actions.audit import audited_transaction
from assemblies.actions.permit import Permit
from assemblies.domains import AssemblyType
from assemblies.execution.models import ActionDefault
from assemblies.execution.transitions import ALIAS
from assemblies.permissions import Place
from devmode.audit import AuditFacts, record
from devmode.write_lock import write_transaction

CAPABILITY = "AssemblyRun"
EVERY_ACTION = "*"
DEFAULT_TIMEOUT_SECONDS = 300
MAX_TIMEOUT_SECONDS = 7 * 24 * 3600
ACTIONS = (*(str(kind.label) for kind in AssemblyType), EVERY_ACTION)


def default_seconds() -> dict[str, int]:
    """Return the seconds that are set, by action; EVERY_ACTION is for those that are not."""
    rows = ActionDefault.objects.filter(capability=CAPABILITY, action__in=ACTIONS)
    return {row.action: row.timeout_seconds for row in rows}


def set_default_seconds(seconds: Mapping[str, int], *, permit: Permit) -> bool:
    """Let exactly these be set, each from 1 to MAX_TIMEOUT_SECONDS, and say whether that changed anything.

    The audit comes first: a crash in between leaves an entry of what was about to be set. Runs that are queued keep
    the timeout they were submitted with. Raises Forbidden, AuditUnavailable, LibraryBusy.
    """
    before = default_seconds()
    if before == dict(seconds):
        return False
    with audited_transaction(permit.actor, permit.event):
        permit.check(Place.LIBRARY)
        detail = {"before": before, "after": dict(seconds)}
        record(AuditFacts(actor=permit.actor, event=permit.event, detail=detail), now=timezone.now())
    with write_transaction(ALIAS):
        ActionDefault.objects.filter(capability=CAPABILITY).exclude(action__in=seconds).delete()
        for action, timeout in seconds.items():
            ActionDefault.objects.update_or_create(
                capability=CAPABILITY, action=action, defaults={"timeout_seconds": timeout}
            )
    return True
