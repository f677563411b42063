"""Other tools' exports at every door: command, API and page; a second import changes nothing."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assemblies.models import Assembly, AssemblyAlias, JournalEntry
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, signed_in
from tests.commands.calling import call
from tests.importers.test_breeze import SCRIPT, bundle
from tests.importers.test_datto import FILES as DATTO
from tests.importers.test_rundeck import FILES as RUNDECK
from tests.importers.test_tactical import FILES as TACTICAL

TREES = {"tactical": TACTICAL, "datto": DATTO, "rundeck": RUNDECK, "breeze": bundle(SCRIPT)}
IMPORT_PAGE = "/admin/assemblies/assembly/import/"


@pytest.fixture
def olga(library: PayloadStore) -> User:
    user = User.objects.create_user("olga")
    user.groups.add(Group.objects.get(name="Operators"))
    return user


def laid_out(top: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(content)
    return top


def zipped(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize("tool", TREES)
def test_a_second_import_of_a_folder_changes_nothing(tool: str, tmp_path: Path, library: PayloadStore) -> None:
    folder = laid_out(tmp_path / "export", TREES[tool])
    first = call("import_assemblies", str(folder), "--source", "workshop", "--json").answer
    entries = JournalEntry.objects.count()
    assert first["created"]
    again = call("import_assemblies", str(folder), "--source", "workshop", "--json").answer
    assert (again["created"], again["updated"], len(again["unchanged"])) == ([], [], len(first["created"]))
    assert JournalEntry.objects.count() == entries
    assert AssemblyAlias.objects.filter(alias__startswith="import:").exists() or tool == "rundeck"


def test_what_the_index_says_otherwise_is_taken_over(tmp_path: Path, library: PayloadStore) -> None:
    folder = laid_out(tmp_path / "export", TACTICAL)
    call("import_assemblies", str(folder), "--from", "tactical", "--json")
    entries = json.loads(TACTICAL["community_scripts.json"])
    entries[0]["default_timeout"] = "77"
    (folder / "community_scripts.json").write_text(json.dumps(entries))
    updated = call("import_assemblies", str(folder), "--from", "tactical", "--json").answer["updated"]
    assert [Path(one["path"]).name for one in updated] == ["Win_Clean.ps1"]
    assert Assembly.objects.get(guid=updated[0]["assembly_guid"]).read_content().timeout_seconds == 77


def test_a_component_and_an_export_by_themselves_are_read(tmp_path: Path, library: PayloadStore) -> None:
    component = tmp_path / "agent.cpt"
    component.write_bytes(zipped({name.removeprefix("agent/"): content for name, content in DATTO.items()}))
    exported = laid_out(tmp_path / "export", bundle(SCRIPT)) / "bundle.json"
    created = call("import_assemblies", str(component), str(exported), "--json").answer["created"]
    assert len(created) == 2
    assert call("import_assemblies", str(component), "--from", "breeze", "--json").exit_code == 2


def uploaded(api: Api, name: str, content: bytes, **form: str) -> Any:
    return api.upload("/api/assemblies/import", {"file": SimpleUploadedFile(name, content), **form})


def test_the_api_takes_an_archive_and_a_single_export(olga: User) -> None:
    as_operator = signed_in(olga)
    lines = uploaded(as_operator, "all.zip", zipped(TACTICAL), source="workshop").json()["results"]
    assert {line["status"] for line in lines} == {"created", "refused"}
    again = uploaded(as_operator, "all.zip", zipped(TACTICAL), source="workshop").json()["results"]
    assert {line["status"] for line in again} == {"unchanged", "refused"}
    assert AssemblyAlias.objects.filter(alias="import:workshop:scripts/win_clean.ps1").exists()
    single = uploaded(as_operator, "bundle.json", bundle(SCRIPT)["bundle.json"]).json()["results"]
    assert [(line["member"], line["status"]) for line in single] == [("bundle.json › Check disk", "created")]


def test_the_page_shows_what_was_recognised_before_it_is_imported(olga: User, client: Client) -> None:
    client.force_login(olga)
    sent = {"files": SimpleUploadedFile("bundle.json", bundle(SCRIPT)["bundle.json"]), "step": "preview"}
    answer = client.post(IMPORT_PAGE, sent)
    [row] = answer.context["proposal"].rows
    assert (row.place, row.document.display_name) == ("bundle.json › Check disk", "Check disk")
    assert "What was read from the file" in answer.content.decode()
    assert not Assembly.objects.exists()
