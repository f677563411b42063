"""POST /api/assemblies/import with a zip."""

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assemblies import documents
from assemblies.domains import Domain
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.models import AuditEntry
from tests.api.conftest import Api, MakeAssembly, assert_refused, path_of, traces

IMPORT = "/api/assemblies/import"


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def document(number: int, **fields: Any) -> bytes:
    entry = {"assembly_guid": f"{number:032x}", "name": f"Script {number}", "type": "bash", "script": "true\n"}
    return json.dumps(entry | fields).encode()


def send(api: Api, content: bytes, **form: str) -> Any:
    return api.upload(IMPORT, {"file": SimpleUploadedFile("many.zip", content), **form})


def test_an_archive_is_one_transaction_with_a_line_for_each_document(
    as_operator: Api, make_assembly: MakeAssembly
) -> None:
    make_assembly("Script 2", script="old\n", assembly_guid=f"{2:032x}")
    members = {"a/1.json": document(1), "b/2.json": document(2, name="a\u200bb"), "readme.md": b"not a document"}
    audited = AuditEntry.objects.count()
    answer = send(as_operator, zipped(members))
    lines = answer.json()["results"]
    assert answer.status_code == 200
    assert [(line["guid"], line["status"], len(line["flags"])) for line in lines] == [
        (f"{1:032x}", "created", 0),
        (f"{2:032x}", "updated", 1),
    ]
    assert AuditEntry.objects.count() == audited + 1
    again = send(as_operator, zipped(members)).json()["results"]
    assert [line["status"] for line in again] == ["unchanged", "unchanged"]
    skipped = send(as_operator, zipped({"1.json": document(1, name="New")}), on_conflict="skip").json()["results"]
    assert skipped[0]["status"] == "skipped"


def statuses(answer: Any, key: str = "status") -> dict[str, str]:
    return {line["member"]: line[key] for line in answer.json()["results" if key == "status" else "preview"]}


def test_each_file_has_one_outcome_and_stops_no_other(as_operator: Api) -> None:
    members = {
        "1.json": document(1),
        "2.json": b"{",
        "package.json": b'{"name": "x", "scripts": {}}',
        "twin.json": document(1, name="Twin"),
        "4.json": document(4),
    }
    expected = {"1.json": "new", "2.json": "refused", "package.json": "passed_over", "twin.json": "refused"}
    expected["4.json"] = "new"
    assert statuses(send(as_operator, zipped(members), dry_run="True"), "standing") == expected
    answer = send(as_operator, zipped(members))
    made = {name: word.replace("new", "created") for name, word in expected.items()}
    assert (answer.status_code, statuses(answer)) == (200, made)
    refusals = {line["member"]: line["refusal"] for line in answer.json()["results"] if line["refusal"]}
    assert [refusals[name]["code"] for name in members if name in refusals] == [
        "invalid_document",
        "not_an_assembly",
        "guid_repeated",
    ]
    assert "1.json, which was kept" in refusals["twin.json"]["message"]
    assert sorted(Assembly.objects.values_list("display_name", flat=True)) == ["Script 1", "Script 4"]


def test_an_archive_of_which_nothing_can_be_imported_is_refused(as_operator: Api, library: PayloadStore) -> None:
    answer = send(as_operator, zipped({"a.json": b'{"extends": []}', "b.json": b"{", "c.json": b""}))
    detail = assert_refused(answer, 400, "invalid_document")
    assert detail["member"] == "b.json"
    assert [one["member"] for one in detail["members"]] == ["a.json", "b.json", "c.json"]
    assert traces(library) == (0, 0, 0)


def test_h1_a_guid_of_another_domain_is_refused_and_stops_no_other(
    as_operator: Api, make_assembly: MakeAssembly
) -> None:
    make_assembly("Official", Domain.OFFICIAL, assembly_guid=f"{2:032x}")
    members = zipped({"1.json": document(1), "2.json": document(2)})
    preview = send(as_operator, members, dry_run="1").json()["preview"]
    assert [line["refusal"] and line["refusal"]["code"] for line in preview] == [None, "guid_in_other_domain"]
    answer = send(as_operator, members)
    assert statuses(answer) == {"1.json": "created", "2.json": "refused"}
    assert answer.json()["results"][1]["refusal"]["code"] == "guid_in_other_domain"
    assert sorted(Assembly.objects.values_list("display_name", flat=True)) == ["Official", "Script 1"]
    assert_refused(send(as_operator, zipped({"2.json": document(2)})), 409, "guid_in_other_domain")


def test_the_readable_tree_style_is_put_together(as_operator: Api) -> None:
    found = documents.read_document(
        document(1, script="#!/bin/sh\r\n", files=[{"name": "a", "data": "aGk="}]), max_bytes=9999
    )
    written: dict[str, bytes] = documents.write_tree(found, "x/script")
    assert len(written) == 3
    assert send(as_operator, zipped(written)).status_code == 200
    item = as_operator.get(path_of(f"{1:032x}")).json()
    assert (item["payload"], item["files"][0]["size_bytes"]) == ("#!/bin/sh\r\n", 2)


