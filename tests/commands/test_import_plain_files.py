"""`import_assemblies` on folders of plain scripts."""

from pathlib import Path

import pytest

from assemblies.models import Assembly, AssemblyAlias, JournalEntry
from tests.commands.calling import Called, call

pytestmark = pytest.mark.usefixtures("library")


def run(*arguments: str | Path) -> Called:
    return call("import_assemblies", *map(str, arguments), "--json")


def folder_of(top: Path, **files: str) -> Path:
    folder = top / "tools"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_bytes(text.encode())
    return folder


def test_a_second_import_changes_nothing_and_a_changed_file_is_updated(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, one__sh="# One.\r\ntrue\r\n", two__ps1="Get-Item", tool="#!/bin/sh\ntrue\n")

    assert len(run(folder).answer["created"]) == 3
    again = run(folder).answer

    assert (again["created"], again["updated"], len(again["unchanged"])) == ([], [], 3)
    assert JournalEntry.objects.count() == 3
    assert set(AssemblyAlias.objects.values_list("alias", flat=True)) == {
        "import:tools:one.sh", "import:tools:tool", "import:tools:two.ps1"
    }  # fmt: skip
    folder_of(tmp_path, one__sh="# One more.\nfalse\n")
    assert len(run(folder).answer["updated"]) == 1
    assert Assembly.objects.get(display_name="one").summary == "One more."


def test_a_renamed_file_stays_the_same_assembly(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, old__sh="true\n")
    created = run(folder).answer["created"]
    (folder / "old.sh").rename(folder / "new.sh")

    assert run(folder).answer["updated"][0]["assembly_guid"] == created[0]["assembly_guid"]
    assert Assembly.objects.get().display_name == "new"


def test_two_equal_files_of_one_import_stay_two(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, one__sh="true\n", two__sh="true\n")

    assert len(run(folder).answer["created"]) == 2
    assert len(run(folder).answer["unchanged"]) == 2


def test_a_bad_file_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, good__sh="true\n", empty__py="", vars__yml="a: 1\n")
    called = run(folder)

    assert called.exit_code == 2
    assert [Path(one["path"]).name for one in called.answer["created"]] == ["good.sh"]
    assert [Path(one["path"]).name for one in called.answer["refused"]] == ["empty.py"]
    assert [Path(one["path"]).name for one in called.answer["passed_over"]] == ["vars.yml"]
