"""`Idempotency-Key`: the same request is the same event; another request under the same key is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assemblies.actions.delete import delete
from assemblies.domains import Domain
from assemblies.models import JournalEntry, KeyedRequest
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.api.conftest import Answer, Api, MakeAssembly, assert_refused, path_of, payload_files
from tests.permits import may_delete

CREATE, IMPORT = "/api/assemblies", "/api/assemblies/import"
SCRIPT = {"display_name": "Greet", "assembly_type": "bash", "payload": "echo hi\n"}
DOCUMENT = {"assembly_guid": "a" * 32, "name": "One", "type": "bash", "script": "echo 1\n", "script_encoding": "plain"}

Send = Callable[[str, Api, str, dict[str, Any]], Answer]


def send_json(path: str, api: Api, guid: str, body: dict[str, Any]) -> Answer:
    return api.post(path.replace("<guid>", guid), body, Idempotency_Key="k")


def send_upload(path: str, api: Api, _guid: str, body: dict[str, Any]) -> Answer:
    upload = SimpleUploadedFile("one.json", json.dumps(body).encode())
    return api.client.post(path, {"file": upload}, headers={"Idempotency-Key": "k"})


DOORS: list[tuple[Send, str, dict[str, Any], dict[str, Any]]] = [
    (send_json, CREATE, SCRIPT, SCRIPT | {"payload": "echo other\n"}),
    (send_json, CREATE, SCRIPT | {"assembly_guid": "b" * 32}, SCRIPT | {"assembly_guid": "c" * 32}),
    (send_json, path_of("<guid>", "/clone"), {"target_domain": "user"}, {"target_domain": "user", "display_name": "X"}),
    (send_json, IMPORT, {"document": DOCUMENT}, {"document": DOCUMENT | {"name": "Two"}}),
    (send_json, IMPORT, {"document": DOCUMENT, "on_conflict": "fail"}, {"document": DOCUMENT}),
    (send_upload, IMPORT, DOCUMENT, DOCUMENT | {"name": "Two"}),
]


@pytest.mark.parametrize(("send", "path", "body", "other"), DOORS)
def test_the_same_request_is_answered_again_and_another_one_is_refused(
    as_operator: Api, make_assembly: MakeAssembly, library: PayloadStore, send: Send, path: str, body: Any, other: Any
) -> None:
    guid = make_assembly()
    first, again = (send(path, as_operator, guid, body) for _ in range(2))
    assert (first.status_code, again.status_code < 300) == (201, True), again.content
    assert {one.json()["assembly_guid"] for one in (first, again)} == {first.json()["assembly_guid"]}
    assert first.json()["revision"] == again.json()["revision"]
    kept = JournalEntry.objects.count(), payload_files(library)
    assert_refused(send(path, as_operator, guid, other), 422, "idempotency_key_reused")
    assert (JournalEntry.objects.count(), payload_files(library)) == kept


def test_a_key_of_one_address_is_no_key_of_another(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guids, body = (make_assembly("One"), make_assembly("Two")), {"target_domain": "user"}
    assert send_json(path_of(guids[0], "/clone"), as_operator, "", body).status_code == 201
    assert_refused(send_json(path_of(guids[1], "/clone"), as_operator, "", body), 422, "idempotency_key_reused")


def test_how_json_is_spelled_makes_no_other_request(as_operator: Api) -> None:
    answers = [as_operator.post(CREATE, text, Idempotency_Key="k") for text in (
        json.dumps(SCRIPT), json.dumps(dict(reversed(SCRIPT.items())), indent=2),
    )]  # fmt: skip
    assert [answer.status_code for answer in answers] == [201, 201]
    assert JournalEntry.objects.count() == 1


def test_a_refused_request_leaves_its_key_free(as_operator: Api) -> None:
    bad = SCRIPT | {"assembly_type": "cobol"}
    assert_refused(as_operator.post(CREATE, bad, Idempotency_Key="k"), 400, "invalid_field")
    assert as_operator.post(CREATE, SCRIPT, Idempotency_Key="k").status_code == 201


def test_a_request_that_changed_nothing_is_not_carried_out_later(as_operator: Api) -> None:
    as_operator.post(IMPORT, {"document": DOCUMENT})
    assert as_operator.post(IMPORT, {"document": DOCUMENT}, Idempotency_Key="k").status_code == 200
    as_operator.patch(path_of("a" * 32), {"display_name": "Later"})
    assert as_operator.post(IMPORT, {"document": DOCUMENT}, Idempotency_Key="k").json()["display_name"] == "Later"


def test_taking_an_original_again_compares_no_revision(as_operator: Api, make_assembly: MakeAssembly) -> None:
    origin = make_assembly(domain=Domain.USER)
    copy = as_operator.post(path_of(origin, "/clone"), {"target_domain": "user"}).json()["assembly_guid"]
    as_operator.patch(path_of(origin), {"payload": "echo 2\n"})
    seen = as_operator.get(path_of(copy))["ETag"]
    take = [as_operator.post(path_of(copy, "/take-original"), {}, If_Match=seen, Idempotency_Key="k") for _ in range(2)]
    assert [(answer.status_code, answer.json()["revision"]) for answer in take] == [(200, 4), (200, 4)]


def test_what_was_created_is_answered_after_its_deletion(
    as_operator: Api, command: Actor, library: PayloadStore
) -> None:
    first = as_operator.post(CREATE, SCRIPT, Idempotency_Key="k").json()
    delete(first["assembly_guid"], permit=may_delete(command))
    again = as_operator.post(CREATE, SCRIPT, Idempotency_Key="k")
    assert (again.status_code, again.json()["revision"]) == (201, first["revision"])


def test_an_event_of_an_earlier_release_has_no_digest(as_operator: Api) -> None:
    first = as_operator.post(CREATE, SCRIPT, Idempotency_Key="k").json()
    KeyedRequest.objects.all().delete()
    again = as_operator.post(CREATE, SCRIPT | {"summary": "Other"}, Idempotency_Key="k").json()
    assert again["assembly_guid"] == first["assembly_guid"]
