"""PUT, PATCH and DELETE /api/assemblies/<guid>."""

import base64
from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, MakeAssembly, assert_refused, denials, path_of, traces

BODY = {"display_name": "New", "assembly_type": "bash", "payload": "new\n"}


def row(guid: str) -> Assembly:
    return Assembly.objects.get(guid=guid)


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    for answer in (
        anonymous.put(path_of(guid), BODY),
        anonymous.patch(path_of(guid), {}),
        anonymous.delete(path_of(guid)),
    ):
        assert_refused(answer, 401, "not_authenticated")
    assert (row(guid).display_name, row(guid).deleted_at) == ("Uptime", None)


@pytest.mark.parametrize("domain", list(Domain))
def test_who_may_not_write_changes_nothing_and_is_audited(
    as_viewer: Api,
    as_operator: Api,
    as_administrator: Api,
    make_assembly: MakeAssembly,
    library: PayloadStore,
    domain: Domain,
) -> None:
    guid = make_assembly(domain=domain)
    before = traces(library)
    refused = [(as_viewer, "forbidden")]
    if domain != Domain.USER:
        refused += [(as_operator, "forbidden"), (as_administrator, "dev_mode_required")]
    for api, code in refused:
        for answer in (
            api.put(path_of(guid), BODY),
            api.patch(path_of(guid), {"colour": 1}),
            api.delete(path_of(guid), If_Match='"999"'),
        ):
            assert_refused(answer, 403, code)
    assert (traces(library), row(guid).display_name, denials()) == (before, "Uptime", 3 * len(refused))


