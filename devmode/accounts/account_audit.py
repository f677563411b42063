"""Accounts changed in the admin are audited: who may do what is as privileged as what they do with it.

The admin logs each of its changes in the transaction that makes it; the audit entry is part of that transaction, so an
account does not change when the audit cannot be written.
"""

import json
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import Group, User
from django.db.models.signals import post_save
from django.utils import timezone

from devmode.accounts.roles import role_of
from devmode.actor import Actor
from devmode.audit import AuditFacts, record
from devmode.audit.events import AccessEvent

EVENTS = {
    ADDITION: AccessEvent.CREATE_ACCOUNT,
    CHANGE: AccessEvent.UPDATE_ACCOUNT,
    DELETION: AccessEvent.DELETE_ACCOUNT,
}


def record_account_change(sender: object, instance: LogEntry, created: bool, **_signal: Any) -> None:
    """Audit the admin's log entry of a user or a group; field names, never their values."""
    model = instance.content_type.model_class() if instance.content_type else None
    if not created or model not in {User, Group}:
        return
    record(
        AuditFacts(
            actor=Actor(name=instance.user.get_username(), role=role_of(instance.user)),
            event=EVENTS[instance.action_flag],
            detail={"kind": model._meta.model_name, "name": instance.object_repr, "changes": _changes(instance)},
        ),
        now=timezone.now(),
    )


def _changes(entry: LogEntry) -> Any:
    try:
        return json.loads(entry.change_message or "[]")
    except ValueError:
        return entry.change_message


def connect() -> None:
    post_save.connect(record_account_change, sender=LogEntry)
