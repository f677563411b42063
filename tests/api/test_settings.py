"""GET /api/assemblies/<guid>/settings and PUT, DELETE …/settings/<category>/<key>."""

from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.models import AssemblySetting, AssemblySettingHistory
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, denials, path_of

APPROVED = "/settings/approved/production"


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    assert_refused(anonymous.get(path_of(guid, "/settings")), 401, "not_authenticated")
    assert_refused(anonymous.put(path_of(guid, APPROVED), {"value": True}), 401, "not_authenticated")
    assert_refused(anonymous.delete(path_of(guid, APPROVED)), 401, "not_authenticated")
    assert not AssemblySetting.objects.exists()


@pytest.mark.parametrize("domain", list(Domain))
def test_who_may_not_write_the_domain_sets_nothing(
    as_viewer: Api, as_operator: Api, as_administrator: Api, make_assembly: MakeAssembly, domain: Domain
) -> None:
    guid = make_assembly(domain=domain)
    refused = [(as_viewer, "forbidden")]
    if domain != Domain.USER:
        refused += [(as_operator, "forbidden"), (as_administrator, "dev_mode_required")]
    for api, code in refused:
        assert_refused(api.put(path_of(guid, APPROVED), {"value": True}), 403, code)
        assert_refused(api.delete(path_of(guid, APPROVED)), 403, code)
    assert (AssemblySetting.objects.count(), denials()) == (0, 2 * len(refused))


def test_an_operator_sets_changes_and_removes(as_operator: Api, as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    first = as_operator.put(path_of(guid, APPROVED), {"value": {"by": "board"}})
    body = first.json()
    assert (first.status_code, body["category"], body["key"]) == (200, "approved", "production")
    assert (body["value"], body["status"], body["updated_by"]) == ({"by": "board"}, "active", "olga")
    as_operator.put(path_of(guid, APPROVED), {"value": None, "status": "invalid"})
    seen = as_viewer.get(path_of(guid, "/settings/"))
    assert_private(seen)
    assert [(line["value"], line["status"]) for line in seen.json()["results"]] == [(None, "invalid")]
    assert as_operator.delete(path_of(guid, APPROVED)).status_code == 204
    assert as_viewer.get(path_of(guid, "/settings")).json()["count"] == 0
    kept = AssemblySettingHistory.objects.order_by("id").values_list("value", "status", "reason")
    assert list(kept) == [('{"by":"board"}', "active", "changed"), ("null", "invalid", "removed")]


def test_a_favourite_is_ones_own(as_viewer: Api, as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(domain=Domain.OFFICIAL)
    assert as_viewer.put(path_of(guid, "/settings/favourite/vera"), {"value": True}).status_code == 200
    assert_refused(as_viewer.put(path_of(guid, "/settings/favourite/olga"), {"value": True}), 403, "forbidden")
    assert_refused(as_operator.delete(path_of(guid, "/settings/favourite/vera")), 403, "forbidden")
    assert denials() == 2
    assert [line["key"] for line in as_viewer.get(path_of(guid, "/settings")).json()["results"]] == ["vera"]
    assert as_operator.get(path_of(guid, "/settings")).json()["count"] == 0
    assert as_viewer.delete(path_of(guid, "/settings/favourite/vera")).status_code == 204


def test_what_replaces_an_assembly_is_there(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid, other = make_assembly("Old"), make_assembly("New")
    path = path_of(guid, "/settings/replaced_by/all")
    assert as_operator.put(path, {"value": other}).json()["value"] == other
    assert assert_refused(as_operator.put(path, {"value": "0" * 32}), 400, "invalid_field") == {"field": "value"}


@pytest.mark.parametrize(
    ("rest", "body", "code", "field"),
    [
        ("/settings/colour/k", {"value": 1}, "invalid_field", "category"),
        (f"/settings/approved/{'k' * 256}", {"value": 1}, "invalid_field", "key"),
        ("/settings/variable_default/unheard", {"value": 1}, "invalid_field", "key"),
        (APPROVED, {}, "invalid_field", "value"),
        (APPROVED, {"value": 1, "status": "gone"}, "invalid_field", "status"),
        (APPROVED, {"value": 1, "status": ["active"]}, "invalid_field", "status"),
        (APPROVED, {"value": 1, "updated_by": "me"}, "unknown_field", "updated_by"),
        (APPROVED, [], "invalid_document", "document"),
    ],
)
def test_what_cannot_be_set_is_refused_by_name(
    as_operator: Api, make_assembly: MakeAssembly, rest: str, body: Any, code: str, field: str
) -> None:
    detail = assert_refused(as_operator.put(path_of(make_assembly(), rest), body), 400, code)
    assert detail["field"] == field
    assert not AssemblySetting.objects.exists()


def test_a_long_value_is_too_large(as_operator: Api, make_assembly: MakeAssembly) -> None:
    assert_refused(
        as_operator.put(path_of(make_assembly(), APPROVED), {"value": "v" * 20_000}), 413, "document_too_large"
    )


def test_what_is_not_there_is_not_found(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    assert_refused(as_operator.delete(path_of(guid, APPROVED)), 404, "setting_not_found")
    assert_refused(as_operator.delete(path_of(guid, "/settings/approved/a%00b")), 400, "invalid_field")
    assert_refused(as_operator.put(path_of("0" * 32, APPROVED), {"value": 1}), 404, "assembly_not_found")
    assert_refused(as_operator.get(path_of("0" * 32, "/settings")), 404, "assembly_not_found")
    assert_refused(as_operator.get(path_of("x", "/settings")), 400, "invalid_guid")


def test_settings_are_paged_and_cost_six_queries_at_most(
    as_operator: Api, as_viewer: Api, make_assembly: MakeAssembly, django_assert_max_num_queries: Any
) -> None:
    guid = make_assembly()
    for key in "abc":
        as_operator.put(path_of(guid, f"/settings/deprecated/{key}"), {"value": key})
    with django_assert_max_num_queries(6):
        body = as_viewer.get(path_of(guid, "/settings?limit=2")).json()
    assert (body["count"], [line["key"] for line in body["results"]]) == (3, ["a", "b"])
    assert [line["key"] for line in as_viewer.get(body["next"]).json()["results"]] == ["c"]