def test_a_patch_changes_only_what_it_names(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(script="old\n", timeout_seconds=9, tags=["kept"])
    answer = as_operator.patch(path_of(guid), {"display_name": "Renamed", "timeout_seconds": None})
    content = row(guid).read_content()
    assert answer.status_code == 200
    assert (content.display_name, content.timeout_seconds, content.tags) == ("Renamed", 3600, ["kept"])
    assert as_operator.get(path_of(guid)).json()["payload"] == "old\n"
    assert answer.json()["revision"] == row(guid).sequence


def test_a_patch_of_the_script_replaces_its_bytes(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(script="old\n")
    answer = as_operator.patch(path_of(guid), {"payload": "\ufeffnew\u202e"})
    assert [flag["character"] for flag in answer.json()["flags"]] == ["U+202E"]
    assert as_operator.get(path_of(guid)).json()["payload"] == "\ufeffnew\u202e"


def test_a_put_gives_defaults_to_what_it_leaves_out(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(
        timeout_seconds=9, tags=["gone"], description="gone", files=[{"name": "kept", "data": ""}], odd=1
    )
    assert as_operator.put(path_of(guid), BODY).status_code == 200
    content = row(guid).read_content()
    assert (content.display_name, content.summary, content.timeout_seconds) == ("New", "", 3600)
    assert (content.tags, content.category, content.version) == ([], "script", 1)
    assert ([facts.file_name for facts in content.files], content.extra) == (["kept"], {"odd": 1})


def test_an_item_can_be_read_edited_and_put_back(
    as_operator: Api, as_administrator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly(type="shell", files=[{"name": "a", "data": ""}])
    for api in (as_operator, as_administrator):
        item = api.get(path_of(guid)).json()
        flush()
        answer = api.put(path_of(guid), item | {"summary": f"by {item['revision']}"})
        assert answer.status_code == 200, answer.content
    content = row(guid).read_content()
    assert (content.type_name, content.assembly_type) == ("shell", "bash")


def test_putting_back_what_was_read_makes_no_revision(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    before = JournalEntry.objects.count()
    item = as_operator.get(path_of(guid)).json()
    assert as_operator.put(path_of(guid), item).json()["revision"] == item["revision"]
    assert JournalEntry.objects.count() == before


def test_a_binary_script_stays_when_null_is_put_back(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(script=base64.b64encode(b"\xff\0").decode(), script_encoding="base64")
    checksum = row(guid).payload_sha256
    item = as_operator.get(path_of(guid)).json()
    assert as_operator.put(path_of(guid), item | {"display_name": "Renamed"}).status_code == 200
    assert (row(guid).payload_sha256, row(guid).display_name) == (checksum, "Renamed")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"checksum": "0" * 64}, "checksum"),
        ({"updated_by": "somebody"}, "updated_by"),
        ({"created_at": "2020-01-01T00:00:00+00:00"}, "created_at"),
        ({"is_dirty": False}, "is_dirty"),
        ({"last_persisted": "2020-01-01T00:00:00Z"}, "last_persisted"),
        ({"payload_guid": "0" * 32}, "payload_guid"),
        ({"files": [{"file_name": "x"}]}, "files"),
        ({"matches": []}, "matches"),
        ({"assembly_kind": "workflow"}, "assembly_kind"),
    ],
)
def test_what_the_library_sets_cannot_be_set(
    as_operator: Api, make_assembly: MakeAssembly, change: dict[str, Any], field: str
) -> None:
    guid = make_assembly()
    assert assert_refused(as_operator.patch(path_of(guid), change), 400, "read_only_field")["field"] == field
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_whole_item_that_was_read_before_another_change_is_stale(
    as_operator: Api, make_assembly: MakeAssembly, method: str
) -> None:
    guid = make_assembly()
    item = as_operator.get(path_of(guid)).json()
    as_operator.patch(path_of(guid), {"summary": "by somebody else", "payload": "else\n"})
    answer = getattr(as_operator, method)(path_of(guid), item | {"summary": "mine"})
    detail = assert_refused(answer, 412, "revision_conflict")
    assert (detail["expected"], detail["revision"]) == (item["revision"], item["revision"] + 1)
    assert (detail["current"]["summary"], detail["current"]["revision"]) == ("by somebody else", item["revision"] + 1)
    assert row(guid).summary == "by somebody else"
    assert as_operator.put(path_of(guid), item | detail["current"] | {"summary": "mine"}).status_code == 200


@pytest.mark.parametrize("revision", [0, 2, 2**60])
def test_the_revision_alone_is_a_condition(as_operator: Api, make_assembly: MakeAssembly, revision: int) -> None:
    guid = make_assembly()
    assert_refused(as_operator.patch(path_of(guid), {"revision": revision}), 412, "revision_conflict")
    assert as_operator.patch(path_of(guid), {"revision": 1, "summary": "mine"}).status_code == 200


@pytest.mark.parametrize("revision", ["1", None, True, 1.0, [1]])
def test_a_revision_is_a_number(as_operator: Api, make_assembly: MakeAssembly, revision: Any) -> None:
    answer = as_operator.patch(path_of(make_assembly()), {"revision": revision})
    assert assert_refused(answer, 400, "invalid_field")["field"] == "revision"


def test_an_unknown_field_is_named(as_operator: Api, make_assembly: MakeAssembly) -> None:
    answer = as_operator.patch(path_of(make_assembly()), {"owner": "me"})
    assert assert_refused(answer, 400, "unknown_field")["field"] == "owner"


@pytest.mark.parametrize("missing", ["display_name", "assembly_type", "payload"])
def test_a_put_needs_name_type_and_payload(as_operator: Api, make_assembly: MakeAssembly, missing: str) -> None:
    body = {name: value for name, value in BODY.items() if name != missing}
    assert assert_refused(as_operator.put(path_of(make_assembly()), body), 400, "invalid_field")["field"] == missing


def test_h2_a_put_never_touches_another_assembly_than_its_address(
    as_operator: Api, make_assembly: MakeAssembly
) -> None:
    guid, other = make_assembly("Mine"), make_assembly("Other")
    answer = as_operator.put(path_of(guid), BODY | {"assembly_guid": other})
    assert assert_refused(answer, 400, "read_only_field")["field"] == "assembly_guid"
    assert (row(guid).display_name, row(other).display_name) == ("Mine", "Other")
    assert_refused(as_operator.put(path_of(guid), BODY | {"assembly_guid": "x"}), 400, "invalid_guid")
    assert as_operator.put(path_of(guid), BODY | {"assembly_guid": guid.upper()}).status_code == 200


@pytest.mark.parametrize("name", ["domain", "source"])
def test_h9_a_change_of_domain_is_refused_and_leaves_one_row(
    as_operator: Api, make_assembly: MakeAssembly, name: str
) -> None:
    guid = make_assembly()
    answer = as_operator.put(path_of(guid), BODY | {name: "community"})
    assert assert_refused(answer, 400, "read_only_field")["field"] == name
    assert "clone" in answer.json()["message"]
    assert as_operator.put(path_of(guid), BODY | {name: "user_created"}).status_code == 200
    assert list(Assembly.objects.values_list("guid", "domain")) == [(guid, "user")]


def test_a_script_becomes_a_workflow_only_with_a_graph(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    answer = as_operator.patch(path_of(guid), {"assembly_type": "workflow"})
    assert assert_refused(answer, 400, "invalid_field")["field"] == "payload"
    graph = {"assembly_type": "workflow", "payload": {"nodes": [], "edges": []}}
    assert as_operator.patch(path_of(guid), graph).json()["assembly_kind"] == "workflow"
    assert as_operator.patch(path_of(guid), {"summary": "kept", "category": None}).json()["category"] == "workflow"


@pytest.mark.parametrize("spelling", [
    "{etag}", "W/{etag}", "w/{etag}", '"{revision}"', "{revision}", '"1-x", "{revision}"', '"1-x",{etag} , "7"',
    "99-x, {revision}-y", "{gzip}", "W/{gzip}", "*", '"9", *',
])  # fmt: skip
def test_a_matching_condition_lets_the_change_through(
    as_operator: Api, make_assembly: MakeAssembly, spelling: str
) -> None:
    guid = make_assembly()
    etag = as_operator.get(path_of(guid))["ETag"]
    condition = spelling.format(etag=etag, gzip=f'{etag[:-1]}-gzip"', revision=row(guid).sequence)
    assert as_operator.patch(path_of(guid), {"summary": "new"}, If_Match=condition).status_code == 200
    assert row(guid).summary == "new"


@pytest.mark.parametrize(
    "condition", ['"1"', "1, 99-d-v", "", '"*"', '"99-d-v"', '"nonsense"', "nonsense", '"' + "9" * 400 + '"']
)
@pytest.mark.parametrize("method", ["patch", "put", "delete"])
def test_another_revision_is_a_conflict_that_shows_the_current_state(
    as_operator: Api, make_assembly: MakeAssembly, condition: str, method: str
) -> None:
    make_assembly("First")
    guid = make_assembly("Second")
    send = getattr(as_operator, method)
    body = [] if method == "delete" else [BODY]
    detail = assert_refused(send(path_of(guid), *body, If_Match=condition), 412, "revision_conflict")
    assert (detail["current"]["display_name"], detail["current"]["revision"]) == ("Second", row(guid).sequence)
    assert (row(guid).display_name, row(guid).deleted_at) == ("Second", None)


def test_a_flush_does_not_break_a_condition(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    etag = as_operator.get(path_of(guid))["ETag"]
    flush()
    assert as_operator.patch(path_of(guid), {"summary": "new"}, If_Match=etag).status_code == 200


def test_a_deletion_is_queued(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    answer = as_operator.delete(path_of(guid))
    assert (answer.status_code, answer.json()) == (202, {"status": "queued"})
    assert row(guid).deleted_at is not None
    assert_refused(as_operator.delete(path_of(guid)), 404, "assembly_not_found")
    assert_refused(as_operator.patch(path_of(guid), {}), 404, "assembly_not_found")


def test_the_answer_to_a_change_does_not_need_the_payload(
    as_operator: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    guid = make_assembly()
    library.delete(row(guid).payload_guid)
    assert as_operator.patch(path_of(guid), {"summary": "new"}).status_code == 200
    assert row(guid).summary == "new"


def test_what_a_script_needs_where_it_runs_is_written_like_other_fields_and_filtered_by(
    as_operator: Api, make_assembly: MakeAssembly
) -> None:
    guid, other = make_assembly(odd=1), make_assembly(name="Other")
    before = row(guid).content_hash
    said = {
        "operating_systems": ["linux", "windows"],
        "run_as": "system",
        "interpreter_arguments": ["-e"],
        "exit_codes": {"3": "warning"},
        "minimum_version": "5.1",
    }
    assert as_operator.patch(path_of(guid), said).status_code == 200
    read = as_operator.get(path_of(guid)).json()
    assert {name: read[name] for name in said} == said | {"operating_systems": ["windows", "linux"]}
    assert row(guid).read_content().extra["odd"] == 1
    listed = as_operator.get("/api/assemblies?operating_system=linux").json()["results"]
    assert [line["assembly_guid"] for line in listed] == [guid]
    # Read and put back, an item is what it was; emptied, it hashes as if nothing had ever been said.
    assert as_operator.put(path_of(guid), read).status_code == 200
    assert row(guid).sequence == read["revision"]
    assert as_operator.patch(path_of(guid), dict.fromkeys(said)).status_code == 200
    assert (row(guid).content_hash, row(guid).read_content().extra) == (before, {"odd": 1})
    assert_refused(as_operator.patch(path_of(other), {"exit_codes": {"0": "ok"}}), 400, "invalid_field")
