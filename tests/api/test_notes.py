"""GET and POST /api/assemblies/<guid>/notes."""

from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.models import AssemblyNote
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, denials, path_of


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    path = path_of(make_assembly(), "/notes")
    assert_refused(anonymous.get(path), 401, "not_authenticated")
    assert_refused(anonymous.post(path, {"content": "Hello"}), 401, "not_authenticated")
    assert not AssemblyNote.objects.exists()


@pytest.mark.parametrize("domain", list(Domain))
def test_who_may_not_write_the_domain_notes_nothing(
    as_viewer: Api, as_operator: Api, as_administrator: Api, make_assembly: MakeAssembly, domain: Domain
) -> None:
    path = path_of(make_assembly(domain=domain), "/notes")
    refused = [(as_viewer, "forbidden")]
    if domain != Domain.USER:
        refused += [(as_operator, "forbidden"), (as_administrator, "dev_mode_required")]
    for api, code in refused:
        assert_refused(api.post(path, {"content": "Hello"}), 403, code)
    assert (AssemblyNote.objects.count(), denials()) == (0, len(refused))


def test_notes_are_read_newest_first(as_operator: Api, as_viewer: Api, make_assembly: MakeAssembly) -> None:
    path = path_of(make_assembly(), "/notes")
    made = as_operator.post(path, {"content": "First\nand foremost"})
    assert (made.status_code, made.json()["note_type"], made.json()["created_by"]) == (201, "note", "olga")
    as_operator.post(f"{path}/", {"content": "Second", "note_type": "incident"})
    answer = as_viewer.get(path)
    assert_private(answer)
    lines = [(line["content"], line["note_type"], line["status"]) for line in answer.json()["results"]]
    assert lines == [("Second", "incident", "active"), ("First\nand foremost", "note", "active")]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "invalid_field", "content"),
        ({"content": " "}, "invalid_field", "content"),
        ({"content": "n" * 10_001}, "invalid_field", "content"),
        ({"content": "n", "note_type": "t" * 33}, "invalid_field", "note_type"),
        ({"content": "n", "created_by": "me"}, "unknown_field", "created_by"),
    ],
)
def test_what_is_no_note_is_refused_by_name(
    as_operator: Api, make_assembly: MakeAssembly, body: Any, code: str, field: str
) -> None:
    assert assert_refused(as_operator.post(path_of(make_assembly(), "/notes"), body), 400, code)["field"] == field
    assert not AssemblyNote.objects.exists()


def test_notes_of_nothing_are_not_found(as_operator: Api) -> None:
    assert_refused(as_operator.get(path_of("0" * 32, "/notes")), 404, "assembly_not_found")
    assert_refused(as_operator.post(path_of("0" * 32, "/notes"), {"content": "n"}), 404, "assembly_not_found")


def test_notes_are_paged_and_cost_six_queries_at_most(
    as_operator: Api, make_assembly: MakeAssembly, django_assert_max_num_queries: Any
) -> None:
    path = path_of(make_assembly(), "/notes")
    for number in range(3):
        as_operator.post(path, {"content": f"{number}"})
    with django_assert_max_num_queries(6):
        body = as_operator.get(f"{path}?limit=2").json()
    assert (body["count"], [line["content"] for line in body["results"]]) == (3, ["2", "1"])
