"""A library with one assembly in each domain, each with two revisions, an attachment, a setting and a pending write.

A run of one of them waits in the queue, and so does one that a job started.
One device is enrolled, another one waits to be.
"""

import time
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.actions.settings import set_setting
from assemblies.actions.update import update
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.execution.models import WorkItem
from assemblies.execution.subject import subject_of_assembly
from assemblies.execution.submission import RunOptions, submit
from assemblies.fleet.models import InstallCode, RequestCount
from assemblies.journal.flush import flush
from assemblies.models import SettingCategory
from assemblies.payloads import PayloadStore
from assemblies.schedules.components import ComponentFields
from assemblies.schedules.jobs import Editor, JobFields, Saving, create_job
from assemblies.schedules.models import Occurrence, OccurrenceStatus
from assemblies.schedules.models.occurrence import run_id_of
from assemblies.schedules.rules import ScheduleType
from assemblies.targets.administration import add_connection, create_target, permit_persistence
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.models import PersistenceConnection, PersistenceTarget
from assemblies.upstream.head import Known, keep_known
from devmode.actor import Actor
from tests.documents_made import script
from tests.fleet.agent import Agent, new_code
from tests.permits import may_create, may_run, may_schedule, may_set, may_update

MISSING = "00000000-0000-4000-8000-00000000beef"


@dataclass
class Stocked:
    """Where to find what on it."""

    guids: dict[str, str] = field(default_factory=dict)
    first_revisions: dict[str, int] = field(default_factory=dict)
    file_name: str = "list.csv"
    setting_key: str = "production"
    run_id: str = str(UUID(int=1))
    work_item_hash: str = ""
    manifest_hash: str = ""
    job_id: int = 0
    device: str = ""
    code_id: int = 0
    approval_id: int = 0
    target_id: int = 0
    connection_id: int = 0


def filled(store: PayloadStore) -> Stocked:
    stocked, actor = Stocked(), Actor.of_command("matrix")
    for domain in Domain:
        attachment = Attachment(file_name=stocked.file_name, mime_type="text/csv", data=b"a,b\n", extra={})
        document = script(f"In {domain}", files=[attachment])
        receipt = create(document, domain=domain, permit=may_create(actor), store=store)
        flush([domain])
        update(receipt.guid, {"summary": "Second"}, payload=None, permit=may_update(actor), store=store)
        set_setting(receipt.guid, SettingCategory.APPROVED, stocked.setting_key, True, permit=may_set(actor))
        stocked.guids[domain.value] = receipt.guid
        stocked.first_revisions[receipt.guid] = receipt.revision
    subject = subject_of_assembly(stocked.guids[Domain.OFFICIAL.value], None, store=store)
    submit(subject, RunOptions(reason="to see"), permit=may_run(actor), run_id=stocked.run_id)
    item = WorkItem.objects.get(run_id=stocked.run_id)
    stocked.work_item_hash, stocked.manifest_hash = item.work_item_hash, item.run_hash
    keep_known(settings.REPO, settings.REPO_BRANCH, Known(sha="1" * 40, fetched_at=time.time()))
    stocked.job_id = scheduled(stocked.guids[Domain.OFFICIAL.value], store, actor)
    _add_device(stocked)
    target, connection = added(actor)
    stocked.target_id, stocked.connection_id = target.pk, connection.pk
    return stocked


def added(actor: Actor) -> tuple[PersistenceTarget, PersistenceConnection]:
    """Add a target that nothing is copied to."""
    facts, now = {"name": "evidence", "engine": "sqlite"}, timezone.now()
    target = create_target(facts, permit=permit_persistence(actor, TargetEvent.CREATE), now=now)
    permit = permit_persistence(actor, TargetEvent.CONNECT)
    return target, add_connection(target, "evidence", permit=permit, now=now)


def scheduled(guid: str, store: PayloadStore, actor: Actor) -> int:
    """Save a job and what it started once; return its id."""
    fields = JobFields(
        name="Every day",
        components=[ComponentFields(assembly=guid)],
        targets=["server"],
        schedule_type=ScheduleType.DAILY,
    )
    saving = Saving(permit=may_schedule(actor), editor=Editor(0, actor.name), store=store, now=timezone.now())
    job = create_job(fields, saving)
    row = Occurrence(job=job, scheduled_at=job.start_at, status=OccurrenceStatus.PENDING, created_at=timezone.now())
    row.run_id, row.run_count, row.targets = run_id_of(job, row, 0), 1, job.targets
    subject = subject_of_assembly(guid, None, store=store)
    submit(subject, RunOptions(reason=job.name), permit=may_run(actor), run_id=row.run_id)
    row.save()
    return job.pk


def _add_device(stocked: Stocked) -> None:
    """A device, another one that waits to be approved, and a code that none has used."""
    code = new_code()
    stocked.device = Agent(hostname="here").enrol(code).guid
    waiting = Agent(hostname="waiting")
    waiting.ask(code)
    stocked.approval_id = waiting.approval.pk
    new_code()
    stocked.code_id = InstallCode.objects.get(uses=0).pk
    RequestCount.objects.all().delete()
