"""POST /api/assemblies."""

from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, MakeAssembly, assert_refused, denials, path_of, traces
from tests.patience import at_most

CREATE = "/api/assemblies"
SCRIPT = {"display_name": "Greet", "assembly_type": "bash", "payload": "echo hi\n"}
NAMED = {"assembly_guid": "a" * 32}


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, library: PayloadStore) -> None:
    assert_refused(anonymous.post(CREATE, SCRIPT), 401, "not_authenticated")
    assert traces(library) == (0, 0, 0)


@pytest.mark.parametrize("body", [SCRIPT, {}, SCRIPT | {"domain": "official"}])
def test_a_viewer_is_refused_once_and_audited(as_viewer: Api, library: PayloadStore, body: dict[str, Any]) -> None:
    assert_refused(as_viewer.post(CREATE, body), 403, "forbidden")
    assert (traces(library), denials()) == ((0, 0, 0), 1)


def test_an_operator_creates_in_the_user_domain(as_operator: Api) -> None:
    body = SCRIPT | {
        "summary": "Says hi",
        "category": "talk",
        "version": "1.2",
        "tags": ["demo"],
        "metadata": {"owner": "me"},
        "timeout_seconds": 60,
        "variables": [{"name": "who", "default": "1"}],
        "sites": {"mode": "specific", "values": ["here"]},
    }
    answer = as_operator.post(CREATE, body)
    item = answer.json()
    assert (answer.status_code, item["source"], item["updated_by"], item["flags"]) == (201, "user", "olga", [])
    assert answer["Location"] == f"http://testserver{path_of(item['assembly_guid'])}"
    assert answer["ETag"] == as_operator.get(path_of(item["assembly_guid"]))["ETag"]
    content = Assembly.objects.get(guid=item["assembly_guid"]).read_content()
    stored = {name: getattr(content, name) for name in body if name not in {"payload", "assembly_type"}}
    assert stored == {name: body[name] for name in stored}
    assert as_operator.get(path_of(item["assembly_guid"])).json()["payload"] == SCRIPT["payload"]


@pytest.mark.parametrize("domain", ["official", "community"])
def test_protected_domains_need_dev_mode_or_more(
    as_operator: Api, as_administrator: Api, library: PayloadStore, domain: str
) -> None:
    body = SCRIPT | {"domain": domain}
    assert_refused(as_operator.post(CREATE, body), 403, "forbidden")
    assert_refused(as_administrator.post(CREATE, body), 403, "dev_mode_required")
    assert (traces(library), denials()) == ((0, 0, 0), 2)


def test_a_guid_may_be_chosen_but_not_taken(as_operator: Api, make_assembly: MakeAssembly) -> None:
    chosen = SCRIPT | {"assembly_guid": " ABCDEF0123456789abcdef0123456789 "}
    assert as_operator.post(CREATE, chosen).json()["assembly_guid"] == "abcdef0123456789abcdef0123456789"
    assert_refused(as_operator.post(CREATE, chosen), 409, "guid_taken")
    official = make_assembly(domain=Domain.OFFICIAL)
    assert_refused(as_operator.post(CREATE, SCRIPT | {"assembly_guid": official}), 409, "guid_in_other_domain")


def test_an_item_that_was_read_is_posted_without_its_guid_as_a_copy(
    as_operator: Api, as_administrator: Api, make_assembly: MakeAssembly
) -> None:
    origin = make_assembly(
        "Seen", Domain.OFFICIAL, files=[{"name": "a.txt", "data": "YQ=="}], tags=["t"], timeout_seconds=9
    )
    for api in (as_operator, as_administrator):
        item = api.get(path_of(origin)).json()
        del item["assembly_guid"]
        answer = api.post(CREATE, item)
        copy = answer.json()
        assert (answer.status_code, copy["source"], copy["files_not_copied"]) == (201, "user", ["a.txt"])
        assert (copy["tags"], copy["checksum"], copy["cloned_from"]) == (["t"], item["checksum"], None)
        assert copy["assembly_guid"] not in {origin, item["assembly_id"][::-1]}
        assert copy["updated_by"] in {"olga", "ada"}
        seen = api.get(path_of(copy["assembly_guid"])).json()
        assert (seen["files"], seen["timeout_seconds"], seen["payload"]) == ([], 9, item["payload"])


