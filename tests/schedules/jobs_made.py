"""Jobs for tests, saved by an administrator in Dev Mode as everybody saves them."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from assemblies import documents
from assemblies.actions.permit import Permit
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from assemblies.permissions import Verb
from assemblies.schedules.components import ComponentFields
from assemblies.schedules.jobs import Editor, JobFields, Saving, create_job
from assemblies.schedules.models import Job, Occurrence
from assemblies.schedules.rules import ScheduleType
from assemblies.schedules.scheduler import Tick, run_due
from devmode.actor import Actor
from tests.api.conftest import imported

CREATED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
TEN = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PLAIN = {"name": "Say", "type": "bash", "script": "echo $WORD\n", "script_encoding": "plain"}


def assembly(store: PayloadStore, **fields: Any) -> str:
    document = documents.read_document(PLAIN | fields, max_bytes=1 << 20)
    return imported([document], Domain.USER, Actor.of_command("test"), store)[0].guid


def saving(store: PayloadStore, actor: Actor, *, now: datetime = CREATED, **fields: Any) -> Saving:
    user = User.objects.filter(username=actor.name).first()
    event = fields.pop("event", LibraryEvent.CREATE_JOB)
    permit = Permit(actor=actor, event=event, verb=Verb.SCHEDULE)
    editor = Editor(user.pk if user else 0, actor.name)
    return Saving(permit=permit, editor=editor, store=store, now=now, **fields)


def job_fields(guid: str, *, variables: dict[str, Any] | None = None, **fields: Any) -> JobFields:
    given: dict[str, Any] = {
        "name": "Every hour",
        "components": [ComponentFields(assembly=guid, variables=variables or {})],
        "targets": ["server"],
        "schedule_type": ScheduleType.EVERY_HOUR,
        "start_at": TEN,
    }
    return JobFields(**given | fields)


def job_of(guid: str, store: PayloadStore, actor: Actor, *, now: datetime = CREATED, **fields: Any) -> Job:
    return create_job(job_fields(guid, **fields), saving(store, actor, now=now))


def looked(store: PayloadStore, now: datetime) -> Tick:
    return run_due(now=now, store=store)


def history(job: Job) -> list[tuple[str, str, str]]:
    """Return time, status and reason of each occurrence as they were written down."""
    rows = Occurrence.objects.filter(job_id=job.pk).order_by("scheduled_at")
    return [(f"{row.scheduled_at:%d %H:%M}", str(row.status), row.reason) for row in rows]
