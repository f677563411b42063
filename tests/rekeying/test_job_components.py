"""Components of jobs are re-keyed as references, right after the rest; a second apply finds nothing."""

from pathlib import Path

from django.utils import timezone

from assemblies.execution.models import Run
from assemblies.models import Assembly, AssemblyAlias
from assemblies.payloads import PayloadStore
from assemblies.schedules.models import Component, Job
from assemblies.schedules.rules import ScheduleType
from tests.commands.calling import call
from tests.schedules.jobs_made import assembly

OLD = "0" * 31 + "a"


def test_components_get_the_canonical_guid_and_stay_confirmed(library: PayloadStore, tmp_path: Path) -> None:
    guid = assembly(library)
    now = timezone.now()
    AssemblyAlias.objects.create(alias=OLD, canonical_guid=guid, kind="guid", domain="user", registered_at=now)
    job = Job.objects.create(
        guid=guid, name="Nightly", schedule_type=ScheduleType.DAILY, start_at=now, armed_at=now, created_at=now,
        updated_at=now, editor_id=1, editor_name="ada", targets=["server"],
    )  # fmt: skip
    Component.objects.create(job=job, position=0, assembly_guid=OLD, pinned={OLD: "c" * 64})
    apply = ("migrate_legacy_aliases", "--apply", "--json", "--no-backup", "--report-dir", str(tmp_path))
    assert call(*apply[:1], *apply[2:]).answer["job_components_to_rekey"] == 1
    assert call(*apply).answer["job_components_rekeyed"] == 1
    component = Component.objects.get()
    assert (component.assembly_guid, component.pinned) == (guid, {guid: "c" * 64})
    assert call(*apply).exit_code == 3
    assert (Assembly.objects.count(), Run.objects.count()) == (1, 0)
