"""Errors: one shape, one status per fact, and no trace of the inside."""

import gzip
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.test import Client, RequestFactory

from assemblies import errors as facts
from assemblies.api import responses
from assemblies.api.errors import answer_exception
from assemblies.web.errors import STATUSES, status_of
from borealis_assemblies import errors as pages
from devmode.write_lock import WriteLockTimeout
from tests.api.conftest import Api, MakeAssembly, assert_refused, path_of

COMPRESSED = gzip.compress(b'{"document": {}}')
CONTRACT = {400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503, 507}


def all_kinds(kind: type[facts.LibraryError]) -> list[type[facts.LibraryError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in all_kinds(below))]


def test_every_fact_has_a_status_of_the_contract() -> None:
    kinds = [kind for kind in all_kinds(facts.LibraryError) if kind.__module__ == facts.__name__]
    assert len(kinds) > 20
    for kind in kinds:
        fact = kind.__new__(kind)
        assert status_of(fact) in CONTRACT
        assert (status_of(fact) >= 500) == (not issubclass(kind, facts.Refusal))
    assert set(STATUSES.values()) <= CONTRACT


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (facts.StorageFull(), 507, "storage_full"),
        (facts.StorageUnavailable(), 503, "storage_unavailable"),
        (facts.AuditUnavailable(), 503, "audit_unavailable"),
        (facts.LibraryBusy(), 503, "library_busy"),
        (WriteLockTimeout(), 503, "library_busy"),
        (OperationalError("near /srv/engine.db: syntax error"), 503, "library_unavailable"),
        (InterfaceError("connection already closed"), 503, "library_unavailable"),
        (OSError(28, "No space left", "/srv/payloads"), 507, "storage_full"),
        (UnreadablePostError("gone"), 400, "invalid_document"),
        (Http404("/srv"), 404, "not_found"),
        (PermissionDenied("/srv"), 403, "forbidden"),
        (SuspiciousOperation("/srv"), 400, "bad_request"),
    ],
)
def test_each_error_is_translated_without_a_path(error: Exception, status: int, code: str) -> None:
    answer = answer_exception(error, {})
    assert answer is not None
    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert "/srv" not in str(answer.data)
    assert answer.get("Retry-After") == ("1" if code == "library_busy" else None)


def test_an_unforeseen_error_is_left_to_the_server() -> None:
    assert answer_exception(ZeroDivisionError(), {}) is None


def test_an_unforeseen_error_is_json_without_a_trace(as_viewer: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise ZeroDivisionError("/srv/secret")

    monkeypatch.setattr(responses, "find_list", fail)
    as_viewer.client.raise_request_exception = False
    answer = as_viewer.get("/api/assemblies?limit=499")
    assert_refused(answer, 500, "internal_server_error")
    assert b"secret" not in answer.content


def test_a_database_that_fails_while_reading_is_unavailable(as_viewer: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(responses, "find_list", fail)
    assert_refused(as_viewer.get("/api/assemblies"), 503, "library_unavailable")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/assemblies/0/nothing", "/api/auth"])
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_an_unknown_address_is_json_and_asks_anonymous_visitors_to_sign_in(
    anonymous: Api, as_viewer: Api, path: str, method: str
) -> None:
    assert_refused(getattr(anonymous, method)(path), 401, "not_authenticated")
    assert_refused(getattr(as_viewer, method)(path), 404, "not_found")


def test_people_get_a_page(anonymous: Api) -> None:
    answer = anonymous.get("/nothing")
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (404, "text/html")
    assert b"<h1>Not Found</h1>" in answer.content


def test_health_has_no_other_addresses(anonymous: Api) -> None:
    assert_refused(anonymous.get("/health/nothing"), 404, "not_found")


def test_a_host_that_is_not_ours_is_a_bad_request(as_viewer: Api) -> None:
    answer = Client(headers={"Host": "evil.example"}).get("/api/docs")
    assert_refused(answer, 400, "bad_request")


def test_what_no_endpoint_answers_has_the_same_shape() -> None:
    request = RequestFactory().get("/api/assemblies")
    answer = pages.permission_denied(request, PermissionDenied())
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/json")


def test_the_root_leads_to_the_screens(anonymous: Api) -> None:
    answer = anonymous.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("headers", [{"Content_Encoding": "gzip"}, {"Content_Encoding": "br"}, {}])
@pytest.mark.parametrize(("method", "path"), [("POST", "/api/assemblies/import"), ("POST", "/api/assemblies")])
def test_a_compressed_body_is_called_what_it_is(
    as_operator: Api, headers: dict[str, str], method: str, path: str
) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = as_operator.client.generic(method, path, COMPRESSED, "application/json", headers=named)
    assert_refused(answer, 415, "unsupported_content_encoding")
    assert "send it as it is" in answer.json()["message"]


def test_an_attachment_that_is_compressed_on_the_way_is_not_stored_so(
    as_operator: Api, make_assembly: MakeAssembly
) -> None:
    path = path_of(make_assembly(), "/files/a.gz")
    sent = as_operator.client.generic("PUT", path, COMPRESSED, headers={"Content-Encoding": "gzip"})
    assert_refused(sent, 415, "unsupported_content_encoding")
    assert as_operator.put_bytes(path, COMPRESSED).status_code == 200
    assert as_operator.get(path).getvalue() == COMPRESSED
