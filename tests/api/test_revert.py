"""POST /api/assemblies/<guid>/revert."""

from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, MakeAssembly, assert_refused, denials, path_of, traces

TO_FIRST = {"sequence": 1}


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    assert_refused(anonymous.post(path_of(make_assembly(), "/revert"), TO_FIRST), 401, "not_authenticated")


@pytest.mark.parametrize("domain", list(Domain))
def test_who_may_not_write_changes_nothing(
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
        assert_refused(api.post(path_of(guid, "/revert"), {}), 403, code)
    assert (traces(library), denials()) == (before, len(refused))


def test_an_earlier_revision_comes_back_as_a_new_one(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly("Old", script="old\n")
    as_operator.put(path_of(guid), {"display_name": "New", "assembly_type": "bash", "payload": "new\n"})
    answer = as_operator.post(path_of(guid, "/revert"), TO_FIRST)
    assert (answer.status_code, answer.json()["display_name"], answer.json()["revision"]) == (200, "Old", 3)
    assert Assembly.objects.get(guid=guid).display_name == "Old"
    assert as_operator.get(path_of(guid)).json()["payload"] == "old\n"


def test_a_deleted_assembly_comes_back(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly("Back")
    etag = as_operator.get(path_of(guid))["ETag"]
    as_operator.delete(path_of(guid))
    deleted = f'"{Assembly.objects.get(guid=guid).sequence}"'
    assert_refused(as_operator.post(path_of(guid, "/revert"), TO_FIRST, If_Match=etag), 412, "revision_conflict")
    answer = as_operator.post(path_of(guid, "/revert"), TO_FIRST, If_Match=deleted)
    assert (answer.status_code, answer.json()["deleted_at"]) == (200, None)
    assert Assembly.objects.get(guid=guid).deleted_at is None


def test_another_revision_is_a_conflict(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    answer = as_operator.post(path_of(guid, "/revert"), TO_FIRST, If_Match='"99"')
    assert assert_refused(answer, 412, "revision_conflict")["current"]["assembly_guid"] == guid


@pytest.mark.parametrize("body", [{}, {"sequence": "1"}, {"sequence": True}, {"sequence": 0}, {"sequence": 1 << 60}])
def test_the_sequence_is_a_number(as_operator: Api, make_assembly: MakeAssembly, body: dict[str, Any]) -> None:
    answer = as_operator.post(path_of(make_assembly(), "/revert"), body)
    assert assert_refused(answer, 400, "invalid_field")["field"] == "sequence"


def test_what_is_not_there_cannot_come_back(as_operator: Api, make_assembly: MakeAssembly) -> None:
    assert_refused(as_operator.post(path_of(make_assembly(), "/revert"), {"sequence": 99}), 404, "revision_not_found")
    assert_refused(as_operator.post(path_of("0" * 32, "/revert"), TO_FIRST), 404, "assembly_not_found")
    assert_refused(as_operator.post(path_of(make_assembly(), "/revert"), TO_FIRST | {"x": 1}), 400, "unknown_field")
