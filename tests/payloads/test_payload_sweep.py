"""A sweep removes what crashed writes left behind long ago, and nothing else."""

import os
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import InMemoryStorage, Storage
from django.test import override_settings

from assemblies.payloads import PayloadStore, sweep

YESTERDAY = datetime.now(UTC) - timedelta(hours=24)
LONG_AGO = (YESTERDAY - timedelta(hours=1)).timestamp()
GUID = "0b8a7a36-7f3c-4d0a-9d0e-3f0c7a8b9c01"


def age(path: Path) -> None:
    os.utime(path, (LONG_AGO, LONG_AGO), follow_symlinks=os.utime not in os.supports_follow_symlinks)


def put_long_ago(store: PayloadStore, root: Path, content: bytes) -> str:
    guid = store.put(content).guid
    age(root / guid / "payload")
    return guid


def referenced(*guids: str) -> Callable[[Collection[str]], set[str]]:
    return lambda asked: set(guids) & set(asked)


def test_old_orphans_go_and_referenced_and_young_payloads_stay(store: PayloadStore, root: Path) -> None:
    orphan, kept = (put_long_ago(store, root, content) for content in (b"orphan", b"kept"))
    young = store.put(b"young").guid

    assert store.sweep(referenced(kept), older_than=YESTERDAY) == [orphan]

    assert sorted(path.name for path in root.iterdir()) == sorted([kept, young])
    assert sorted(store.guids()) == sorted([kept, young])


def test_a_second_sweep_finds_nothing_more(store: PayloadStore, root: Path) -> None:
    put_long_ago(store, root, b"orphan")

    assert len(store.sweep(referenced(), older_than=YESTERDAY)) == 1
    assert store.sweep(referenced(), older_than=YESTERDAY) == []


def test_what_became_referenced_between_listing_and_deleting_stays(store: PayloadStore, root: Path) -> None:
    late, orphan = (put_long_ago(store, root, content) for content in (b"late", b"orphan"))
    asked: list[set[str]] = []

    def is_referenced(guids: Collection[str]) -> set[str]:
        asked.append(set(guids))
        return {late} & set(guids) if len(asked) > 1 else set()

    assert store.sweep(is_referenced, older_than=YESTERDAY) == [orphan]

    assert asked[0] == {late, orphan}
    assert sorted(map(sorted, asked[1:])) == sorted([[late], [orphan]])
    assert list(store.guids()) == [late]


@pytest.mark.parametrize("complete", [True, False])
def test_temporary_files_and_empty_directories_of_crashed_writes_go(
    store: PayloadStore, root: Path, complete: bool
) -> None:
    directory = root / GUID
    directory.mkdir(parents=True)
    if complete:
        (directory / "payload").write_bytes(b"renamed, but its directory was not fsynced")
        age(directory / "payload")
    (directory / "payload.0123456789abcdef.tmp").write_bytes(b"torn")
    age(directory / "payload.0123456789abcdef.tmp")
    empty = root / GUID.replace("0b", "1b")
    empty.mkdir()
    age(empty)

    assert store.sweep(referenced(), older_than=YESTERDAY) == [GUID, empty.name]
    assert list(root.iterdir()) == []


def test_a_write_under_way_is_left_alone(store: PayloadStore, root: Path) -> None:
    (root / GUID).mkdir(parents=True)
    (root / GUID / "payload.0123456789abcdef.tmp").write_bytes(b"first half")
    about_to_begin = root / GUID.replace("0b", "1b")
    about_to_begin.mkdir()

    assert store.sweep(referenced(), older_than=YESTERDAY) == []
    assert (root / GUID / "payload.0123456789abcdef.tmp").exists()
    assert about_to_begin.exists()


def test_what_the_store_did_not_make_is_left_alone(store: PayloadStore, root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "payload").write_bytes(b"precious")
    age(outside / "payload")
    root.mkdir(parents=True)
    (root / "README").write_text("mind the gap")
    (root / "lost+found").mkdir()
    (root / GUID).symlink_to(outside, target_is_directory=True)
    with_note, with_directory = (root / GUID.replace("0b", start) for start in ("1b", "2b"))
    with_note.mkdir()
    (with_note / "payload").write_bytes(b"content")
    (with_note / "note.txt").write_text("do not touch")
    (with_directory / "payload").mkdir(parents=True)
    for path in root.rglob("*"):
        age(path)
    before = sorted(root.rglob("*"))

    assert store.sweep(referenced(), older_than=YESTERDAY) == []

    assert sorted(root.rglob("*")) == before
    assert (outside / "payload").read_bytes() == b"precious"


