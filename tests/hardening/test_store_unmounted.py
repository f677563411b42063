"""A payload store whose disk is gone: nothing is written below its mount point, and everybody is told."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import InMemoryStorage
from django.test import Client
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.actions.sweep import sweep_payloads
from assemblies.domains import Domain
from assemblies.errors import LibraryIncomplete, PayloadStoreMissing
from assemblies.inspection.belonging import require_whole
from assemblies.inspection.health.readiness import library_state
from assemblies.inspection.verify import verify_library
from assemblies.journal.flush import flush
from assemblies.management.preparation import mark_store
from assemblies.models import Assembly, JournalEntry, StoreMark
from assemblies.payloads import PayloadStore, marker
from devmode.actor import Actor
from tests.documents_made import script
from tests.faults.disks import mount, mounted, unmount
from tests.hardening.conftest import log_in, program_of
from tests.hardening.test_low_disk import writes
from tests.permits import may_create


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "Payloads"


@pytest.fixture
def disk(library: PayloadStore, folder: Path) -> Iterator[PayloadStore]:
    """A store on a disk of its own."""
    with mounted(folder, size="8m"):
        mark_store(library)
        yield library


def made(store: PayloadStore, actor: Actor, name: str) -> str:
    return create(script(name), domain=Domain.USER, permit=may_create(actor), store=store).guid


def assert_only_reads(program: Client, guid: str) -> None:
    """Every change is refused by name, without a trace, and reading goes on."""
    before = [list(model.objects.values()) for model in (Assembly, JournalEntry)]
    for name, write in writes(program, guid).items():
        answer = write()
        assert (answer.status_code, answer.json()["code"]) == (503, "payload_store_missing"), name
    assert [list(model.objects.values()) for model in (Assembly, JournalEntry)] == before
    assert program.get("/health/ready").status_code == 503
    assert program.get("/api/assemblies").json()["count"] == 1
    assert log_in("olga").status_code == 200


def test_an_unmounted_disk_stops_every_change_and_no_reading(
    disk: PayloadStore, folder: Path, olga: User, operator: Actor, tmp_path: Path
) -> None:
    guid, program = made(disk, operator, "First"), program_of(olga)
    shutil.copytree(folder, tmp_path / "kept")
    unmount(folder)
    assert_only_reads(program, guid)
    assert list(folder.iterdir()) == [], "nothing was written below the mount point"
    assert {finding.kind for finding in verify_library(disk, now=timezone.now()).findings} >= {"payload_store"}
    with pytest.raises(LibraryIncomplete, match="is not there or is empty; is its disk mounted"):
        require_whole(disk)

    mount(folder, size="8m")
    shutil.copytree(tmp_path / "kept", folder, dirs_exist_ok=True)
    assert program.get("/health/ready").status_code == 200
    made(disk, operator, "Later")
    assert verify_library(disk, now=timezone.now()).findings == []


def test_the_disk_of_another_library_is_not_written_to_and_not_swept(
    library: PayloadStore, folder: Path, olga: User, operator: Actor
) -> None:
    mark_store(library)
    guid, program = made(library, operator, "First"), program_of(olga)
    library.marker.write("another-journal")
    assert_only_reads(program, guid)
    with pytest.raises(PayloadStoreMissing):
        sweep_payloads(library, now=timezone.now())
    with pytest.raises(LibraryIncomplete, match="is that of the journal another-journal"):
        require_whole(library)
    mark_store(library, replace=True)
    made(library, operator, "Later")


def test_a_store_whose_folder_is_gone_is_never_made_again(library: PayloadStore, folder: Path, operator: Actor) -> None:
    folder.rmdir()
    with pytest.raises(PayloadStoreMissing):
        made(library, operator, "First")
    assert not folder.exists()


def test_a_library_of_before_markers_is_marked_where_its_payloads_are(
    library: PayloadStore, folder: Path, operator: Actor
) -> None:
    made(library, operator, "First")
    require_whole(library)
    flush()
    require_whole(library)
    kept = folder.rename(folder.with_name("kept"))
    with pytest.raises(LibraryIncomplete):
        require_whole(library)
    kept.rename(folder)
    mark_store(library)
    assert (folder / "library").read_text().split() == [StoreMark.owner()]
    require_whole(library)


def test_a_far_store_is_asked_every_thirty_seconds(
    library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PayloadStore(InMemoryStorage(), owner=StoreMark.owner)
    mark_store(store)
    mark_store(library, replace=True)
    store.put(b"first")
    store.storage.delete("library")
    store.put(b"known to be there half a minute ago")
    monkeypatch.setattr(marker, "FAR_CHECK_SECONDS", 0)
    with pytest.raises(PayloadStoreMissing):
        store.put(b"later")
    assert library_state(store, flush_interval=timedelta(0), now=timezone.now())["payloads"]["status"] == "error"