def test_what_follows_from_the_guid_and_the_type_may_be_sent_with_a_chosen_guid(as_operator: Api) -> None:
    body = SCRIPT | NAMED | {"assembly_id": "A" * 32, "assembly_kind": "script", "source": "user"}
    assert as_operator.post(CREATE, body).status_code == 201
    written = as_operator.get(path_of("a" * 32)).json()
    assert written["assembly_id"] == "a" * 32
    assert "files_not_copied" not in as_operator.put(path_of("a" * 32), written | {"files_not_copied": []}).json()


def test_hidden_characters_are_flagged_and_kept(as_operator: Api) -> None:
    item = as_operator.post(CREATE, SCRIPT | {"payload": "a\u200bb"}).json()
    assert [flag["character"] for flag in item["flags"]] == ["U+200B"]
    assert as_operator.get(path_of(item["assembly_guid"])).json()["payload"] == "a\u200bb"


def test_a_workflow_may_be_an_object_or_its_text(as_operator: Api) -> None:
    graphs: list[Any] = [{"nodes": [], "edges": []}, '{"nodes":[],"edges":[]}']
    for graph in graphs:
        body = {"display_name": "Flow", "assembly_type": "workflow", "payload": graph}
        item = as_operator.post(CREATE, body).json()
        assert (item["assembly_kind"], item["category"]) == ("workflow", "workflow")


def test_the_same_idempotency_key_creates_once(as_operator: Api, as_administrator: Api) -> None:
    first = as_operator.post(CREATE, SCRIPT, Idempotency_Key="k1")
    again = as_operator.post(CREATE, SCRIPT, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["assembly_guid"] == again.json()["assembly_guid"]
    assert as_administrator.post(CREATE, SCRIPT, Idempotency_Key="k1").json() != first.json()
    assert JournalEntry.objects.count() == 2


def test_a_key_sent_again_answers_with_what_was_made_then(as_operator: Api) -> None:
    first = as_operator.post(CREATE, SCRIPT, Idempotency_Key="k1")
    as_operator.patch(path_of(first.json()["assembly_guid"]), {"display_name": "Later"})
    again = as_operator.post(CREATE, SCRIPT, Idempotency_Key="k1").json()
    assert (again["revision"], again["display_name"]) == (1, "Greet")


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_has_bounds(as_operator: Api, key: str) -> None:
    assert_refused(as_operator.post(CREATE, SCRIPT, Idempotency_Key=key), 400, "invalid_field")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"colour": "red"}, "unknown_field", "colour"),
        (NAMED | {"revision": 7}, "read_only_field", "revision"),
        (NAMED | {"source": "official"}, "read_only_field", "source"),
        (NAMED | {"checksum": "0" * 64}, "read_only_field", "checksum"),
        (NAMED | {"updated_at": "2020-01-01"}, "read_only_field", "updated_at"),
        (NAMED | {"payload_guid": "x"}, "read_only_field", "payload_guid"),
        (NAMED | {"files": []}, "read_only_field", "files"),
        (NAMED | {"assembly_kind": "workflow"}, "read_only_field", "assembly_kind"),
        (NAMED | {"assembly_id": "b" * 32}, "read_only_field", "assembly_id"),
        ({"payload": None, "payload_is_binary": True}, "invalid_field", "payload"),
        ({"domain": "nowhere"}, "invalid_field", "domain"),
        ({"domain": None}, "invalid_field", "domain"),
        ({"display_name": ""}, "invalid_field", "display_name"),
        ({"display_name": "a\nb"}, "invalid_field", "display_name"),
        ({"display_name": None}, "invalid_field", "display_name"),
        ({"assembly_type": "cobol"}, "invalid_field", "assembly_type"),
        ({"assembly_type": None}, "invalid_field", "assembly_type"),
        ({"payload": None}, "invalid_field", "payload"),
        ({"payload": 7}, "invalid_field", "payload"),
        ({"assembly_type": "workflow", "payload": "x"}, "invalid_document", "payload"),
        ({"timeout_seconds": "5"}, "invalid_field", "timeout_seconds"),
        ({"variables": [{"name": ""}]}, "invalid_field", "variables[0].name"),
        ({"tags": [1]}, "invalid_field", "tags[0]"),
        ({"version": True}, "invalid_field", "version"),
        ({"sites": {"mode": "some"}}, "invalid_field", "sites.mode"),
        ({"metadata": []}, "invalid_field", "metadata"),
        ({"assembly_guid": "x"}, "invalid_guid", "assembly_guid"),
    ],
)
def test_a_bad_field_is_named_and_leaves_nothing(
    as_operator: Api, library: PayloadStore, change: dict[str, Any], code: str, field: str
) -> None:
    assert assert_refused(as_operator.post(CREATE, SCRIPT | change), 400, code)["field"] == field
    assert traces(library) == (0, 0, 0)


