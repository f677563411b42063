"""What the demonstration runs: every morning, at once, once; and the database of its own that this is copied to."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.execution.local import SERVER, place_of_runs
from assemblies.payloads import PayloadStore
from assemblies.permissions import Place, Verb
from assemblies.schedules.components import ComponentFields
from assemblies.schedules.jobs import Editor, JobFields, Saving, create_job
from assemblies.schedules.rules import ScheduleType
from assemblies.schedules.scheduler import run_due
from assemblies.targets.administration import add_connection, create_target, permit_persistence
from assemblies.targets.assignment import assign
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.models import Engine
from devmode.actor import Actor


def schedule_jobs(guids: Mapping[str, str], *, actor: Actor, user: User, store: PayloadStore) -> None:
    """Save jobs of assemblies that only look, on behalf of `user`, and start what is due at once."""
    now = timezone.now()
    permit = get_permit(actor, LibraryEvent.CREATE_JOB, Place.LIBRARY, place_of_runs(), verb=Verb.SCHEDULE)
    saving = Saving(permit=permit, editor=Editor(user.pk, user.get_username()), store=store, now=now)

    def save(name: str, stems: str, kind: ScheduleType, **fields: object) -> None:
        components = [ComponentFields(assembly=guids[stem]) for stem in stems.split()]
        create_job(
            JobFields(name=name, components=components, targets=[SERVER], schedule_type=kind, **fields),  # type: ignore[arg-type]
            saving,
        )

    save("Morning check", "morning-check", ScheduleType.CRON, cron="30 6 * * 1-5", zone="Europe/Berlin")
    save("Disks and backups", "full-file-systems backup-check", ScheduleType.EVERY_HOUR, start_at=now, expiration="30m")
    save("End of the month", "log-in-summary", ScheduleType.MONTHLY, start_at=now + timedelta(days=1))
    save("Printers, once", "printers", ScheduleType.ONCE, start_at=now + timedelta(days=3), enabled=False)
    save("Look now", "full-file-systems", ScheduleType.IMMEDIATELY)
    run_due(now=now, store=store)


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
