"""What lies next to official documents and is none, and stand-ins for their scripts: neither blocks nor enters."""

from pathlib import Path

import pytest

from assemblies.documents import write_tree
from assemblies.errors import SyncRefused
from assemblies.models import Assembly
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.official.published_folder import guid, publish, publish_many, source_of
from tests.permits import may_sync

pytestmark = pytest.mark.usefixtures("library")

SETTINGS = {
    "package.json": '{"name": "catalogue", "type": "module", "scripts": {"lint": "true"}}',
    "tsconfig.json": '{ // for the checker\n "compilerOptions": {"strict": true,}\n}',
    "renovate.json": '{"extends": ["config:base"]}',
}
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 90000\n"


def write_others(folder: Path) -> None:
    for name, text in SETTINGS.items():
        (folder / name).write_text(text)


def write_readable(folder: Path, number: int, content: bytes) -> None:
    for name, data in write_tree(script(guid=guid(number)), f"say-{number}").items():
        (folder / name).write_bytes(data if name.endswith(".json") else content)


def test_json_of_other_programs_blocks_no_sync(tmp_path: Path, store: PayloadStore, command: Actor) -> None:
    publish_many(tmp_path, 7)
    write_others(tmp_path)
    report = sync(source_of(tmp_path), permit=may_sync(command), store=store)
    assert len(report.plan.added) == 7
    assert [one["path"] for one in report.json()["skipped"]] == sorted(SETTINGS)
    assert "no assembly" in report.json()["skipped"][0]["reason"]


def test_broken_documents_still_do(tmp_path: Path, store: PayloadStore, command: Actor) -> None:
    publish_many(tmp_path, 7)
    write_others(tmp_path)
    for number in (8, 9):
        publish(tmp_path, number, variables="none")
    with pytest.raises(SyncRefused, match="2 of 9 documents cannot be read"):
        sync(source_of(tmp_path), permit=may_sync(command), store=store)


def test_a_document_that_became_other_json_keeps_its_assembly(
    tmp_path: Path, store: PayloadStore, command: Actor
) -> None:
    publish_many(tmp_path, 7)
    sync(source_of(tmp_path), permit=may_sync(command), store=store)
    publish(tmp_path, 7).write_text("{}")
    report = sync(source_of(tmp_path), permit=may_sync(command), store=store)
    assert (report.plan.removed, report.plan.unchanged) == ([], 7)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (POINTER, "say-8.sh is a Git LFS pointer"),
        (b"", "say-8.sh is empty"),
        (b"<html>404", "say-8.sh is an HTML page"),
    ],
    ids=["pointer", "empty", "page"],
)
def test_a_stand_in_for_a_script_is_skipped_by_name(
    tmp_path: Path, store: PayloadStore, command: Actor, content: bytes, words: str
) -> None:
    publish_many(tmp_path, 7)
    write_readable(tmp_path, 8, content)
    report = sync(source_of(tmp_path), permit=may_sync(command), store=store)
    [skipped] = report.json()["skipped"]
    assert skipped["path"] == "say-8.json" and words in skipped["reason"]
    assert not Assembly.objects.filter(guid=guid(8)).exists()


def test_a_pointer_that_is_an_attachment_or_the_document_itself_is_skipped_too(
    tmp_path: Path, store: PayloadStore, command: Actor
) -> None:
    publish_many(tmp_path, 9)
    entry = {"file_name": "setup.msi", "size": len(POINTER), "mime_type": ""}
    publish(tmp_path, 10, path="ten.json", files=[entry])
    (tmp_path / "ten.files").mkdir()
    (tmp_path / "ten.files" / "1").write_bytes(POINTER)
    (tmp_path / "whole.json").write_bytes(POINTER)
    report = sync(source_of(tmp_path), permit=may_sync(command), store=store)
    reasons = {one["path"]: one["reason"] for one in report.json()["skipped"]}
    assert "setup.msi is a Git LFS pointer" in reasons["ten.json"]
    assert "git lfs pull" in reasons["whole.json"]
    assert len(report.plan.added) == 9


def test_scripts_without_a_document_are_passed_over_and_counted(
    tmp_path: Path, store: PayloadStore, command: Actor
) -> None:
    write_readable(tmp_path, 1, b"echo 1\n")
    (tmp_path / "tools").mkdir()
    for name in ("loose.ps1", "tools/loose.sh", "tools/readme.md"):
        (tmp_path / name).write_text("true\n")
    report = sync(source_of(tmp_path), permit=may_sync(command), store=store).json()
    assert (len(report["added"]), report["skipped"]) == (1, [])
    assert report["notes"] == ["Scripts without a document, which were passed over; import_assemblies takes them: 2."]