@pytest.mark.parametrize("missing", ["display_name", "assembly_type", "payload"])
def test_a_missing_field_is_named(as_operator: Api, missing: str) -> None:
    body = {name: value for name, value in SCRIPT.items() if name != missing}
    assert assert_refused(as_operator.post(CREATE, body), 400, "invalid_field")["field"] == missing


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 403, "forbidden"),
        (b"[]", 400, "invalid_document"),
        (b"{", 400, "invalid_document"),
        (b'{"a":1,"a":2}', 400, "invalid_field"),
        (b'{"a":NaN}', 400, "invalid_field"),
        (b'{"a":1e400}', 400, "invalid_field"),
        (b'{"a":"\\ud800"}', 400, "invalid_field"),
        (b'{"a":"\\u0000"}', 400, "invalid_field"),
        (b"\xef\xbb\xbf{}", 400, "invalid_document"),
        (b"\xff", 400, "invalid_document"),
        (b"[" * 100_000, 400, "invalid_document"),
        (b'{"a":' + b"9" * 100_000 + b"}", 400, "invalid_field"),
        (b'{"a":"' + b"x" * (1 << 23) + b'"}', 413, "document_too_large"),
    ],
)
def test_a_bad_body_is_refused_at_once(
    as_operator: Api, as_viewer: Api, library: PayloadStore, raw: bytes, status: int, code: str
) -> None:
    with at_most(1):
        assert_refused((as_viewer if status == 403 else as_operator).post(CREATE, raw), status, code)
    assert traces(library) == (0, 0, 0)


def test_another_content_type_is_refused(as_operator: Api) -> None:
    answer = as_operator.client.post(CREATE, "display_name: x", content_type="application/yaml")
    assert_refused(answer, 415, "unsupported_media_type")


def test_a_method_that_is_not_known_is_refused(as_operator: Api) -> None:
    answer = as_operator.patch(CREATE, SCRIPT)
    assert_refused(answer, 405, "method_not_allowed")
    assert "POST" in answer["Allow"]


def test_the_answer_says_what_the_catalogue_would(as_operator: Api) -> None:
    new = as_operator.post(CREATE, SCRIPT)
    as_operator.delete(path_of(new.json()["assembly_guid"]))
    with_a_past = as_operator.post(CREATE, SCRIPT | {"assembly_guid": new.json()["assembly_guid"]})
    without_one = as_operator.post(CREATE, SCRIPT | NAMED)
    for answer in (with_a_past, without_one):
        read = as_operator.get(path_of(answer.json()["assembly_guid"]))
        assert (answer["ETag"], read.json()) == (read["ETag"], read.json() | answer.json())


def test_a_new_assembly_costs_seventeen_statements(as_operator: Api, django_assert_max_num_queries: Any) -> None:
    as_operator.post(CREATE, SCRIPT)
    # Savepoints, which stand for the transaction in tests, are among them.
    with django_assert_max_num_queries(17):
        assert as_operator.post(CREATE, SCRIPT).status_code == 201
