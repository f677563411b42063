"""GET /api/assemblies/<guid>/settings/history."""

from typing import Any

from django.utils import timezone

from assemblies.models import AssemblyAlias, AssemblySettingHistory
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, path_of

APPROVED = "/settings/approved/production"
HISTORY = "/settings/history"


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    assert_refused(anonymous.get(path_of(make_assembly(), HISTORY)), 401, "not_authenticated")


def test_what_was_said_before_is_read_newest_first(
    as_operator: Api, as_administrator: Api, as_viewer: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly()
    as_operator.put(path_of(guid, APPROVED), {"value": {"by": "board"}})
    assert as_viewer.get(path_of(guid, HISTORY)).json()["results"] == []
    as_administrator.put(path_of(guid, APPROVED), {"value": None, "status": "invalid"})
    as_operator.delete(path_of(guid, APPROVED))
    answer = as_viewer.get(path_of(guid, f"{HISTORY}/"))
    assert_private(answer)
    removed, changed = answer.json()["results"]
    assert (changed["value"], changed["status"], changed["reason"]) == ({"by": "board"}, "active", "changed")
    assert (changed["updated_by"], changed["archived_by"]) == ("olga", "ada")
    assert (removed["value"], removed["status"], removed["reason"]) == (None, "invalid", "removed")
    assert (removed["updated_by"], removed["archived_by"]) == ("ada", "olga")
    assert changed["updated_at"] < changed["archived_at"] == removed["updated_at"] < removed["archived_at"]
    assert {one["assembly_guid"] for one in (removed, changed)} == {guid}


def test_a_category_or_key_called_history_does_not_get_in_its_way(
    as_operator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly()
    setting = path_of(guid, "/settings/approved/history")
    assert as_operator.put(setting, {"value": 1}).status_code == 200
    assert as_operator.delete(setting).status_code == 204
    assert as_operator.get(path_of(guid, HISTORY)).json()["count"] == 1
    assert_refused(as_operator.put(path_of(guid, HISTORY), {"value": 1}), 405, "method_not_allowed")
    assert_refused(as_operator.put(path_of(guid, f"{HISTORY}/k"), {"value": 1}), 400, "invalid_field")


def test_of_favourites_everybody_sees_their_own_alone(
    as_viewer: Api, as_operator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly()
    as_viewer.put(path_of(guid, "/settings/favourite/vera"), {"value": True})
    as_viewer.delete(path_of(guid, "/settings/favourite/vera"))
    assert [line["key"] for line in as_viewer.get(path_of(guid, HISTORY)).json()["results"]] == ["vera"]
    assert as_operator.get(path_of(guid, HISTORY)).json() == {
        "count": 0, "next": None, "previous": None, "results": []
    }  # fmt: skip


def test_what_was_archived_under_an_earlier_name_is_part_of_it(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid, now = make_assembly(), timezone.now()
    AssemblyAlias.objects.create(alias="a" * 40, canonical_guid=guid, registered_at=now)
    for name in ("A" * 40, "b" * 40):
        AssemblySettingHistory.objects.create(
            assembly_guid=name, category="approved", key="k", value="1", status="superseded", updated_at=now,
            updated_by="olga", reason="dropped", archived_at=now, archived_by="command:migrate_legacy_aliases",
        )  # fmt: skip
    for name in (guid, "a" * 40):
        [dropped] = as_viewer.get(path_of(name, HISTORY)).json()["results"]
        assert (dropped["assembly_guid"], dropped["reason"]) == ("A" * 40, "dropped")


def test_a_deleted_assemblys_stays_readable_and_nobodys_is_not_found(
    as_operator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly()
    as_operator.put(path_of(guid, APPROVED), {"value": 1})
    as_operator.put(path_of(guid, APPROVED), {"value": 2})
    assert as_operator.delete(path_of(guid)).status_code == 202
    assert [line["value"] for line in as_operator.get(path_of(guid, HISTORY)).json()["results"]] == [1]
    assert_refused(as_operator.get(path_of("0" * 32, HISTORY)), 404, "assembly_not_found")
    assert_refused(as_operator.get(path_of("x", HISTORY)), 400, "invalid_guid")
    assert_refused(as_operator.get(path_of(guid, f"{HISTORY}?limit=0")), 400, "invalid_field")


def test_it_is_paged_and_costs_six_queries_at_most(
    as_operator: Api, as_viewer: Api, make_assembly: MakeAssembly, django_assert_max_num_queries: Any
) -> None:
    guid = make_assembly()
    for value in range(4):
        as_operator.put(path_of(guid, APPROVED), {"value": value})
    with django_assert_max_num_queries(6):
        body = as_viewer.get(path_of(guid, f"{HISTORY}?limit=2")).json()
    assert (body["count"], [line["value"] for line in body["results"]]) == (3, [2, 1])
    assert [line["value"] for line in as_viewer.get(body["next"]).json()["results"]] == [0]
