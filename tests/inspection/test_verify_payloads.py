"""`verify_library`: payloads that are lost, altered or left over are found."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from time import time
from uuid import uuid4

import pytest
from django.utils import timezone

from assemblies.inspection.verify import verify_library
from assemblies.models import (
    Assembly,
    JournalEntry,
)
from assemblies.payloads import PayloadStore
from assemblies.payloads.reference import payload_name
from assemblies.progress import T
from tests.commands.calling import call
from tests.inspection.planting import found, verify
from tests.official.published_folder import guid

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("stocked")]


def payload_file(store: PayloadStore, payload_guid: str) -> Path:
    return Path(store.storage.path(payload_name(payload_guid)))


def test_people_get_a_table_and_exit_code_2(store: PayloadStore) -> None:
    row = Assembly.objects.get(guid=guid(1))
    payload_file(store, row.payload_guid).unlink()
    called = call("verify_library")

    assert called.exit_code == 2
    assert "payload_missing" in called.stdout and row.payload_guid in called.stdout
    assert "1 finding" in called.stderr


def test_a_flipped_bit_in_a_payload_is_found(store: PayloadStore) -> None:
    row = Assembly.objects.get(guid=guid(2))
    file = payload_file(store, row.payload_guid)
    content = bytearray(file.read_bytes())
    content[0] ^= 1
    file.write_bytes(content)
    called = verify()

    assert called.exit_code == 2
    assert found(called) == {("payload_corrupt", row.payload_guid)}


def test_a_missing_attachment_is_found(store: PayloadStore) -> None:
    attachment = Assembly.objects.get(guid=guid(2)).read_content().files[0]
    payload_file(store, attachment.payload_guid).unlink()
    assert found(verify()) == {("payload_missing", attachment.payload_guid)}


def test_the_payload_of_an_earlier_revision_and_of_a_deleted_assembly_count(store: PayloadStore) -> None:
    earlier = JournalEntry.objects.of_assembly(guid(3)).order_by("sequence")[0].read_content()
    gone = JournalEntry.objects.of_assembly(guid(4)).order_by("sequence")[0].read_content()
    assert earlier is not None and gone is not None
    for content in (earlier, gone):
        payload_file(store, content.payload_guid).unlink()

    assert found(verify()) == {
        ("payload_missing", earlier.payload_guid),
        ("payload_missing", gone.payload_guid),
    }


def test_a_payload_in_whose_place_something_else_stands_is_found(store: PayloadStore) -> None:
    row = Assembly.objects.get(guid=guid(2))
    file = payload_file(store, row.payload_guid)
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")
    assert ("payload_corrupt", row.payload_guid) in found(verify())


def plant_payload(store: PayloadStore) -> Path:
    return payload_file(store, store.put(b"nobody names this").guid)


def plant_temporary_file(store: PayloadStore) -> Path:
    file = payload_file(store, str(uuid4())).with_name("payload.0011223344556677.tmp")
    file.parent.mkdir()
    file.write_bytes(b"half a wr")
    return file


def plant_empty_folder(store: PayloadStore) -> Path:
    folder = payload_file(store, str(uuid4())).parent
    folder.mkdir()
    return folder


@pytest.mark.parametrize("plant", [plant_payload, plant_temporary_file, plant_empty_folder])
def test_a_leftover_is_a_note_for_a_day_and_then_a_finding(
    store: PayloadStore, plant: Callable[[PayloadStore], Path]
) -> None:
    path = plant(store)
    payload_guid = path.name if path.is_dir() else path.parent.name
    young = verify()

    assert young.exit_code == 0
    assert [(note["kind"], note["subject"]) for note in young.answer["notes"]] == [("payload_orphan", payload_guid)]
    assert "Notes" in call("verify_library").stdout
    a_day_and_an_hour_ago = time() - 25 * 3600
    os.utime(path, (a_day_and_an_hour_ago, a_day_and_an_hour_ago))
    assert found(verify()) == {("payload_orphan", payload_guid)}


def test_a_leftover_that_is_swept_meanwhile_is_nothing(store: PayloadStore) -> None:
    leftover = plant_payload(store)

    def sweep_meanwhile(items: Iterable[T], phase: str, total: int) -> Iterable[T]:
        if phase == "Reading the journal":
            store.delete(leftover.parent.name)
        return items

    result = verify_library(store, now=timezone.now(), track=sweep_meanwhile)
    assert (result.findings, result.notes) == ([], [])
