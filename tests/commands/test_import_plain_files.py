"""`import_assemblies` on folders of plain scripts."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from assemblies.actions.update import update
from assemblies.models import Assembly, AssemblyAlias, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.commands.calling import Called, call
from tests.permits import may_update

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

    assert run(folder).answer["unchanged"][0]["assembly_guid"] == created[0]["assembly_guid"]
    assert set(AssemblyAlias.objects.values_list("alias", flat=True)) == {"import:tools:old.sh", "import:tools:new.sh"}


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


def test_an_unchanged_file_changes_nothing_that_a_person_edited(tmp_path: Path, library: PayloadStore) -> None:
    folder = folder_of(tmp_path, one__sh="# One.\ntrue\n")
    guid = run(folder).answer["created"][0]["assembly_guid"]
    editor = may_update(Actor.of_command("test"))
    update(guid, {"display_name": "Mine"}, payload=b"false\n", permit=editor, store=library)
    entries = JournalEntry.objects.count()

    assert run(folder, "--dry-run").answer["unchanged"][0]["assembly_guid"] == guid
    assert run(folder).answer["unchanged"][0]["assembly_guid"] == guid
    assert (Assembly.objects.get().display_name, JournalEntry.objects.count()) == ("Mine", entries)
    folder_of(tmp_path, one__sh="# Two.\ntrue\n")
    assert run(folder).answer["updated"][0]["assembly_guid"] == guid


def test_a_source_that_is_named_is_the_same_from_any_folder(tmp_path: Path) -> None:
    first = folder_of(tmp_path, one__sh="true\n")
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "one.sh").write_text("false\n")
    guid = run(first, "--source", "workshop").answer["created"][0]["assembly_guid"]

    assert run(other, "--source", "workshop").answer["updated"][0]["assembly_guid"] == guid
    assert AssemblyAlias.objects.get().alias == "import:workshop:one.sh"


def test_a_name_that_another_domain_has_gets_the_domain_behind_it(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, one__sh="true\n")
    run(folder)

    assert len(run(folder, "--domain", "community").answer["created"]) == 1
    assert len(run(folder, "--domain", "community").answer["unchanged"]) == 1
    assert set(AssemblyAlias.objects.values_list("alias", "domain")) == {
        ("import:tools:one.sh", "user"), ("import:tools:one.sh@community", "community")
    }  # fmt: skip


def test_archives_of_one_name_update_each_other_only_with_a_source(tmp_path: Path) -> None:
    archives = [tmp_path / "olga" / "tools.zip", tmp_path / "ivan" / "tools.zip"]
    for archive, script in zip(archives, ("true\n", "false\n"), strict=True):
        archive.parent.mkdir()
        with ZipFile(archive, "w") as file:
            file.writestr("install.sh", script)

    assert [len(run(archive).answer["created"]) for archive in archives] == [1, 1]
    assert len(run(archives[0]).answer["unchanged"]) == 1
    assert len(run(archives[0], "--source", "shared").answer["unchanged"]) == 1
    assert len(run(archives[1], "--source", "shared").answer["updated"]) == 1
