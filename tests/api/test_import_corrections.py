"""POST /api/assemblies/import: what was read of plain scripts is previewed, and imported as corrected."""

import io
import json
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from assemblies.models import Assembly, JournalEntry
from tests.api.conftest import Api, assert_refused

IMPORT = "/api/assemblies/import"
SCRIPT = b"#!/bin/bash\n# Frees space.\nfind /tmp\n"
POWERSHELL = b"param([string]$Mode = 'Soft')\nWrite-Output $Mode\n"


def send(api: Api, content: bytes, name: str, corrections: Any = None, **form: str) -> Any:
    told = {} if corrections is None else {"corrections": json.dumps(corrections)}
    return api.upload(IMPORT, {"file": SimpleUploadedFile(name, content), **told, **form})


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return file.getvalue()


def test_what_a_preview_reads_is_sent_back_corrected(as_operator: Api) -> None:
    content = zipped(clean_sh=SCRIPT, rotate_ps1=POWERSHELL)
    lines = send(as_operator, content, "a.zip", dry_run="true").json()["preview"]
    assert [line["read"]["assembly_type"] for line in lines] == ["bash", "powershell"]
    assert lines[0]["read"]["summary"] == "Frees space."

    corrections = [{"member": line["member"], **line["read"]} for line in lines]
    corrections[0] |= {"display_name": "Free space", "timeout_seconds": 60, "operating_systems": ["macos", "linux"]}
    corrections[1]["variables"][0] |= {"required": True}
    answer = send(as_operator, content, "a.zip", corrections)

    assert [line["status"] for line in answer.json()["results"]] == ["created", "created"]
    cleaned = Assembly.objects.get(display_name="Free space").read_content()
    assert (cleaned.timeout_seconds, cleaned.operating_systems) == (60, ["linux", "macos"])
    assert Assembly.objects.get(display_name="rotate").read_content().variables[0]["required"] is True
    again = send(as_operator, content, "a.zip").json()["results"]
    assert [line["status"] for line in again] == ["unchanged", "unchanged"]


def test_one_document_needs_no_name_and_one_that_says_all_of_itself_reads_nothing(as_operator: Api) -> None:
    body = {"document": {"name": "Own", "type": "bash", "script": "ls\n", "script_encoding": "plain"}}
    preview = as_operator.post(IMPORT, body | {"dry_run": True}).json()["preview"]
    created = as_operator.post(IMPORT, body | {"corrections": [{"summary": "Lists files."}]})

    assert (preview[0]["read"], created.status_code, created.json()["summary"]) == (None, 201, "Lists files.")
    assert JournalEntry.objects.count() == 2


def test_corrections_that_cannot_be_taken_are_named_and_nothing_is_imported(as_operator: Api) -> None:
    for corrections, field in (
        ({"display_name": "x"}, "corrections"),
        (["x"], "corrections[0]"),
        ([{"member": 1}], "corrections[0].member"),
        ([{"member": "other.sh", "summary": "x"}], "corrections[0].member"),
        ([{"summary": "x"}, {"summary": "y"}], "corrections[1].member"),
        ([{"category": "x"}], "corrections[0].category"),
        ([{"display_name": ""}], "corrections[0].display_name"),
        ([{"timeout_seconds": -1}], "corrections[0].timeout_seconds"),
        ([{"operating_systems": ["beos"]}], "corrections[0].operating_systems[0]"),
        ([{"variables": [{"name": ""}]}], "corrections[0].variables[0].name"),
        ([{"assembly_type": "ansible"}], "corrections[0].assembly_type"),
        ([{"assembly_type": "cobol"}], "corrections[0].assembly_type"),
    ):
        refused = send(as_operator, SCRIPT, "clean.sh", corrections)
        assert refused.status_code == 400, corrections
        assert refused.json()["detail"]["field"] == field
        assert send(as_operator, SCRIPT, "clean.sh", corrections, dry_run="true").status_code == 400
    assert_refused(send(as_operator, SCRIPT, "clean.sh", [{}] * 201), 400, "invalid_field")
    assert not Assembly.objects.exists()


def test_what_is_imported_after_the_answer_takes_no_corrections(as_operator: Api) -> None:
    many = zipped(**{f"n{number}_sh": b"echo %d\n" % number for number in range(201)})

    assert_refused(send(as_operator, many, "many.zip", [{"member": "n1.sh", "summary": "x"}]), 400, "invalid_field")


def test_what_is_skipped_is_not_corrected(as_operator: Api) -> None:
    created = send(as_operator, SCRIPT, "clean.sh", source="shop")
    skipped = send(as_operator, SCRIPT, "clean.sh", [{"summary": "Other."}], source="shop", on_conflict="skip")

    assert (created.status_code, skipped.json()["summary"]) == (201, "Frees space.")
