"""GET /api/schema and /api/docs."""

import io
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from assemblies.api.shapes.item_changes import NewItem
from assemblies.api.shapes.items import ItemDetail, ListedItem, WrittenItem
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, path_of


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    document: dict[str, Any] = yaml.safe_load(out.getvalue())
    return document


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_route_is_described(described: dict[str, Any]) -> None:
    routes = {f"/{route}" for route in _routes(get_resolver().url_patterns) if route.startswith(("api/", "health"))}
    hidden = {"/api/schema", "/api/docs", "/api/<path:rest>"}
    assert {_template(route) for route in routes - hidden} == described["paths"].keys()


def _routes(patterns: list[Any], prefix: str = "") -> list[str]:
    routes = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            routes += _routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            routes.append(prefix + str(pattern.pattern))
    return routes


def _template(route: str) -> str:
    return route.replace("<str:", "{").replace("<int:", "{").replace(">", "}")


def test_every_operation_names_its_refusals(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        statuses = set(operation["responses"])
        if path.startswith("/health"):
            continue
        # Who enrols, and who fetches the program for it, has no token yet.
        is_open = "/enroll/" in path or path.startswith("/api/agent/download")
        assert {"503"} | (set() if is_open else {"401"}) <= statuses, (path, method)
        if method != "get" and "/auth/" not in path and not is_open:
            assert "403" in statuses, (path, method)
        if "requestBody" in operation or "{guid}" in path:
            assert "400" in statuses, (path, method)
        if "requestBody" in operation and "/files/" not in path:
            assert {"413", "415"} <= statuses, (path, method)


def test_refusals_share_one_shape(described: dict[str, Any]) -> None:
    assert set(described["components"]["schemas"]["Error"]["properties"]) == {"code", "message", "detail"}


def test_an_item_is_described_as_it_is_answered(
    as_operator: Api, as_administrator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly()
    assert as_administrator.get(path_of(guid)).json().keys() == ItemDetail().fields.keys()
    listed = as_administrator.get("/api/assemblies?content=uptime").json()
    assert listed["results"][0].keys() == ListedItem().fields.keys()
    written = as_operator.patch(path_of(guid), {"summary": "Other words"}).json()
    assert written.keys() == WrittenItem().fields.keys() - {"payload_guid"}


def test_what_the_library_sets_is_no_described_part_of_a_request_but_may_be_sent_back(
    described: dict[str, Any],
) -> None:
    schemas = described["components"]["schemas"]
    writable = {name for name, field in NewItem().fields.items() if not field.read_only}
    assert schemas["NewItemRequest"]["properties"].keys() == writable
    assert schemas["PatchedItemChangeRequest"]["properties"].keys() == writable - {"domain", "assembly_guid"}
    assert NewItem().fields.keys() - writable >= {"revision", "checksum", "created_at", "source", "files", "flags"}


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/", "/api/docs", "/api/docs/", "/api/docs?script="])
def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, path: str) -> None:
    answer = anonymous.get(path)
    assert_refused(answer, 401, "not_authenticated")
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/"])
def test_a_viewer_reads_the_description(as_viewer: Api, path: str) -> None:
    answer = as_viewer.get(path)
    assert answer.status_code == 200
    assert yaml.safe_load(answer.content)["openapi"].startswith("3.")
    assert_private(answer)


def test_the_description_is_also_json(as_viewer: Api) -> None:
    answer = as_viewer.get("/api/schema", Accept="application/json")
    assert answer.json()["info"]["title"] == "Borealis Assemblies"


def test_another_form_is_not_acceptable(as_viewer: Api) -> None:
    assert_refused(as_viewer.get("/api/schema", Accept="image/png"), 406, "not_acceptable")


def test_a_viewer_browses_the_page_and_its_script(as_viewer: Api) -> None:
    page = as_viewer.get("/api/docs")
    assert (page.status_code, page["Content-Type"].split(";")[0]) == (200, "text/html")
    assert b"http://" not in page.content.replace(b"http://www.w3.org", b"")
    script = as_viewer.get("/api/docs?script=")
    assert script["Content-Type"] == "application/javascript"
    assert b"/api/schema" in script.content
