"""GET /api/assemblies/<guid>/revisions and …/revisions/<sequence>."""

from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, path_of


@pytest.fixture
def guid(as_operator: Api, make_assembly: MakeAssembly) -> str:
    """An assembly with three revisions, the first one persisted."""
    guid = make_assembly("First", script="one\n")
    flush()
    as_operator.patch(path_of(guid), {"display_name": "Second"})
    as_operator.patch(path_of(guid), {"payload": "three\n"})
    return guid


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, guid: str) -> None:
    assert_refused(anonymous.get(path_of(guid, "/revisions")), 401, "not_authenticated")
    assert_refused(anonymous.get(path_of(guid, "/revisions/1")), 401, "not_authenticated")


def test_a_viewer_reads_the_history_newest_first(as_viewer: Api, guid: str) -> None:
    answer = as_viewer.get(path_of(guid, "/revisions"))
    body = answer.json()
    assert (body["count"], body["next"], body["previous"]) == (3, None, None)
    lines = [
        (line["sequence"], line["display_name"], line["is_current"], line["is_persisted"]) for line in body["results"]
    ]
    assert lines == [(3, "Second", True, False), (2, "Second", False, False), (1, "First", False, True)]
    assert [line["operation"] for line in body["results"]] == ["update", "update", "import"]
    assert [line["actor"] for line in body["results"]] == ["olga", "olga", "command:test"]
    assert body["results"][0]["checksum"] == Assembly.objects.get(guid=guid).payload_sha256
    assert_private(answer)


def test_the_history_is_paged(as_viewer: Api, guid: str) -> None:
    body = as_viewer.get(path_of(guid, "/revisions?limit=2")).json()
    assert [line["sequence"] for line in body["results"]] == [3, 2]
    assert [line["sequence"] for line in as_viewer.get(body["next"]).json()["results"]] == [1]
    assert_refused(as_viewer.get(path_of(guid, "/revisions?limit=0")), 400, "invalid_field")
    assert_refused(as_viewer.get(path_of(guid, "/revisions?page=1")), 400, "unknown_field")


def test_a_revision_shows_everything_it_held(as_viewer: Api, as_administrator: Api, guid: str) -> None:
    first = as_viewer.get(path_of(guid, "/revisions/1")).json()
    assert (first["display_name"], first["payload"], first["is_persisted"]) == ("First", "one\n", True)
    assert {"variables", "files", "sites", "timeout_seconds", "tags", "metadata", "summary"} <= first.keys()
    assert "payload_guid" not in first
    assert "payload_guid" in as_administrator.get(path_of(guid, "/revisions/1")).json()


def test_a_deleted_assembly_keeps_a_readable_history(as_operator: Api, guid: str) -> None:
    as_operator.delete(path_of(guid))
    line = as_operator.get(path_of(guid, "/revisions")).json()["results"][0]
    assert (line["operation"], line["display_name"], line["checksum"]) == ("delete", None, None)
    assert as_operator.get(path_of(guid, "/revisions/3")).json()["payload"] == "three\n"
    assert_refused(as_operator.get(path_of(guid, "/revisions/4")), 404, "revision_not_found")


@pytest.mark.parametrize("sequence", ["99", "0", "9" * 30])
def test_an_unknown_revision_is_not_found(as_viewer: Api, guid: str, sequence: str) -> None:
    assert_refused(as_viewer.get(path_of(guid, f"/revisions/{sequence}")), 404, "revision_not_found")


def test_a_revision_of_another_assembly_is_not_found(as_viewer: Api, guid: str, make_assembly: MakeAssembly) -> None:
    other = make_assembly(domain=Domain.OFFICIAL)
    assert_refused(as_viewer.get(path_of(other, "/revisions/1")), 404, "revision_not_found")


@pytest.mark.parametrize("rest", ["/revisions", "/revisions/1", "/diff"])
def test_an_unknown_assembly_has_no_history(as_viewer: Api, rest: str) -> None:
    assert_refused(as_viewer.get(path_of("0" * 32, rest)), 404, "assembly_not_found")
    assert_refused(as_viewer.get(path_of("nonsense", rest)), 400, "invalid_guid")


def test_a_history_costs_six_queries_at_most(as_viewer: Api, guid: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(6):
        as_viewer.get(path_of(guid, "/revisions"))
