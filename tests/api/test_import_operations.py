"""Imports of over 200 documents: answered at once, carried out in one transaction, followed by their address."""

import io
import json
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assemblies.api import import_operations
from assemblies.api.import_operations import MAX_WAITED_FOR
from assemblies.models import Assembly, ImportOperation, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.models import AuditEntry
from tests.api.conftest import Api, assert_refused
from tests.patience import HANG_SECONDS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("library")]
IMPORT = "/api/assemblies/import"
MANY = MAX_WAITED_FOR + 1
HOLD = """
import sys, time, filelock
lock = filelock.FileLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
time.sleep(600)
"""


def document(number: int, **fields: Any) -> bytes:
    entry = {"assembly_guid": f"{number:032x}", "name": f"Script {number}", "type": "bash", "script": f"{number}\n"}
    return json.dumps(entry | fields).encode()


def archive(count: int, **others: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for number in range(count):
            written.writestr(f"{number}.json", document(number))
        for name, content in others.items():
            written.writestr(f"{name}.json", content)
    return file.getvalue()


def send(api: Api, content: bytes, **headers: str) -> Any:
    return api.client.post(IMPORT, {"file": SimpleUploadedFile("many.zip", content)}, headers=headers)


def ended(api: Api, answer: Any) -> dict[str, Any]:
    assert (answer.status_code, answer["Location"]) == (202, answer.json()["status_url"])
    give_up = time.monotonic() + HANG_SECONDS
    while time.monotonic() < give_up:
        status: dict[str, Any] = api.get(answer.json()["status_url"]).json()
        if status["state"] != "running":
            return status
        time.sleep(0.05)
    raise AssertionError("The import did not end.")


def test_many_documents_are_imported_after_the_answer_in_one_transaction(
    as_operator: Api, library: PayloadStore
) -> None:
    content = archive(MANY, broken=b"{", package=b'{"name": "x", "scripts": {}}', twin=document(0, name="Twin"))
    audited = AuditEntry.objects.count()
    status = ended(as_operator, send(as_operator, content))
    assert {key: status[key] for key in ("state", "total", "done", "created", "updated", "skipped", "refused")} == {
        "state": "done", "total": MANY, "done": MANY, "created": MANY, "updated": 0, "skipped": 0, "refused": 2,
    }  # fmt: skip
    assert {line["member"]: line["status"] for line in status["refusals"]} == {
        "broken.json": "refused",
        "package.json": "passed_over",
        "twin.json": "refused",
    }
    assert (Assembly.objects.count(), AuditEntry.objects.count()) == (MANY, audited + 1)
    again = ended(as_operator, send(as_operator, content))
    assert (again["created"], again["skipped"], JournalEntry.objects.count()) == (0, MANY, MANY)
    # The thread that imports tells its end before it takes its lock away.
    give_up = time.monotonic() + HANG_SECONDS
    while (left := list(import_operations._folder().iterdir())) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert left == []


def test_so_many_are_waited_for(as_operator: Api) -> None:
    answer = send(as_operator, archive(MAX_WAITED_FOR, package=b"{}"))
    assert (answer.status_code, len(answer.json()["results"])) == (200, MAX_WAITED_FOR + 1)


def test_a_repetition_is_the_same_operation_and_another_request_is_refused(as_operator: Api) -> None:
    content = archive(MANY)
    first = send(as_operator, content, **{"Idempotency-Key": "once"})
    again = send(as_operator, content, **{"Idempotency-Key": "once"})
    assert first.json() == again.json()
    assert ended(as_operator, first)["created"] == MANY
    assert send(as_operator, content, **{"Idempotency-Key": "once"}).json() == first.json()
    assert_refused(send(as_operator, archive(MANY + 1), **{"Idempotency-Key": "once"}), 422, "idempotency_key_reused")
    assert (ImportOperation.objects.count(), JournalEntry.objects.count()) == (1, MANY)


def test_an_import_is_its_senders_and_administrators(as_operator: Api, as_viewer: Api, as_administrator: Api) -> None:
    answer = send(as_operator, archive(MANY))
    ended(as_operator, answer)
    assert_refused(as_viewer.get(answer.json()["status_url"]), 404, "import_not_found")
    assert as_administrator.get(answer.json()["status_url"]).json()["state"] == "done"
    assert_refused(send(as_viewer, archive(MANY)), 403, "forbidden")


def test_what_fails_says_why_and_imports_nothing(as_operator: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assemblies.bundles.archive.MAX_UNPACKED_BYTES", 100_000)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as written:
        for number in range(MANY):
            written.writestr(f"{number}.json", document(number))
        written.writestr("last.json", document(MANY, extra="x" * 90_000))
    status = ended(as_operator, send(as_operator, content.getvalue()))
    assert (status["state"], status["created"], status["refused"]) == ("done", MANY, 1)

    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(import_operations, "import_documents", fail)
    status = ended(as_operator, send(as_operator, archive(MANY + 5)))
    assert (status["state"], status["error"]["code"]) == ("failed", "library_unavailable")
    assert Assembly.objects.count() == MANY


def test_an_import_whose_process_was_killed_has_failed_and_one_that_lives_has_not(as_operator: Api) -> None:
    now = timezone.now()
    operation = ImportOperation.objects.create(id="ab" * 16, actor="olga", started_at=now, seen_at=now)
    folder = import_operations._folder()
    folder.mkdir(exist_ok=True)
    lock = str(folder / f"{operation.id}.lock")
    with subprocess.Popen([sys.executable, "-c", HOLD, lock], stdout=subprocess.PIPE, text=True) as holder:
        line = holder.stdout.readline() if holder.stdout else ""
        state = as_operator.get(f"{IMPORT}/{operation.id}").json()["state"]
        holder.kill()
    assert (line, state) == ("held\n", "running")
    status = as_operator.get(f"{IMPORT}/{operation.id}").json()
    assert (status["state"], status["error"]["code"]) == ("failed", "interrupted")
    assert not Path(lock).exists()


def test_an_import_of_another_server_has_failed_once_it_is_silent_for_long(as_operator: Api) -> None:
    now = timezone.now()
    operation = ImportOperation.objects.create(id="cd" * 16, actor="olga", started_at=now, seen_at=now)
    assert as_operator.get(f"{IMPORT}/{operation.id}").json()["state"] == "running"
    operation.seen_at = now - import_operations.SILENT_FOR - timedelta(seconds=1)
    operation.save()
    assert as_operator.get(f"{IMPORT}/{operation.id}").json()["error"]["code"] == "interrupted"
