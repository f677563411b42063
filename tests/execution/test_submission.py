"""Submitting a run: decided, audited, then queued under the same GUID."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from assemblies import documents
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.domains import AssemblyType, Domain
from assemblies.errors import (
    AssemblyNotFound,
    DevModeRequired,
    Forbidden,
    IdempotencyKeyReused,
    InvalidField,
    RevisionNotFound,
)
from assemblies.execution import enqueue, submission
from assemblies.execution.credentials import decrypt
from assemblies.execution.errors import LocalWorkerOff, QueueFull
from assemblies.execution.evidence import find_not_started, name_not_started
from assemblies.execution.local import is_local_worker_on
from assemblies.execution.models import ActionDefault, Manifest, Run, WorkItem, WorkItemSecret
from assemblies.execution.rerun import rerun
from assemblies.execution.subject import Subject, subject_of_assembly, subject_of_draft
from assemblies.execution.submission import RunOptions, submit
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.api.conftest import imported
from tests.permits import may_delete, may_run, may_update

PLAIN = {"name": "Say", "type": "bash", "script": "echo $WORD\n", "script_encoding": "plain"}


@pytest.fixture(autouse=True)
def _on(settings: Settings) -> None:
    settings.LOCAL_WORKER = "on"


def assembly(store: PayloadStore, actor: Actor, **fields: Any) -> str:
    document = documents.read_document(PLAIN | fields, max_bytes=1 << 20)
    return imported([document], Domain.USER, actor, store)[0].guid


def submitted(subject: Subject, actor: Actor, run_id: str = "", **options: Any) -> Run:
    return submit(subject, RunOptions(**options), permit=may_run(actor), run_id=run_id or str(uuid4()))


def audited() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(event="run.submit", outcome="success"))


def test_what_runs_is_pinned_audited_and_queued(library: PayloadStore, command: Actor) -> None:
    guid = assembly(library, command, variables=[{"name": "word", "default": "hello"}], timeout_seconds=77)
    run = submitted(subject_of_assembly(guid, None, store=library), command, reason="because")

    [entry], manifest, item = audited(), Manifest.objects.get(), WorkItem.objects.get()
    assert (entry.subject_kind, entry.subject_id, entry.scope) == ("run", run.run_id, "user")
    assert entry.read_detail()["assembly_guid"] == guid
    assert (run.assembly_guid, run.revision, run.manifest_hash, run.actor) == (guid, 1, manifest.hash, command.name)
    assert (item.action, item.timeout_ms, item.status) == ("Bash", 77_000, "Queued")
    assert item.settings["variables"] == [{"name": "word", "value": "hello", "secret": False}]
    assert '"reason":"because"' in manifest.frozen_json


@pytest.mark.parametrize(
    ("actor", "refusal"), [("viewer", Forbidden), ("operator", Forbidden), ("administrator", DevModeRequired)]
)
def test_who_may_not_leaves_nothing(
    library: PayloadStore, command: Actor, request: pytest.FixtureRequest, actor: str, refusal: type[Exception]
) -> None:
    subject = subject_of_assembly(assembly(library, command), None, store=library)
    with pytest.raises(refusal):
        submitted(subject, request.getfixturevalue(actor))
    assert (Run.objects.count(), audited()) == (0, [])


def test_in_dev_mode_an_administrator_may_and_where_another_account_runs_it_without(
    library: PayloadStore, command: Actor, granted: Actor, administrator: Actor, settings: Settings
) -> None:
    subject = subject_of_assembly(assembly(library, command), None, store=library)
    assert submitted(subject, granted)
    settings.WORKER_USER = "nobody"
    assert submitted(subject, administrator)


def test_credentials_are_encrypted_and_nowhere_else(library: PayloadStore, command: Actor) -> None:
    guid = assembly(library, command, variables=[{"name": "pw", "type": "password"}])
    run = submitted(subject_of_assembly(guid, None, store=library), command, variables={"pw": "s3cret-value"})
    ciphertext = bytes(WorkItemSecret.objects.get().ciphertext)
    assert decrypt(ciphertext) == {"pw": "s3cret-value"}
    kept = str(WorkItem.objects.values().get()) + Manifest.objects.get().frozen_json + str(audited()[0].detail)
    assert "s3cret-value" not in kept + ciphertext.decode()
    with pytest.raises(InvalidField, match="give this one again"):
        rerun_of(run, command, library)
    assert rerun_of(run, command, library, variables={"pw": "other"}).rerun_of == run.run_id


def rerun_of(run: Run, actor: Actor, store: PayloadStore, *, only_failed: bool = False, **facts: Any) -> Run:
    names: dict[str, Any] = {"variables": {}, "reason": "", "digest": "", "run_id": str(uuid4())} | facts
    return rerun(run, only_failed=only_failed, permit=may_run(actor), store=store, **names)


def test_run_again_is_the_pinned_revision(library: PayloadStore, command: Actor) -> None:
    guid = assembly(library, command)
    run = submitted(subject_of_assembly(guid, None, store=library), command)
    update(guid, {}, payload=b"echo other\n", permit=may_update(command), store=library)
    again = rerun_of(run, command, library)
    assert (again.revision, again.content_hash) == (run.revision, run.content_hash)
    assert subject_of_assembly(guid, None, store=library).script == b"echo other\n"
    with pytest.raises(InvalidField, match="failed"):
        rerun_of(run, command, library, only_failed=True)


def test_what_was_deleted_or_never_was_does_not_run(library: PayloadStore, command: Actor) -> None:
    guid = assembly(library, command)
    with pytest.raises(RevisionNotFound):
        subject_of_assembly(guid, 99, store=library)
    delete(guid, permit=may_delete(command))
    with pytest.raises(AssemblyNotFound):
        subject_of_assembly(guid, None, store=library)


def test_a_draft_keeps_its_text_in_the_manifest(library: PayloadStore, command: Actor) -> None:
    subject = subject_of_draft("python", "print('ü')", [], max_bytes=100)
    run = submitted(subject, command)
    assert (run.revision, Manifest.objects.get().run_mode) == (None, "test")
    assert rerun_of(run, command, library).assembly_guid == ""
    assert Manifest.objects.filter(frozen_json__contains="print('ü')").count() == 2


def test_the_same_submission_again_is_the_same_run_and_another_under_its_key_is_refused(
    library: PayloadStore, command: Actor
) -> None:
    subject = subject_of_draft("bash", "true", [], max_bytes=100)
    first = submitted(subject, command, "key", digest="one")
    assert submitted(subject, command, "key", digest="one").run_id == first.run_id
    assert len(audited()) == Run.objects.count() == 1
    with pytest.raises(IdempotencyKeyReused):
        submitted(subject, command, "key", digest="two")


def test_timeouts_take_precedence(library: PayloadStore, command: Actor) -> None:
    def timeout(**options: Any) -> int:
        run = submitted(subject_of_assembly(guid, None, store=library), command, **options)
        return WorkItem.objects.get(run_id=run.run_id).timeout_ms // 1000

    guid = assembly(library, command, timeout_seconds=3600)
    assert timeout() == 300
    ActionDefault.objects.create(capability="AssemblyRun", action="*", timeout_seconds=50)
    assert timeout() == 50
    ActionDefault.objects.create(capability="AssemblyRun", action=str(AssemblyType.BASH.label), timeout_seconds=40)
    assert timeout() == 40
    assert timeout(timeout_seconds=30) == 30


def test_what_cannot_be_run_is_refused_before_it_is_audited(
    library: PayloadStore, command: Actor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = subject_of_draft("bash", "true", [], max_bytes=100)
    with pytest.raises(InvalidField, match="server"):
        submitted(subject, command, targets=["server", "group:all"])
    monkeypatch.setattr(enqueue, "MAX_QUEUED", 0)
    with pytest.raises(QueueFull):
        submitted(subject, command)
    settings.LOCAL_WORKER = "off"
    with pytest.raises(LocalWorkerOff):
        submitted(subject, command)
    assert (audited(), Run.objects.count()) == ([], 0)


def test_a_run_that_was_audited_and_never_queued_is_named_once(
    library: PayloadStore, command: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_arguments: object, **_names: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(submission, "enqueue_together", crash)
    with pytest.raises(KeyboardInterrupt):
        submitted(subject_of_draft("bash", "true", [], max_bytes=100), command, "never")
    now = timezone.now()
    assert find_not_started(since=None, until=now - timedelta(seconds=60)) == []
    later = now + timedelta(seconds=61)
    assert name_not_started(now=later) == ["never"]
    assert name_not_started(now=later) == []
    assert AuditEntry.objects.get(event="runs.not_started").read_detail() == {"runs": ["never"]}


@pytest.mark.parametrize(
    ("names", "is_on"),
    [
        ({}, True),
        ({"HOST": "::1"}, True),
        ({"HOST": "0.0.0.0"}, False),  # noqa: S104  # only compared with
        ({"PUBLIC_URL": "https://library.example.org"}, False),
        ({"TRUSTED_PROXIES": ["10.0.0.1/32"]}, False),
        ({"LOCAL_WORKER": "off"}, False),
        ({"HOST": "library.example.org", "LOCAL_WORKER": "on"}, True),
    ],
)
def test_nothing_runs_on_a_server_that_others_reach_unless_it_is_said(
    settings: Settings, names: dict[str, object], is_on: bool
) -> None:
    values = {"HOST": "127.0.0.1", "PUBLIC_URL": "http://127.0.0.1:5000", "TRUSTED_PROXIES": [], "LOCAL_WORKER": "auto"}
    for name, value in (values | names).items():
        setattr(settings, name, value)
    assert is_local_worker_on() is is_on
