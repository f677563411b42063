"""In the demonstration what is run is copied to a database of its own, as an administrator chose it."""

from datetime import datetime

from assemblies.targets.administration import add_connection, create_target, permit_persistence
from assemblies.targets.assignment import assign
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.models import Engine
from devmode.actor import Actor


def choose_target(actor: Actor, *, now: datetime) -> None:
    """Add a SQLite target, another one that is offline, and assign the first."""
    creating = permit_persistence(actor, TargetEvent.CREATE)
    connecting = permit_persistence(actor, TargetEvent.CONNECT)
    archive = create_target({"name": "Archive", "engine": Engine.SQLITE}, permit=creating, now=now)
    evidence = add_connection(archive, "evidence", name="Evidence", permit=connecting, now=now)
    facts = {"name": "Warehouse", "engine": Engine.POSTGRESQL, "host": "warehouse.example.org", "user": "borealis"}
    warehouse = create_target(
        facts | {"secret_ref": "BOREALIS_TARGET_SECRET_WAREHOUSE", "options": {"sslmode": "verify-full"}},
        permit=creating,
        now=now,
    )
    add_connection(warehouse, "reports", name="Reports", permit=connecting, now=now)
    assign(evidence, permit=permit_persistence(actor, TargetEvent.ASSIGN), now=now)
