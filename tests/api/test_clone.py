"""POST /api/assemblies/<guid>/clone."""

from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, MakeAssembly, assert_refused, denials, path_of, traces

TO_USER = {"target_domain": "user"}


def test_an_anonymous_visitor_is_asked_to_sign_in(
    anonymous: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    guid = make_assembly()
    before = traces(library)
    assert_refused(anonymous.post(path_of(guid, "/clone"), TO_USER), 401, "not_authenticated")
    assert traces(library) == before


def test_a_viewer_may_not_clone(as_viewer: Api, make_assembly: MakeAssembly, library: PayloadStore) -> None:
    guid = make_assembly()
    before = traces(library)
    assert_refused(as_viewer.post(path_of(guid, "/clone"), TO_USER), 403, "forbidden")
    assert (traces(library), denials()) == (before, 1)


def test_an_operator_copies_an_official_item_with_its_lineage(as_operator: Api, make_assembly: MakeAssembly) -> None:
    origin = make_assembly("Original", Domain.OFFICIAL)
    answer = as_operator.post(path_of(origin, "/clone"), TO_USER)
    item = answer.json()
    assert (answer.status_code, item["source"], item["cloned_from"]) == (201, "user", origin)
    assert answer["Location"].endswith(path_of(item["assembly_guid"]))
    lineage = Assembly.objects.get(guid=item["assembly_guid"]).read_content().cloned_from
    assert lineage is not None
    assert (lineage.domain, lineage.revision) == ("official", Assembly.objects.get(guid=origin).sequence)


def test_h13_a_clone_has_a_name_of_its_own_and_no_source_path(as_operator: Api, make_assembly: MakeAssembly) -> None:
    origin = make_assembly("Original", Domain.OFFICIAL, source_path="scripts/original.json", metadata={"note": "kept"})
    assert "source_path" in Assembly.objects.get(guid=origin).read_content().metadata
    item = as_operator.post(path_of(origin, "/clone"), TO_USER).json()
    content = Assembly.objects.get(guid=item["assembly_guid"]).read_content()
    assert (content.display_name, content.metadata) == ("Original (copy)", {"note": "kept"})


@pytest.mark.parametrize("domain", ["official", "community"])
def test_protected_domains_need_dev_mode_or_more(
    as_operator: Api, as_administrator: Api, make_assembly: MakeAssembly, domain: str
) -> None:
    body, guid = {"target_domain": domain}, make_assembly()
    assert_refused(as_operator.post(path_of(guid, "/clone"), body), 403, "forbidden")
    assert_refused(as_administrator.post(path_of(guid, "/clone"), body), 403, "dev_mode_required")
    assert Assembly.objects.count() == 1


def test_the_copy_may_have_a_chosen_guid_and_name(as_operator: Api, make_assembly: MakeAssembly) -> None:
    body = {"target_domain": "user_created", "new_assembly_guid": "AB" * 16, "display_name": "Mine"}
    item = as_operator.post(path_of(make_assembly(), "/clone"), body).json()
    assert (item["assembly_guid"], item["display_name"]) == ("ab" * 16, "Mine")


def test_a_taken_guid_is_refused(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid, official = make_assembly(), make_assembly(domain=Domain.OFFICIAL)
    assert_refused(as_operator.post(path_of(guid, "/clone"), TO_USER | {"new_assembly_guid": guid}), 409, "guid_taken")
    other = TO_USER | {"new_assembly_guid": official}
    assert_refused(as_operator.post(path_of(guid, "/clone"), other), 409, "guid_in_other_domain")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "target_domain"),
        ({"target_domain": "moon"}, "target_domain"),
        (TO_USER | {"display_name": ""}, "display_name"),
        (TO_USER | {"new_assembly_guid": 7}, "assembly_guid"),
        (TO_USER | {"colour": 7}, "colour"),
    ],
)
def test_a_bad_field_is_named(as_operator: Api, make_assembly: MakeAssembly, body: dict[str, Any], field: str) -> None:
    answer = as_operator.post(path_of(make_assembly(), "/clone"), body)
    assert (answer.status_code, answer.json()["detail"]["field"]) == (400, field)


def test_the_same_key_clones_once(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    answers = [as_operator.post(path_of(guid, "/clone"), TO_USER, Idempotency_Key="k") for _ in range(2)]
    assert answers[0].json()["assembly_guid"] == answers[1].json()["assembly_guid"]
    assert JournalEntry.objects.count() == 2


def test_what_is_not_there_cannot_be_cloned(as_operator: Api) -> None:
    assert_refused(as_operator.post(path_of("0" * 32, "/clone"), TO_USER), 404, "assembly_not_found")
