"""Copies and their originals: POST …/adopt, POST …/take-original, GET …/diff?against=origin, and `origin_changed`."""

from pathlib import Path
from typing import Any

import pytest

from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.models import Assembly
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.api.conftest import Api, MakeAssembly, assert_refused, denials, path_of, traces
from tests.official.published_folder import guid, publish_many, source_of
from tests.permits import may_delete, may_sync, may_update


@pytest.fixture
def withdrawn(tmp_path: Path, library: PayloadStore, command: Actor) -> str:
    """An official assembly that its source published and withdrew."""
    publish_many(tmp_path / "published", 3)
    sync(source_of(tmp_path / "published"), permit=may_sync(command), store=library)
    (tmp_path / "published/scripts/linux/number-2.json").unlink()
    sync(source_of(tmp_path / "published"), permit=may_sync(command), store=library)
    return guid(2)


@pytest.fixture
def official(make_assembly: MakeAssembly) -> str:
    return make_assembly("Original", Domain.OFFICIAL, "echo 1\n")


@pytest.fixture
def copy(as_operator: Api, official: str) -> str:
    answer = as_operator.post(path_of(official, "/clone"), {"target_domain": "user"})
    made: str = answer.json()["assembly_guid"]
    return made


def change(guid: str, library: PayloadStore, command: Actor, script: bytes = b"echo 2\n") -> None:
    update(guid, {}, payload=script, permit=may_update(command), store=library)


def test_a_withdrawn_assembly_is_adopted_with_its_lineage(as_operator: Api, withdrawn: str) -> None:
    answer = as_operator.post(path_of(withdrawn, "/adopt"), {})
    item = answer.json()
    assert (answer.status_code, item["source"], item["display_name"]) == (201, "user", "Number 2")
    assert (item["cloned_from"], item["origin_changed"]) == (withdrawn, None)
    assert answer["Location"].endswith(path_of(item["assembly_guid"]))
    row = Assembly.objects.get(guid=item["assembly_guid"])
    lineage = row.read_content().cloned_from
    assert (row.search_text, "source_path" in row.read_content().metadata) == ("echo 2\n", False)
    assert lineage is not None
    assert as_operator.get(path_of(withdrawn, f"/revisions/{lineage.revision}")).status_code == 200
    assert as_operator.get(path_of(item["assembly_guid"], "/diff?against=origin")).json()["script"] == ""
    assert AuditEntry.objects.filter(event="assembly.adopt_withdrawn", outcome="success").exists()


def test_the_adopted_one_may_have_a_chosen_guid_and_name(as_operator: Api, withdrawn: str) -> None:
    body = {"new_assembly_guid": "AB" * 16, "display_name": "Ours now"}
    answers = [as_operator.post(path_of(withdrawn, "/adopt"), body, Idempotency_Key="k") for _ in range(2)]
    assert {(one.json()["assembly_guid"], one.json()["display_name"]) for one in answers} == {("ab" * 16, "Ours now")}
    assert_refused(as_operator.post(path_of(withdrawn, "/adopt"), body), 409, "guid_taken")


def test_what_is_still_published_or_never_was_cannot_be_adopted(
    as_operator: Api, withdrawn: str, make_assembly: MakeAssembly
) -> None:
    for other in (guid(1), make_assembly("Made here", Domain.OFFICIAL), make_assembly("Own")):
        assert_refused(as_operator.post(path_of(other, "/adopt"), {}), 409, "not_withdrawn")
    assert_refused(as_operator.post(path_of("0" * 40, "/adopt"), {}), 404, "assembly_not_found")


def test_adopting_is_for_operators(anonymous: Api, as_viewer: Api, withdrawn: str, library: PayloadStore) -> None:
    before = traces(library)
    assert_refused(anonymous.post(path_of(withdrawn, "/adopt"), {}), 401, "not_authenticated")
    assert_refused(as_viewer.post(path_of(withdrawn, "/adopt"), {}), 403, "forbidden")
    assert (traces(library), denials()) == (before, 1)


@pytest.mark.parametrize(
    ("body", "field"), [({"target_domain": "user"}, "target_domain"), ({"display_name": ""}, "display_name")]
)
def test_a_bad_field_of_an_adoption_is_named(
    as_operator: Api, withdrawn: str, body: dict[str, Any], field: str
) -> None:
    answer = as_operator.post(path_of(withdrawn, "/adopt"), body)
    assert (answer.status_code, answer.json()["detail"]["field"]) == (400, field)


