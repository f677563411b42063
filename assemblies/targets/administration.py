"""What administrators decide: which targets there are. Each decision is audited before it is carried out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from assemblies.actions.audit import audited_transaction
from assemblies.actions.permit import Permit, get_permit
from assemblies.errors import InvalidField
from assemblies.permissions import Place, Verb
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.errors import ConnectionExists, ConnectionNotFound, TargetNameTaken, TargetNotFound
from assemblies.targets.models import PersistenceConnection, PersistenceTarget
from assemblies.targets.places import check_connection, check_target
from devmode.actor import Actor
from devmode.audit import AuditFacts, Subject, record
from devmode.write_lock import write_transaction

ALIAS = "execution"


def permit_persistence(actor: Actor, event: TargetEvent, *, only_looking: bool = False) -> Permit:
    """Return the permit for a decision about targets. Raises Forbidden, DevModeRequired."""
    return get_permit(actor, event, Place.LIBRARY, verb=Verb.PERSIST, only_looking=only_looking)


def create_target(facts: Mapping[str, Any], *, permit: Permit, now: datetime) -> PersistenceTarget:
    """Add a target. Raises InvalidField, TargetNameTaken."""
    target = PersistenceTarget(**facts, created_at=now, created_by=permit.actor.name)
    if not target.name.strip() or not target.name.isprintable():
        raise InvalidField(_("Name the target."), field="name")
    check_target(target)
    if PersistenceTarget.objects.filter(name=target.name).exists():
        raise TargetNameTaken
    detail = {"engine": target.engine, "host": target.host, "port": target.port, "secret_ref": target.secret_ref}
    record_decision(permit, target.name, detail, now=now)
    with write_transaction(ALIAS):
        # Of two at once the second one finds the name here.
        if PersistenceTarget.objects.filter(name=target.name).exists():
            raise TargetNameTaken
        target.save(force_insert=True)
    return target


def add_connection(
    target: PersistenceTarget, database: str, *, name: str = "", permit: Permit, now: datetime
) -> PersistenceConnection:
    """Add a connection to a database of a target. Raises InvalidField, OwnDatabase, ConnectionExists."""
    connection = PersistenceConnection(
        target=target, name=name.strip() or database, database=database, created_at=now, created_by=permit.actor.name
    )
    check_connection(connection)
    same = PersistenceConnection.objects.filter(target=target, database=database)
    if same.exists():
        raise ConnectionExists
    record_decision(permit, target.name, {"database": database}, now=now)
    with write_transaction(ALIAS):
        if same.exists():
            raise ConnectionExists
        connection.save(force_insert=True)
    return connection


def get_target(target_id: int) -> PersistenceTarget:
    """Return a target. Raises TargetNotFound."""
    if target := PersistenceTarget.objects.filter(pk=target_id).first():
        return target
    raise TargetNotFound


def get_connection(connection_id: int) -> PersistenceConnection:
    """Return a connection with its target. Raises ConnectionNotFound."""
    if connection := PersistenceConnection.objects.select_related("target").filter(pk=connection_id).first():
        return connection
    raise ConnectionNotFound


def record_decision(permit: Permit, target: str, detail: Mapping[str, Any], *, now: datetime) -> None:
    """Tell the audit, using the actor's grant; without an entry nothing is done. Raises DevModeRequired."""
    with audited_transaction(permit.actor, permit.event):
        permit.check(Place.LIBRARY)
        permit.use_grant([Place.LIBRARY], now=now)
        facts = {name: value for name, value in detail.items() if value not in {"", None}}
        subject = Subject(scope="", kind="target", id=target)
        record(AuditFacts(actor=permit.actor, event=permit.event, subject=subject, detail=facts), now=now)
