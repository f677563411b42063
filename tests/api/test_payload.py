"""GET /api/assemblies/<guid>/payload."""

import hashlib

import pytest

from assemblies.domains import Domain
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, path_of


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    assert_refused(anonymous.get(path_of(make_assembly(), "/payload")), 401, "not_authenticated")


def test_a_viewer_gets_the_exact_bytes_as_an_attachment(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    script = "\ufeffecho\r\n\rno end"
    guid = make_assembly("Say", Domain.OFFICIAL, script)
    answer = as_viewer.get(path_of(guid, "/payload"))
    assert answer.getvalue() == script.encode()
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert answer["ETag"] == f'"{hashlib.sha256(script.encode()).hexdigest()}"'
    assert answer["Content-Length"] == str(len(script.encode()))
    assert answer["Content-Disposition"] == f'attachment; filename="say--{guid[:8]}.sh"'
    assert_private(answer)


def test_bytes_that_are_known_are_not_sent_again(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    etag = as_viewer.get(path_of(guid, "/payload"))["ETag"]
    again = as_viewer.get(path_of(guid, "/payload"), If_None_Match=f"W/{etag}")
    assert (again.status_code, again["ETag"]) == (304, etag)
    assert_private(again)


def test_a_workflow_is_a_json_file(as_operator: Api) -> None:
    body = {"display_name": "Flow", "assembly_type": "workflow", "payload": {"nodes": [], "edges": []}}
    guid = as_operator.post("/api/assemblies", body).json()["assembly_guid"]
    answer = as_operator.get(path_of(guid, "/payload"))
    assert answer.getvalue() == b'{"edges":[],"nodes":[]}'
    assert ".json" in answer["Content-Disposition"]


@pytest.mark.parametrize("name", ['";\\evil.sh', "x\u202e", "ünïcode", "../../etc"])
def test_no_name_can_break_out_of_the_header(as_operator: Api, name: str) -> None:
    body = {"display_name": name, "assembly_type": "bash", "payload": ""}
    guid = as_operator.post("/api/assemblies", body).json()["assembly_guid"]
    header = as_operator.get(path_of(guid, "/payload"))["Content-Disposition"]
    assert header.isascii()
    assert header.endswith(f'--{guid[:8]}.sh"')
    assert "/" not in header


def test_a_head_request_has_the_headers_alone(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    answer = as_viewer.client.head(path_of(make_assembly(script="true\n"), "/payload"))
    assert (answer.getvalue(), answer["Content-Length"]) == (b"", "5")


def test_what_is_not_there_has_no_payload(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    etag = as_operator.get(path_of(guid, "/payload"))["ETag"]
    as_operator.delete(path_of(guid))
    assert_refused(as_operator.get(path_of(guid, "/payload"), If_None_Match=etag), 404, "assembly_not_found")