def test_deleting_a_payload_leaves_strange_files_next_to_it(store: PayloadStore, root: Path) -> None:
    guid = store.put(b"content").guid
    (root / guid / "note.txt").write_text("do not touch")

    store.delete(guid)

    assert [path.name for path in (root / guid).iterdir()] == ["note.txt"]


def test_an_orphan_that_is_a_link_goes_and_its_target_stays(store: PayloadStore, root: Path, tmp_path: Path) -> None:
    if os.utime not in os.supports_follow_symlinks:
        pytest.skip("this system cannot set the time of a link")
    (tmp_path / "target").write_bytes(b"precious")
    (root / GUID).mkdir(parents=True)
    (root / GUID / "payload").symlink_to(tmp_path / "target")
    os.utime(root / GUID / "payload", (LONG_AGO, LONG_AGO), follow_symlinks=False)

    assert store.sweep(referenced(), older_than=YESTERDAY) == [GUID]

    assert not (root / GUID).exists()
    assert (tmp_path / "target").read_bytes() == b"precious"


def test_a_payload_that_vanishes_during_the_listing_is_somebody_elses(root: Path) -> None:
    class RacingStorage(InMemoryStorage):
        def get_modified_time(self, name: str) -> datetime:
            raise FileNotFoundError(name)

    store = PayloadStore(RacingStorage(location=root))
    guid = store.put(b"renamed meanwhile").guid

    assert store.sweep(referenced(), older_than=datetime.now(UTC) + timedelta(hours=1)) == []
    assert list(store.guids()) == [guid]


@pytest.mark.parametrize("use_tz", [True, False])
def test_other_storages_are_swept_too_in_either_kind_of_time(root: Path, use_tz: bool) -> None:
    with override_settings(USE_TZ=use_tz):
        storage: Storage = InMemoryStorage(location=root)
        store = PayloadStore(storage)
        assert store.sweep(referenced(), older_than=YESTERDAY) == []
        orphan, kept = store.put(b"orphan").guid, store.put(b"kept").guid

        assert store.sweep(referenced(kept), older_than=datetime.now(UTC) - timedelta(minutes=1)) == []
        assert store.sweep(referenced(kept), older_than=datetime.now(UTC) + timedelta(minutes=1)) == [orphan]
        assert list(store.guids()) == [kept]


def test_references_are_asked_for_in_batches(store: PayloadStore, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "REFERENCES_ASKED_AT_ONCE", 2)
    kept = {put_long_ago(store, root, b"kept") for _ in range(5)}
    asked: list[int] = []

    def is_referenced(guids: Collection[str]) -> set[str]:
        asked.append(len(guids))
        return set(guids)

    assert store.sweep(is_referenced, older_than=YESTERDAY) == []
    assert asked == [2, 2, 1]
    assert set(store.guids()) == kept


def test_an_error_of_the_reference_query_reaches_the_caller_and_nothing_is_removed(
    store: PayloadStore, root: Path
) -> None:
    guid = put_long_ago(store, root, b"unknown")

    def is_referenced(guids: Collection[str]) -> set[str]:
        raise LookupError("the database is away")

    with pytest.raises(LookupError):
        store.sweep(is_referenced, older_than=YESTERDAY)
    assert list(store.guids()) == [guid]


def test_what_a_crash_left_next_to_a_payload_that_is_named_goes(store: PayloadStore, root: Path) -> None:
    kept = put_long_ago(store, root, b"kept")
    left = root / kept / "payload.0123456789abcdef.tmp"
    left.write_bytes(b"torn")

    assert store.sweep(referenced(kept), older_than=YESTERDAY) == []
    assert left.exists(), "somebody may be writing it"
    age(left)
    assert store.sweep(referenced(kept), older_than=YESTERDAY) == []
    assert [path.name for path in (root / kept).iterdir()] == ["payload"]
