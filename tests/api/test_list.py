"""GET /api/assemblies."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly, JournalEntry
from devmode.models import AuditEntry
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused

LIST = "/api/assemblies"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["display_name"] for item in answer.json()["results"]]


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api) -> None:
    answer = anonymous.get(LIST)
    assert_refused(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Token"
    assert_private(answer)


def test_a_viewer_sees_every_domain(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    for domain in Domain:
        make_assembly(f"In {domain}", domain)
    answer = as_viewer.get(LIST)
    assert names(answer) == ["In community", "In official", "In user"]
    body = answer.json()
    assert (body["count"], body["next"], body["previous"]) == (3, None, None)
    assert body["queue"]["pending"] == 3
    assert_private(answer)


def test_an_empty_library_is_an_empty_list(as_viewer: Api) -> None:
    body = as_viewer.get(LIST).json()
    assert (body["count"], body["results"], body["queue"]["pending"]) == (0, [], 0)


def test_the_path_works_with_its_final_slash(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    make_assembly("One")
    assert names(as_viewer.get(f"{LIST}/")) == ["One"]


def test_only_administrators_see_payload_guids(
    as_viewer: Api, as_administrator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly()
    assert "payload_guid" not in as_viewer.get(LIST).json()["results"][0]
    shown = as_administrator.get(LIST).json()["results"][0]["payload_guid"]
    assert shown == Assembly.objects.get(guid=guid).payload_guid


def test_filters_narrow_the_list(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    make_assembly("Alpha", Domain.OFFICIAL, tags=["disk"], category="health")
    flush()
    make_assembly("Beta", Domain.USER, type="python")
    cases = {
        "domain=official": ["Alpha"],
        "domain=user_created": ["Beta"],
        "domain=user": ["Beta"],
        "kind=script": ["Alpha", "Beta"],
        "kind=workflow": [],
        "type=python": ["Beta"],
        "category=health": ["Alpha"],
        "tag=disk": ["Alpha"],
        "dirty=true": ["Beta"],
        "dirty=True": ["Beta"],
        "dirty=on": ["Beta"],
        "dirty=0": ["Alpha"],
        "dirty=False": ["Alpha"],
        "q=alp": ["Alpha"],
        "ordering=-display_name": ["Beta", "Alpha"],
        "limit=1": ["Alpha"],
        "limit=1&offset=1": ["Beta"],
        "domain=&q=": ["Alpha", "Beta"],
    }
    assert {query: names(as_viewer.get(f"{LIST}?{query}")) for query in cases} == cases


def test_deleted_assemblies_are_listed_on_demand(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly("Gone")
    as_operator.delete(f"{LIST}/{guid}")
    assert names(as_operator.get(LIST)) == []
    assert names(as_operator.get(f"{LIST}?deleted=true")) == ["Gone"]


def test_searching_inside_scripts_shows_the_lines(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    make_assembly("Finder", script="first\nsecond Needle\n")
    make_assembly("Other", script="nothing\n")
    (item,) = as_viewer.get(f"{LIST}?content=needle").json()["results"]
    assert (item["display_name"], item["matches"]) == ("Finder", [{"line": 2, "text": "second Needle"}])
    assert as_viewer.get(f"{LIST}?content=absent").json()["results"] == []


def test_relevance_puts_the_best_matches_first(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    make_assembly("A text", script="echo disk\n")
    make_assembly("Clean the disk")
    make_assembly("Disk")
    assert names(as_viewer.get(f"{LIST}?q=disk")) == ["A text", "Clean the disk", "Disk"]
    assert names(as_viewer.get(f"{LIST}?q=disk&ordering=relevance")) == ["Disk", "Clean the disk", "A text"]


@pytest.mark.parametrize("words", ["disk", "DISK echo", '"echo disk"', "disk tag", "nowhere", "Ä"])
def test_the_page_finds_what_the_api_finds_in_the_same_order(
    as_viewer: Api, make_assembly: MakeAssembly, client: Client, make_user: Callable[..., User], words: str
) -> None:
    make_assembly("A text", script="echo disk\n", tags=["tag"])
    make_assembly("Disk", script="echo ä\n", summary="tag")
    make_assembly("a\u0308")
    client.force_login(make_user("page"))
    on_page = client.get("/admin/assemblies/assembly/", {"q": words}).context["rows"]
    answer = as_viewer.get(f"{LIST}?{urlencode({'q': words, 'ordering': 'relevance'})}")
    assert names(answer) == [row.content.display_name for row in on_page]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("domain=nowhere", "domain"),
        ("kind=toy", "kind"),
        ("type=cobol", "type"),
        ("dirty=perhaps", "dirty"),
        ("deleted=2", "deleted"),
        ("ordering=colour", "ordering"),
        ("limit=0", "limit"),
        ("limit=10001", "limit"),
        ("limit=ten", "limit"),
        ("limit=%D9%A1", "limit"),
        ("offset=-1", "offset"),
        ("offset=99999999999999999999", "offset"),
        ("limit=1&limit=2", "limit"),
        ("q=%00", "q"),
        ("content=" + "x" * 1001, "content"),
        ("q=" + "x" * 501, "q"),
        ("q=" + "+".join(map(str, range(13))), "q"),
        ("ordering=-relevance", "ordering"),
    ],
)
def test_a_bad_parameter_is_named(as_viewer: Api, query: str, field: str) -> None:
    assert assert_refused(as_viewer.get(f"{LIST}?{query}"), 400, "invalid_field")["field"] == field


def test_an_unknown_parameter_is_named(as_viewer: Api) -> None:
    assert assert_refused(as_viewer.get(f"{LIST}?colour=red"), 400, "unknown_field")["field"] == "colour"


def test_a_token_in_the_query_string_is_no_token(anonymous: Api) -> None:
    assert_refused(anonymous.get(f"{LIST}?token=abc"), 401, "not_authenticated")


def test_an_unchanged_list_is_not_sent_again(
    as_viewer: Api, as_administrator: Api, make_assembly: MakeAssembly
) -> None:
    make_assembly()
    etag = as_viewer.get(LIST)["ETag"]
    again = as_viewer.get(LIST, If_None_Match=etag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert_private(again)
    assert as_viewer.get(LIST, If_None_Match=f'"other", W/{etag}').status_code == 304
    assert as_administrator.get(LIST, If_None_Match=etag).status_code == 200
    make_assembly("Another")
    assert as_viewer.get(LIST, If_None_Match=etag).status_code == 200


def test_neighbouring_pages_have_absolute_addresses(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    for name in "ABC":
        make_assembly(name)
    body = as_viewer.get(f"{LIST}?limit=1&offset=1&domain=user").json()
    assert body["next"].startswith("http://testserver/api/assemblies?")
    assert names(as_viewer.get(body["next"])) == ["C"]
    assert names(as_viewer.get(body["previous"])) == ["A"]


def test_h15_a_list_is_paged_and_its_queue_is_a_summary(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    for number in range(102):
        make_assembly(f"Script {number:03}")
    body = as_viewer.get(LIST).json()
    assert (body["count"], len(body["results"]), body["queue"]["pending"]) == (102, 100, 102)
    assert isinstance(body["queue"]["errors"], list)
    assert body["next"] is not None


def test_h10_reading_never_changes_anything(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(domain=Domain.OFFICIAL)
    before = list(Assembly.objects.values()), JournalEntry.objects.count(), AuditEntry.objects.count()
    assert_refused(as_viewer.get(f"{LIST}?refresh_catalog=1"), 400, "unknown_field")
    for path in (LIST, f"{LIST}/{guid}", f"{LIST}/import", f"{LIST}/{guid}/revert"):
        as_viewer.client.get(path)
        as_viewer.client.head(path)
        assert as_viewer.client.options(path).status_code == 200
    assert (list(Assembly.objects.values()), JournalEntry.objects.count(), AuditEntry.objects.count()) == before


def test_a_list_costs_five_queries_at_most(
    as_viewer: Api, make_assembly: MakeAssembly, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        make_assembly(f"Script {number}")
    as_viewer.get(LIST)
    with django_assert_max_num_queries(5):
        as_viewer.get(LIST)


def test_a_head_request_has_the_headers_alone(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    make_assembly()
    answer = as_viewer.client.head(LIST)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["ETag"] == as_viewer.get(LIST)["ETag"]


def test_json_is_answered_whatever_is_accepted(as_viewer: Api) -> None:
    answer = as_viewer.get(LIST, Accept="text/html")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