def test_a_copy_says_whether_its_original_changed_since(
    as_operator: Api, official: str, copy: str, library: PayloadStore, command: Actor
) -> None:
    def said() -> Any:
        answer = as_operator.get(path_of(copy))
        listed = as_operator.get("/api/assemblies?domain=user").json()["results"][0]
        assert listed["origin_changed"] == answer.json()["origin_changed"]
        return answer.json()["origin_changed"]

    etag = as_operator.get(path_of(copy))["ETag"]
    assert said() is False
    change(official, library, command)
    assert said() is True
    assert as_operator.get(path_of(copy), If_None_Match=etag).status_code == 200
    change(official, library, command, b"echo 1\n")
    assert said() is False
    delete(official, permit=may_delete(command))
    assert said() is None


def test_taking_the_original_is_one_call_and_keeps_the_name(
    as_operator: Api, official: str, copy: str, library: PayloadStore, command: Actor
) -> None:
    as_operator.patch(path_of(copy), {"display_name": "Mine", "payload": "echo mine\n"})
    change(official, library, command)
    answer = as_operator.post(path_of(copy, "/take-original"), {})
    item = answer.json()
    assert (answer.status_code, item["display_name"], item["origin_changed"]) == (200, "Mine", False)
    assert as_operator.get(path_of(copy)).json()["payload"] == "echo 2\n"
    assert Assembly.objects.get(guid=copy).search_text == "echo 2\n"
    assert [line["operation"] for line in as_operator.get(path_of(copy, "/revisions")).json()["results"]] == [
        "update", "update", "clone"
    ]  # fmt: skip
    again = as_operator.post(path_of(copy, "/take-original"), {}).json()
    assert again["revision"] == item["revision"]


def test_taking_the_original_holds_to_the_revision_that_was_seen(
    as_operator: Api, copy: str, official: str, library: PayloadStore, command: Actor
) -> None:
    seen = as_operator.get(path_of(copy))["ETag"]
    as_operator.patch(path_of(copy), {"summary": "Ours."})
    change(official, library, command)
    assert_refused(as_operator.post(path_of(copy, "/take-original"), {}, If_Match=seen), 412, "revision_conflict")
    assert as_operator.get(path_of(copy)).json()["summary"] == "Ours."


def test_there_may_be_no_original_to_take(
    as_operator: Api, copy: str, official: str, command: Actor, make_assembly: MakeAssembly
) -> None:
    delete(official, permit=may_delete(command))
    for guid_ in (copy, make_assembly("Own")):
        assert_refused(as_operator.post(path_of(guid_, "/take-original"), {}), 409, "no_original")
    assert_refused(as_operator.post(path_of("0" * 40, "/take-original"), {}), 404, "assembly_not_found")
    assert as_operator.post(path_of(copy, "/take-original"), {"force": True}).status_code == 400


def test_taking_the_original_is_for_those_who_may_write_the_copy(
    anonymous: Api, as_viewer: Api, as_operator: Api, as_administrator: Api, copy: str, official: str,
    make_assembly: MakeAssembly, command: Actor,
) -> None:  # fmt: skip
    assert_refused(anonymous.post(path_of(copy, "/take-original"), {}), 401, "not_authenticated")
    assert_refused(as_viewer.post(path_of(copy, "/take-original"), {}), 403, "forbidden")
    assert_refused(as_operator.post(path_of(official, "/take-original"), {}), 403, "forbidden")
    assert_refused(as_administrator.post(path_of(official, "/take-original"), {}), 403, "dev_mode_required")
    assert denials() == 3


def test_a_copy_is_compared_with_its_original_as_both_are_now(
    as_operator: Api, as_viewer: Api, official: str, copy: str, library: PayloadStore, command: Actor
) -> None:
    as_operator.patch(path_of(copy), {"payload": "echo mine\n"})
    change(official, library, command)
    answer = as_viewer.get(path_of(copy, "/diff?against=origin"))
    body = answer.json()
    assert answer.status_code == 200
    assert (body["from"], body["to"]) == (
        Assembly.objects.get(guid=official).sequence, Assembly.objects.get(guid=copy).sequence
    )  # fmt: skip
    assert "-echo 2\n+echo mine\n" in body["script"]
    assert [one["field"] for one in body["fields"]] == ["display_name"]
    delete(official, permit=may_delete(command))
    assert as_viewer.get(path_of(copy, "/diff?against=origin")).json()["script"] == body["script"]


def test_what_cannot_be_compared_is_refused(as_viewer: Api, copy: str, official: str) -> None:
    assert_refused(as_viewer.get(path_of(official, "/diff?against=origin")), 409, "no_original")
    for query, field in (("against=moon", "against"), ("against=origin&from=1", "from"), ("against=origin&to=1", "to")):
        detail = assert_refused(as_viewer.get(path_of(copy, f"/diff?{query}")), 400, "invalid_field")
        assert detail["field"] == field
