"""Whatever can exist can be exported in every style and read again by every door, at the maximum of each limit."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assemblies.bundles.written import ArchiveStyle
from assemblies.documents import read_document
from assemblies.models import Assembly
from tests.api.conftest import Api, MakeAssembly, assert_refused, path_of
from tests.commands.calling import call
from tests.effort import effort

ITEMS, IMPORT, ALL = "/api/assemblies", "/api/assemblies/import", "/api/assemblies/export"
MOST = effort(gate=128 * 1024, torture=1024 * 1024)
GUID = "ab" * 16
SCRIPTS: dict[str, Callable[[int], str]] = {
    "lines": lambda size: ("echo one line of a script\n" * (size // 26 + 1))[:size],
    "quotes": lambda size: '"' * size,
    "line ends": lambda size: "\r\n" * (size // 2) + "x" * (size % 2),
    "controls": lambda size: "\x01" * size,
    "two bytes": lambda size: "é" * (size // 2) + "x" * (size % 2),
}


@pytest.fixture(autouse=True)
def _most(settings: Any) -> None:
    settings.MAX_DOCUMENT_BYTES = MOST


def sent(script: str, **fields: Any) -> dict[str, Any]:
    return {"assembly_guid": GUID, "display_name": "Largest", "assembly_type": "bash", "payload": script} | fields


def attach(api: Api, name: str, size: int) -> None:
    assert api.put_bytes(path_of(GUID, f"/files/{name}"), b"\xff" * size).status_code == 200


def upload(content: bytes, name: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content)}


def assert_reads_again(api: Api, tmp_path: Path) -> None:
    """Export everything in every style, and import it again at the API and by the command: nothing changes."""
    before = row().content_hash
    for style in ArchiveStyle:
        archive = api.get(f"{ALL}?style={style}").getvalue()
        if style is ArchiveStyle.LEGACY:
            # Without a GUID it comes back as another assembly, which means the same.
            again = api.upload(IMPORT, upload(archive, "all.zip")).json()["results"][0]
            made = Assembly.objects.get(guid=again["guid"])
            assert (again["status"], made.content_hash) == ("created", before)
            made.delete()
            continue
        [line] = api.upload(IMPORT, upload(archive, "all.zip")).json()["results"]
        assert (line["status"], line["guid"]) == ("unchanged", GUID)
        file, folder = tmp_path / f"{style}.zip", tmp_path / style
        file.write_bytes(archive)
        zipfile.ZipFile(file).extractall(folder)
        for place in (file, folder):
            called = call("import_assemblies", str(place), "--json")
            assert (called.exit_code, len(called.answer["unchanged"])) == (0, 1)


def row() -> Assembly:
    return Assembly.objects.get(guid=GUID)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_the_largest_script_goes_through_every_door(as_operator: Api, tmp_path: Path, script: Any) -> None:
    largest = script(MOST)
    assert len(largest.encode()) == MOST
    assert as_operator.post(ITEMS, sent(largest)).status_code == 201
    attach(as_operator, "one.bin", MOST)
    assert_reads_again(as_operator, tmp_path)
    for style in ("authoring", "legacy", "envelope"):
        for encoding in ("base64", "text"):
            content = as_operator.get(path_of(GUID, f"/export?style={style}&script_encoding={encoding}")).content
            found = read_document(content, max_bytes=MOST)
            assert (found.payload, found.files[0].size) == (largest.encode(), MOST)
            assert as_operator.upload(IMPORT, upload(content, "one.json")).status_code in {200, 201}
    item = as_operator.get(path_of(GUID)).json()
    assert as_operator.put(path_of(GUID), item).status_code == 200
    text = {"document": as_operator.get(path_of(GUID, "/export?script_encoding=text")).content.decode()}
    assert as_operator.post(IMPORT, text).status_code == 200


def test_one_byte_more_is_refused_by_every_door(as_operator: Api, make_assembly: MakeAssembly, tmp_path: Path) -> None:
    guid, larger = make_assembly(), "x" * (MOST + 1)
    document = {"name": "Larger", "type": "bash", "script": larger, "script_encoding": "plain"}
    answers = [
        as_operator.post(ITEMS, sent(larger)),
        as_operator.patch(path_of(guid), {"payload": larger}),
        as_operator.put(path_of(guid), {"display_name": "x", "assembly_type": "bash", "payload": larger}),
        as_operator.post(IMPORT, {"document": document}),
        as_operator.upload(IMPORT, upload(json.dumps(document).encode(), "one.json")),
        as_operator.upload(IMPORT, upload(zipped({"one.json": json.dumps(document).encode()}), "all.zip")),
    ]
    for answer in answers:
        assert assert_refused(answer, 413, "document_too_large")["limit_bytes"] == MOST
    (tmp_path / "one.json").write_text(json.dumps(document))
    called = call("import_assemblies", str(tmp_path), "--json")
    assert called.exit_code == 2 and "larger than the limit" in called.answer["refused"][0]["reason"]
    assert Assembly.objects.count() == 1


def test_files_beyond_what_json_holds_come_in_every_archive_and_in_no_document(
    as_operator: Api, tmp_path: Path
) -> None:
    assert as_operator.post(ITEMS, sent("true\n")).status_code == 201
    attach(as_operator, "one.bin", MOST)
    attach(as_operator, "two.bin", 1)
    for style in ("authoring", "legacy", "envelope"):
        answer = as_operator.get(path_of(GUID, f"/export?style={style}"))
        assert_refused(answer, 413, "document_too_large")
        assert "as a tree" in answer.json()["message"]
    tree = as_operator.get(path_of(GUID, "/export?style=tree")).getvalue()
    assert as_operator.upload(IMPORT, upload(tree, "one.zip")).json()["results"][0]["status"] == "unchanged"
    assert_reads_again(as_operator, tmp_path)
    inline = {"name": "x", "type": "bash", "script": "", "files": [{"name": "a", "data": "AAAA" * (MOST // 3 + 1)}]}
    assert_refused(as_operator.post(IMPORT, {"document": inline}), 413, "document_too_large")


def test_the_largest_workflow_and_the_largest_facts_go_through_every_door(
    as_operator: Api, tmp_path: Path, settings: Any
) -> None:
    """Lists in lists are sixty times as large when each stands in a line of its own."""
    settings.MAX_DOCUMENT_BYTES = most = MOST // 8
    nested: Any = []
    for _ in range(50):
        nested = [nested]
    copies = (most - 200) // (len(json.dumps(nested)) + 1)
    graph = {"tab_name": "Largest", "nodes": [], "edges": [], "more": [nested] * copies}
    body = sent("", assembly_type="workflow", payload=graph, metadata={"more": [nested] * copies})
    assert as_operator.post(ITEMS, body).status_code == 201
    assert row().read_content().payload_size_bytes > most - 400
    assert_reads_again(as_operator, tmp_path)
    too_much = {"metadata": {"more": "x" * (most + 70_000)}}
    assert_refused(as_operator.patch(path_of(GUID), too_much), 413, "document_too_large")


def test_an_archive_has_as_many_members_as_can_be_read_and_no_more(
    as_operator: Api, make_assembly: MakeAssembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("archive", "export"):
        monkeypatch.setattr(f"assemblies.bundles.{room}.MAX_MEMBERS", 4)
    for number in range(4):
        make_assembly(f"Script {number}", assembly_guid=f"{number:032x}")
    archive = as_operator.get(ALL).getvalue()
    results = as_operator.upload(IMPORT, upload(archive, "all.zip")).json()["results"]
    assert [line["status"] for line in results] == ["unchanged"] * 4
    assert_refused(as_operator.get(f"{ALL}?style=tree"), 413, "document_too_large")
    make_assembly("One more")
    answer = as_operator.get(ALL)
    assert_refused(answer, 413, "document_too_large")
    assert "export_assemblies DIR" in answer.json()["message"]


def test_an_archive_unpacks_to_as_much_as_can_be_read_and_no_more(
    as_operator: Api, make_assembly: MakeAssembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_assembly(f"Script {number}", assembly_guid=f"{number:032x}", script=f"{number}" * 900)
    members = zipfile.ZipFile(io.BytesIO(as_operator.get(f"{ALL}?style=tree").getvalue())).infolist()
    for room in ("archive", "export"):
        monkeypatch.setattr(f"assemblies.bundles.{room}.MAX_UNPACKED_BYTES", sum(info.file_size for info in members))
    archive = as_operator.get(f"{ALL}?style=tree").getvalue()
    results = as_operator.upload(IMPORT, upload(archive, "all.zip")).json()["results"]
    assert [line["status"] for line in results] == ["unchanged"] * 3
    make_assembly("One more")
    assert_refused(as_operator.get(f"{ALL}?style=tree"), 413, "document_too_large")


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()
