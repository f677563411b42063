"""The one transaction of a change: of assemblies, and of what is said about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from assemblies.actions.audit import audited_transaction
from assemblies.actions.permit import Permit
from assemblies.conf import payload_store
from assemblies.journal.append import lock_head
from assemblies.journal.space import require_space_for_changes
from assemblies.models import JournalHead


@dataclass(frozen=True, kw_only=True)
class ChangeTransaction:
    """`head` stays locked until the end, which puts writers in order; `now` was read under that lock."""

    head: JournalHead
    now: datetime


@contextmanager
def change_transaction(permit: Permit, *, guid: str = "") -> Iterator[ChangeTransaction]:
    """Open the transaction; a denial raised within is audited after the rollback. `guid` is the one assembly changed.

    Raises StorageFull, PayloadStoreMissing, LibraryBusy, AuditUnavailable, and what is raised within.
    """
    require_space_for_changes()
    payload_store().marker.require()
    with audited_transaction(permit.actor, permit.event, guid=guid):
        head = lock_head()
        # Read now: what waited for the lock must not pass for earlier than it is, least of all a grant's use.
        yield ChangeTransaction(head=head, now=timezone.now())
