"""GET /api/assemblies/queue and DELETE /api/assemblies/queue/<guid>."""

from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly, DomainState
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, MakeAssembly, assert_refused, denials, path_of, traces

QUEUE = "/api/assemblies/queue"


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    assert_refused(anonymous.get(QUEUE), 401, "not_authenticated")
    assert_refused(anonymous.delete(f"{QUEUE}/{guid}"), 401, "not_authenticated")
    assert Assembly.objects.get(guid=guid).deleted_at is None


def test_a_viewer_sees_what_is_waiting_and_why(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(domain=Domain.COMMUNITY)
    DomainState.objects.create(domain="community", attempts=2, last_error="locked", version=1)
    body = as_viewer.get(QUEUE).json()
    (write,) = body["results"]
    assert body["count"] == 1
    assert (write["guid"], write["domain"], write["operation"], write["actor"]) == (
        guid,
        "community",
        "import",
        "command:test",
    )
    assert (write["attempts"], write["last_error"], write["revision"]) == (2, "locked", 1)
    assert write["staged_at"]


def test_a_flushed_queue_is_empty(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    make_assembly()
    flush()
    assert as_viewer.get(QUEUE).json()["results"] == []


def test_h15_the_queue_is_paged(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    for name in "ABC":
        make_assembly(name)
    body = as_viewer.get(f"{QUEUE}?limit=2").json()
    assert (body["count"], len(body["results"])) == (3, 2)
    assert len(as_viewer.get(body["next"]).json()["results"]) == 1


@pytest.mark.parametrize("domain", list(Domain))
def test_who_may_not_write_discards_nothing(
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
        assert_refused(api.delete(f"{QUEUE}/{guid}"), 403, code)
    assert (traces(library), denials()) == (before, len(refused))


def test_discarding_goes_back_to_the_persisted_state(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly("Persisted")
    flush()
    as_operator.patch(path_of(guid), {"display_name": "Pending"})
    answer = as_operator.delete(f"{QUEUE}/{guid}")
    assert (answer.status_code, answer.json()["display_name"]) == (200, "Persisted")
    assert Assembly.objects.get(guid=guid).display_name == "Persisted"


def test_discarding_a_deletion_brings_the_item_back(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly("Persisted")
    flush()
    as_operator.delete(path_of(guid))
    assert as_operator.delete(f"{QUEUE}/{guid}").json()["deleted_at"] is None


def test_discarding_what_was_never_persisted_removes_it(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    answer = as_operator.delete(f"{QUEUE}/{guid}")
    assert (answer.status_code, answer.json()) == (202, {"status": "discarded"})
    assert Assembly.objects.get(guid=guid).deleted_at is not None


def test_without_a_pending_write_there_is_nothing_to_discard(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    flush()
    assert_refused(as_operator.delete(f"{QUEUE}/{guid}"), 404, "nothing_pending")
    assert_refused(as_operator.delete(f"{QUEUE}/{'0' * 32}"), 404, "assembly_not_found")
    assert_refused(as_operator.delete(f"{QUEUE}/x"), 400, "invalid_guid")


def test_the_queue_costs_six_queries_at_most_once_the_library_is_read(
    as_viewer: Api, make_assembly: MakeAssembly, django_assert_max_num_queries: Any
) -> None:
    make_assembly()
    as_viewer.get(QUEUE)
    with django_assert_max_num_queries(6):
        as_viewer.get(QUEUE)
