"""GET /api/assemblies/<guid>."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, path_of

GRAPH = {"tab_name": "Flow", "nodes": [{"id": "n1", "data": {"label": "Start"}}], "edges": []}


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    assert_refused(anonymous.get(path_of(make_assembly())), 401, "not_authenticated")


def test_a_viewer_reads_the_whole_item(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    script = "\r\necho \N{SNOWMAN}\r"
    guid = make_assembly("Snow", Domain.OFFICIAL, script, variables=[{"name": "depth"}], timeout_seconds=5)
    answer = as_viewer.get(path_of(guid))
    item = answer.json()
    row = Assembly.objects.get(guid=guid)
    assert_private(answer)
    assert (item["assembly_guid"], item["assembly_id"], item["source"]) == (guid, guid, "official")
    assert (item["payload"], item["payload_is_binary"], item["checksum"]) == (script, False, row.payload_sha256)
    assert (item["variables"], item["timeout_seconds"]) == ([{"name": "depth"}], 5)
    assert (item["files"], item["sites"], item["flags"]) == ([], {"mode": "all", "values": []}, [])
    assert (item["revision"], item["is_dirty"]) == (row.sequence, True)
    assert "payload_guid" not in item


def test_an_administrator_sees_the_payload_guid(as_administrator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    assert as_administrator.get(path_of(guid)).json()["payload_guid"] == Assembly.objects.get(guid=guid).payload_guid


def test_a_binary_script_is_null_and_says_so(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    encoded = base64.b64encode(b"\xff\0\xfe").decode()
    guid = make_assembly(script=encoded, script_encoding="base64")
    item = as_viewer.get(path_of(guid)).json()
    assert (item["payload"], item["payload_is_binary"]) == (None, True)


def test_a_workflow_shows_its_graph_as_text(as_viewer: Api, as_operator: Api) -> None:
    body = {"display_name": "Flow", "assembly_type": "workflow", "payload": GRAPH}
    guid = as_operator.post("/api/assemblies", body).json()["assembly_guid"]
    item = as_viewer.get(path_of(guid)).json()
    assert (json.loads(item["payload"]), item["assembly_kind"]) == (GRAPH, "workflow")


def test_files_are_named_and_measured(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(files=[{"file_name": "a.txt", "mime_type": "text/plain", "data": "aGk="}])
    (file,) = as_viewer.get(path_of(guid)).json()["files"]
    assert (file["file_name"], file["mime_type"], file["size_bytes"], len(file["sha256"])) == (
        "a.txt",
        "text/plain",
        2,
        64,
    )


def test_hidden_characters_are_flagged(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(script="if ok\u202e\n")
    (flag,) = as_viewer.get(path_of(guid)).json()["flags"]
    assert (flag["field"], flag["line"], flag["character"]) == ("script", 1, "U+202E")


def test_an_unchanged_item_is_not_sent_again(
    as_viewer: Api, as_administrator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly()
    etag = as_viewer.get(path_of(guid))["ETag"]
    assert etag.startswith(f'"{Assembly.objects.get(guid=guid).sequence}-')
    assert as_viewer.get(path_of(guid), If_None_Match=etag).status_code == 304
    assert as_viewer.get(path_of(guid), If_None_Match=f"W/{etag}").status_code == 304
    assert as_viewer.get(path_of(guid), If_None_Match="*").status_code == 304
    assert as_administrator.get(path_of(guid), If_None_Match=etag).status_code == 200


def test_an_unknown_guid_is_not_found_even_with_a_known_etag(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    etag = as_viewer.get(path_of(make_assembly()))["ETag"]
    assert_refused(as_viewer.get(path_of("0" * 32), If_None_Match=etag), 404, "assembly_not_found")


def test_other_spellings_of_a_guid_are_accepted_and_other_words_are_not(
    as_viewer: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly(assembly_guid="AB" * 16)
    assert as_viewer.get(path_of(f"%20{guid.upper()}%20")).json()["assembly_guid"] == guid
    for word in ("nonsense", "0" * 31, "dev-modes", "%E2%84%AA" * 32, "..%5C.."):
        assert_refused(as_viewer.get(path_of(word)), 400, "invalid_guid")


def test_a_deleted_item_is_gone_but_says_how_to_get_it_back(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    etag = as_operator.get(path_of(guid))["ETag"]
    as_operator.delete(path_of(guid))
    answer = as_operator.get(path_of(guid), If_None_Match=etag)
    detail = assert_refused(answer, 404, "assembly_not_found")
    assert "reverted" in answer.json()["message"]
    assert detail["revision"] == Assembly.objects.get(guid=guid).sequence


def test_a_corrupt_payload_is_never_served(as_viewer: Api, make_assembly: MakeAssembly, library: PayloadStore) -> None:
    guid = make_assembly()
    spoil(library, guid)
    assert_refused(as_viewer.get(path_of(guid)), 503, "payload_corrupt")
    assert_refused(as_viewer.get(path_of(guid, "/payload")), 503, "payload_corrupt")
    assert_refused(as_viewer.get(path_of(guid, "/export")), 503, "payload_corrupt")
    assert_refused(as_viewer.get("/api/assemblies/export"), 503, "payload_corrupt")


def test_a_missing_payload_is_one_warning_with_its_guids(
    as_viewer: Api, make_assembly: MakeAssembly, library: PayloadStore, caplog: pytest.LogCaptureFixture
) -> None:
    guid = make_assembly(files=[{"name": "a.txt", "data": "YQ=="}])
    content = Assembly.objects.get(guid=guid).read_content()
    payloads = [reference.guid for reference in content.references]
    for payload in payloads:
        library.delete(payload)
    for path in ("", "/payload", "/files/a.txt"):
        assert_refused(as_viewer.get(path_of(guid, path)), 503, "payload_missing")
    warned = [line.getMessage() for line in caplog.records if line.name == "borealis.engine.assemblies.conf"]
    assert warned == [
        f"payload {payload} of assembly {guid} is missing" for payload in (payloads[0], payloads[0], payloads[1])
    ]


def test_a_missing_payload_is_named(as_viewer: Api, make_assembly: MakeAssembly, library: PayloadStore) -> None:
    guid = make_assembly()
    library.delete(Assembly.objects.get(guid=guid).payload_guid)
    assert_refused(as_viewer.get(path_of(guid)), 503, "payload_missing")


def test_an_item_costs_five_queries_at_most(
    as_viewer: Api, make_assembly: MakeAssembly, django_assert_max_num_queries: Any
) -> None:
    guid = make_assembly()
    as_viewer.get(path_of(guid))
    with django_assert_max_num_queries(5):
        as_viewer.get(path_of(guid))


def spoil(store: PayloadStore, guid: str) -> None:
    """Flip a byte of an assembly's payload."""
    path = Path(store.storage.path(f"{Assembly.objects.get(guid=guid).payload_guid}/payload"))
    with path.open("r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(bytes([first[0] ^ 1]))
