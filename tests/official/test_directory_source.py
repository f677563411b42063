"""A folder as the official source."""

import json
import os
import shutil
from pathlib import Path

import pytest

from assemblies.documents import Attachment, write_tree
from assemblies.errors import SourceUnreadable
from assemblies.official.source import NO_GUID, SourceContents
from tests.documents_made import script
from tests.official.published_folder import guid, publish, publish_many, read_again, source_of


def skipped(contents: SourceContents) -> dict[str, str]:
    return {one.path: one.reason for one in contents.skipped}


def test_documents_are_found_at_any_depth_in_the_order_of_their_paths(tmp_path: Path) -> None:
    publish(tmp_path, 1, path="b/deep/er/one.json")
    publish(tmp_path, 2, path="a.json")
    publish(tmp_path, 3, path="b/three.JSON")
    (tmp_path / "README.md").write_text("no document")

    contents = source_of(tmp_path).read()

    assert [document.path for document in contents.documents] == ["a.json", "b/deep/er/one.json", "b/three.JSON"]
    assert [document.guid for document in contents.documents] == [guid(2), guid(1), guid(3)]
    assert contents.skipped == []


def test_the_assemblies_folder_is_the_catalogue_where_there_is_one(tmp_path: Path) -> None:
    publish(tmp_path, 1, path="Assemblies/scripts/one.json")
    publish(tmp_path, 2, path="package.json")

    assert [document.path for document in source_of(tmp_path).read().documents] == ["scripts/one.json"]


def test_the_kind_follows_from_the_document_and_never_from_its_folder_h8(tmp_path: Path) -> None:
    publish(tmp_path, 1, path="applications/one.json")
    publish(tmp_path, 2, path="scripts/two.json", type="ansible", script="- hosts: all\n")

    kinds = {one.path: str(read_again(one).kind) for one in source_of(tmp_path).read().documents}

    assert kinds == {"applications/one.json": "script", "scripts/two.json": "ansible"}


def test_the_readable_style_is_read_with_the_script_and_attachments_next_to_it(tmp_path: Path) -> None:
    document = script(
        guid=guid(1), payload=b"echo \xff\r\n", files=[Attachment("a.txt", "text/plain", b"attached", {})]
    )
    for name, content in write_tree(document, "linux/say").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)

    [read] = source_of(tmp_path).read().documents

    assert read_again(read) == document
    assert read.content_hash == document.content_hash


def test_unreadable_documents_are_skipped_with_their_reason_and_stop_no_other(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    (tmp_path / "broken.json").write_text("{")
    publish(tmp_path, 2, path="large.json", script="x" * 70000)
    publish(tmp_path, 3, path="nameless.json", name=None)
    publish(tmp_path, 4, path="odd.json", variables=[{"label": "no name"}])
    publish(tmp_path, 5, path="unidentified.json", assembly_guid=None)

    contents = source_of(tmp_path).read()
    reasons = skipped(contents)

    assert [document.guid for document in contents.documents] == [guid(1)]
    assert list(reasons) == ["broken.json", "large.json", "nameless.json", "odd.json", "unidentified.json"]
    assert "not valid JSON" in reasons["broken.json"]
    assert "larger than the limit" in reasons["large.json"]
    assert reasons["odd.json"].startswith("variables[0]")
    assert reasons["unidentified.json"] == NO_GUID


def test_of_two_documents_with_one_guid_the_first_is_kept(tmp_path: Path) -> None:
    publish(tmp_path, 1, path="a.json")
    publish(tmp_path, 1, path="b.json", assembly_guid=guid(1).upper())

    contents = source_of(tmp_path).read()

    assert [document.path for document in contents.documents] == ["a.json"]
    assert skipped(contents) == {"b.json": "Its GUID is also in a.json, which was kept."}


def test_no_symbolic_link_is_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    secret = publish(outside, 9, path="secret.json")
    publish(folder, 1, path="one.json")
    (folder / "two.json").symlink_to(secret)
    (folder / "more").symlink_to(outside, target_is_directory=True)
    (folder / "read-me.txt").symlink_to(secret)

    contents = source_of(folder).read()

    assert [document.path for document in contents.documents] == ["one.json"]
    assert list(skipped(contents)) == ["more", "two.json"]


def test_a_script_behind_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("password")
    folder = tmp_path / "folder"
    for name, content in write_tree(script(guid=guid(1)), "say").items():
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "say.sh").unlink()
    (folder / "say.sh").symlink_to(tmp_path / "secret")

    contents = source_of(folder).read()

    assert contents.documents == []
    assert "not a readable regular file" in skipped(contents)["say.json"]


def test_an_assemblies_folder_that_is_a_link_is_not_the_catalogue(tmp_path: Path) -> None:
    publish(tmp_path / "outside", 1)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "Assemblies").symlink_to(tmp_path / "outside", target_is_directory=True)

    assert source_of(tmp_path / "folder").read().documents == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither named pipes nor such names")
def test_what_is_no_regular_file_or_has_no_printable_name_is_skipped(tmp_path: Path) -> None:
    publish(tmp_path, 1, path="good.json")
    os.mkfifo(tmp_path / "pipe.json")
    shutil.copy(tmp_path / "good.json", os.fsdecode(os.fsencode(tmp_path) + b"/bad-\xff.json"))
    publish(tmp_path, 2, path="line\nfeed.json")

    contents = source_of(tmp_path).read()

    assert [document.path for document in contents.documents] == ["good.json"]
    assert sorted(skipped(contents)) == ["bad-\ufffd.json", "line\ufffdfeed.json", "pipe.json"]


def test_names_that_begin_with_a_dot_are_passed_over(tmp_path: Path) -> None:
    publish(tmp_path, 1, path=".git/one.json")
    publish(tmp_path, 2, path=".two.json")
    publish(tmp_path, 3)

    assert [document.guid for document in source_of(tmp_path).read().documents] == [guid(3)]


def test_a_missing_folder_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="not a folder"):
        source_of(tmp_path / "absent").read()


def test_a_folder_that_cannot_be_listed_whole_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, 1)
    list_folder = os.scandir

    def refuse_the_second_level(folder: Path) -> object:
        if Path(folder) != tmp_path:
            raise PermissionError(13, "Permission denied")
        return list_folder(folder)

    monkeypatch.setattr(os, "scandir", refuse_the_second_level)
    with pytest.raises(SourceUnreadable, match="Permission denied"):
        source_of(tmp_path).read()


def test_the_version_says_what_is_published_and_not_where_the_folder_is(tmp_path: Path) -> None:
    publish_many(tmp_path / "one", 3)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    first = source_of(tmp_path / "one").read().version

    assert first.startswith("dir:") and len(first) == len("dir:") + 12
    assert source_of(tmp_path / "two").read().version == first
    publish(tmp_path / "two", 2, script="echo other\n")
    assert source_of(tmp_path / "two").read().version != first


def test_the_version_does_not_change_when_a_document_is_only_written_otherwise(tmp_path: Path) -> None:
    file = publish(tmp_path, 1)
    before = source_of(tmp_path).read().version
    file.write_text(json.dumps(json.loads(file.read_text()), indent=4, sort_keys=True))

    assert source_of(tmp_path).read().version == before
