"""What stands here as it was published is compared by its files' bytes; whatever differs is read as ever."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.documents import Attachment, write_tree
from assemblies.errors import SyncRefused
from assemblies.models import Assembly, JournalEntry, SyncRecord, UpstreamDocument
from assemblies.official.directory_source import DirectorySource
from assemblies.official.official_rows import read_official_rows
from assemblies.official.source import Published, SourceContents, SourceDocument
from assemblies.official.sync import sync
from assemblies.official.upstream_index import known_documents, read_upstream_index
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.official.git.git_repository import Repository, git_source, needs_git
from tests.official.published_folder import guid, publish, publish_many, source_of
from tests.official.syncing import PUBLISHED, official, run
from tests.official.test_signed_sources import SIGNER, write_manifest
from tests.permits import may_delete, may_sync, may_update

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("library")]
READABLE = "linux/say"


def find_known(reader: str) -> dict[str, Published]:
    return known_documents(read_upstream_index(), read_official_rows(), reader)


def read_again(source: DirectorySource) -> list[str]:
    """Return the GUIDs of the documents that were read and not only compared."""
    read = source.read(find_known=find_known).documents
    return [document.guid for document in read if isinstance(document, SourceDocument)]


def facts(contents: SourceContents) -> tuple[Any, ...]:
    documents = [(one.path, one.guid, one.content_hash, one.read_from) for one in contents.documents]
    return documents, contents.skipped, contents.version, contents.notes


@pytest.fixture
def readable(folder: Path, store: PayloadStore, command: Actor) -> Path:
    """The published folder with one more document, whose script and attachment stand next to it."""
    document = script(guid=guid(6), payload=b"echo six\n", files=[Attachment("a.txt", "text/plain", b"attached", {})])
    for name, content in write_tree(document, READABLE).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    run(folder, store, command)
    return folder


def test_what_stands_here_as_it_was_published_is_not_read_again(readable: Path) -> None:
    assert read_again(source_of(readable)) == []
    assert facts(source_of(readable).read(find_known=find_known)) == facts(source_of(readable).read())


def in_place(path: Path, content: bytes) -> None:
    """Write other bytes of the same length at the same time, as far as anybody is told."""
    before = path.stat()
    assert len(content) == before.st_size
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, tuple[Callable[[Path], object], list[int]]] = {
    "one byte": (lambda top: publish(top, 1, script="echo 9\n"), [1]),
    "spelling": (lambda top: publish(top, 1, assembly_guid=guid(1)), []),
    "another GUID": (lambda top: publish(top, 1, assembly_guid=guid(9)), [9]),
    "not JSON": (lambda top: (top / "scripts/linux/number-1.json").write_text("{"), []),
    "a link": (lambda top: replaced_by_link(top / "scripts/linux/number-1.json"), []),
    "removed": (lambda top: (top / "scripts/linux/number-1.json").unlink(), []),
    "a twin before it": (lambda top: publish(top, 1, path="a.json"), [1]),
    "a twin after it": (lambda top: publish(top, 1, path="z.json"), []),
    "the script": (lambda top: in_place(top / f"{READABLE}.sh", b"echo sex\n"), [6]),
    "the attachment": (lambda top: in_place(top / f"{READABLE}.files/1", b"attacked"), [6]),
    "a longer attachment": (lambda top: (top / f"{READABLE}.files/1").write_bytes(b"attached, too"), []),
    "no script": (lambda top: (top / f"{READABLE}.sh").unlink(), []),
    "no attachment": (lambda top: (top / f"{READABLE}.files/1").unlink(), []),
    "a second script": (lambda top: (top / f"{READABLE}.bash").write_bytes(b"echo other\n"), [6]),
    "a second script only": (lambda top: (top / f"{READABLE}.sh").rename(top / f"{READABLE}.bash"), [6]),
    "moved": (lambda top: (top / "scripts/linux/number-1.json").rename(top / "b.json"), [1]),
}


def replaced_by_link(path: Path) -> None:
    path.rename(path.with_suffix(".old"))
    path.symlink_to(path.with_suffix(".old"))


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_differs_is_read_and_found_as_if_nothing_were_known(readable: Path, name: str) -> None:
    change, numbers = CHANGES[name]
    change(readable)

    assert read_again(source_of(readable)) == [guid(number) for number in numbers]
    assert facts(source_of(readable).read(find_known=find_known)) == facts(source_of(readable).read())


def test_a_changed_byte_is_synchronised_whatever_the_time_of_its_file(
    readable: Path, store: PayloadStore, command: Actor
) -> None:
    in_place(readable / f"{READABLE}.sh", b"echo sex\n")
    assert run(readable, store, command).json()["changed"] == [guid(6)]
    assert store.read(official(6).read_content().payload) == b"echo sex\n"


def test_what_was_edited_deleted_or_damaged_here_is_seen_though_its_file_is_the_same(
    folder: Path, store: PayloadStore, command: Actor
) -> None:
    update(guid(1), {"summary": "Edited."}, permit=may_update(command), store=store)
    delete(guid(2), permit=may_delete(command))
    Assembly.objects.filter(guid=guid(3)).update(content_hash="0" * 64)
    Assembly.objects.filter(guid=guid(4)).update(content=official(4).content.replace("number-4.json", "number-x.json"))

    assert read_again(source_of(folder)) == [guid(number) for number in (1, 2, 3, 4)]
    report = run(folder, store, command).json()

    assert (report["added"], report["changed"], report["unchanged"]) == ([guid(2)], [guid(1), guid(3)], 2)
    assert report["local_edits"] == [guid(1), guid(2)]
    # Its content is what it was, so a sync has nothing to write there; it is looked at again each time.
    assert read_again(source_of(folder)) == [guid(3)]


def test_a_manifest_that_was_signed_is_compared_all_the_same(folder: Path, store: PayloadStore, command: Actor) -> None:
    write_manifest(folder)
    source = replace(source_of(folder), keys=SIGNER.keys())
    assert read_again(source) == []

    (folder / "scripts/linux/number-1.json").write_bytes(b"{}")
    write_manifest(folder)
    publish(folder, 1)
    assert read_again(source_of(folder)) == []
    with pytest.raises(SyncRefused, match="is not what the signed manifest says"):
        sync(source, permit=may_sync(command), store=store)


@pytest.mark.parametrize("other", [{"max_document_bytes": 65535}, {"max_attachment_bytes": 65535}])
def test_a_reader_with_other_limits_reads_everything(folder: Path, other: dict[str, Any]) -> None:
    assert len(read_again(replace(source_of(folder), **other))) == PUBLISHED


def test_what_nobody_noted_is_read_and_noted_and_that_is_nothing_new(
    folder: Path, store: PayloadStore, command: Actor
) -> None:
    UpstreamDocument.objects.update(read_from="", reader="")
    UpstreamDocument.objects.filter(guid=guid(1)).update(read_from="[]", reader="an earlier one")

    run(folder, store, command, dry_run=True)
    assert len(read_again(source_of(folder))) == PUBLISHED
    run(folder, store, command)

    assert read_again(source_of(folder)) == []
    assert (SyncRecord.objects.count(), JournalEntry.objects.count()) == (1, PUBLISHED)


@needs_git
def test_files_of_a_commit_are_compared_alike(
    tmp_path: Path, store: PayloadStore, command: Actor, library: PayloadStore
) -> None:
    repository = Repository(tmp_path / "repository")
    publish_many(repository.folder, 2)
    repository.commit()
    source = git_source(repository.folder, tmp_path / "mirrors")
    sync(source, permit=may_sync(command), store=store)
    assert not any(isinstance(one, SourceDocument) for one in source.read(find_known=find_known).documents)

    publish(repository.folder, 1, script="echo better\n")
    repository.commit()
    assert sync(source, permit=may_sync(command), store=store).json()["changed"] == [guid(1)]