def test_names_of_members_are_never_paths(as_operator: Api, library: PayloadStore) -> None:
    members = {"../../../outside.json": document(1), "/etc/cron.json": document(2), "C:\\x.json": document(3)}
    assert send(as_operator, zipped(members)).status_code == 200
    root = library.storage.path("")
    guids = {row.payload_guid for row in Assembly.objects.all()}
    assert {path.parent.name for path in Path(root).rglob("payload")} == guids


def test_what_a_file_system_left_behind_is_passed_over(as_operator: Api) -> None:
    members = {"1.json": document(1), "__MACOSX/._1.json": b"junk", ".hidden/2.json": b"junk", "dir/": b""}
    assert len(send(as_operator, zipped(members)).json()["results"]) == 1


def test_a_bomb_is_refused_without_being_unpacked(as_operator: Api, library: PayloadStore) -> None:
    bomb = zipped({"1.json": b" " * (300 << 20)})
    assert len(bomb) < 1 << 20
    assert_refused(send(as_operator, bomb), 413, "document_too_large")
    assert traces(library) == (0, 0, 0)


def test_members_are_read_until_together_they_are_too_large(as_operator: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assemblies.bundles.archive.MAX_UNPACKED_BYTES", 128 * 1024)
    members = {f"{number}.json": document(number, extra="x" * 60_000) for number in range(3)}
    results = send(as_operator, zipped(members)).json()["results"]
    assert [line["status"] for line in results] == ["created", "created", "refused"]
    assert "in parts" in results[2]["refusal"]["message"]


def test_too_many_members_are_refused(as_operator: Api) -> None:
    members = {f"{number}.txt": b"" for number in range(10_001)}
    assert_refused(send(as_operator, zipped(members)), 413, "document_too_large")


def test_a_list_of_members_beyond_reason_is_refused_unread(as_operator: Api) -> None:
    content = bytearray(zipped({"1.json": document(1)}))
    end = content.rfind(b"PK\x05\x06")
    content[end + 12 : end + 16] = struct.pack("<I", 1 << 30)
    assert assert_refused(send(as_operator, bytes(content)), 400, "invalid_document")["field"] == "file"


def spoilt() -> bytes:
    content = bytearray(zipped({"1.json": document(1)}, zipfile.ZIP_STORED))
    content[40] ^= 1
    return bytes(content)


def twice_named() -> bytes:
    content = zipped({"1.json": document(1), "2.json": document(2)})
    return content.replace(b"2.json", b"1.json")


def encrypted() -> bytes:
    content = bytearray(zipped({"1.json": document(1)}))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + at] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, spoilt(), twice_named(), encrypted(), zipped({"a.txt": b""})],
    ids=["cut", "empty", "spoilt", "twice named", "encrypted", "no document"],
)
def test_a_bad_archive_is_refused(as_operator: Api, library: PayloadStore, content: bytes) -> None:
    assert assert_refused(send(as_operator, content), 400, "invalid_document")["field"] == "file"
    assert traces(library) == (0, 0, 0)


def test_a_guid_is_for_one_document(as_operator: Api) -> None:
    answer = send(as_operator, zipped({"1.json": document(1)}), assembly_guid="0" * 32)
    assert assert_refused(answer, 400, "invalid_field")["field"] == "assembly_guid"


def test_the_same_key_imports_an_archive_once(as_operator: Api) -> None:
    form = {"file": SimpleUploadedFile("many.zip", zipped({"1.json": document(1)}))}
    first = as_operator.client.post(IMPORT, form, headers={"Idempotency-Key": "k"})
    form["file"].seek(0)
    again = as_operator.client.post(IMPORT, form, headers={"Idempotency-Key": "k"})
    assert first.json()["results"][0]["revision"] == again.json()["results"][0]["revision"]
    assert JournalEntry.objects.count() == 1


def test_a_plain_file_and_a_plain_script_of_a_zip_are_known_again_by_their_bytes(as_operator: Api) -> None:
    def alone(content: bytes) -> Any:
        return as_operator.upload(IMPORT, {"file": SimpleUploadedFile("install.sh", content)})

    first = alone(b"# Installs it.\ntrue\n").json()
    assert Assembly.objects.get().summary == "Installs it."
    again = send(as_operator, zipped({"a/install.sh": b"# Installs it.\ntrue\n", "b.py": b"print()\n"})).json()
    assert [line["status"] for line in again["results"]] == ["unchanged", "created"]
    assert again["results"][0]["guid"] == Assembly.objects.get(display_name="install").guid
    assert alone(b"# Another.\n").json() != first
    other = send(as_operator, zipped({"a/install.sh": b"false\n"})).json()["results"]
    assert [line["status"] for line in other] == ["created"]
    assert sorted(Assembly.objects.values_list("display_name", flat=True)) == ["b", "install", "install", "install"]
