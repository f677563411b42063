"""`build_job_manifest`: what the next occurrence would pin."""

import pytest
from pytest_django import Settings

from assemblies.execution.models import Manifest, Run
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.commands.calling import call
from tests.schedules.jobs_made import TEN, assembly, job_of, looked


@pytest.fixture(autouse=True)
def _runs_here(settings: Settings) -> None:
    settings.LOCAL_WORKER = "on"


def test_it_prints_what_the_run_will_pin_and_runs_nothing(library: PayloadStore, granted: Actor) -> None:
    guid = assembly(library, variables=[{"name": "word"}, {"name": "key", "type": "credential"}])
    job = job_of(guid, library, granted, variables={"word": "hi", "key": "hunter2hunter2"})
    audited = AuditEntry.objects.count()
    called = call("build_job_manifest", str(job.pk), "--json")
    [manifest] = called.answer["manifests"]
    assert "hunter2" not in called.stdout
    assert (Run.objects.count(), AuditEntry.objects.count()) == (0, audited)

    looked(library, TEN)
    frozen = Manifest.objects.get()
    for name in ("run_id", "assembly_guid", "content_hash", "script_sha256"):
        assert f'"{name}":"{manifest[name]}"' in frozen.frozen_json
    assert manifest["variables"][1] == {"name": "key", "value": "[secret]", "secret": True}


def test_people_read_it_too_and_a_missing_job_is_named(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted)
    assert "2026-03-01 10:00:00 UTC" in call("build_job_manifest", str(job.pk)).stdout
    assert call("build_job_manifest", "99").exit_code == 2
