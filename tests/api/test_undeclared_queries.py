"""A query parameter that no declaration has is refused by name, whatever the method, before anything is done."""

import re
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from assemblies.domains import Domain
from assemblies.models import JournalEntry, SyncRecord
from devmode.models import AuditEntry
from tests.api.conftest import Api, MakeAssembly, assert_refused

UNSAFE = ("post", "put", "patch", "delete")
SWITCH = "/api/assemblies/dev-mode/switch"


def actions(patterns: list[Any] | None = None, prefix: str = "/") -> list[tuple[str, str]]:
    """Return the path and the method of every action of the API."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += actions(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            methods = getattr(pattern.callback, "actions", None) or {}
            found += [(path, method) for method in methods if method != "head"]
    return found


def test_no_action_takes_a_parameter_that_it_does_not_declare(
    as_administrator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly("Shared", Domain.COMMUNITY)
    as_administrator.post(SWITCH, {"enabled": True})
    journal, audit = JournalEntry.objects.count(), AuditEntry.objects.count()
    values = {"guid": guid, "category": "approved", "key": "x", "name": "a.txt", "sequence": "1", "number": "1"}
    # Agents prove who they are before anything else is looked at.
    found = [(path, method) for path, method in actions() if not path.startswith("/api/agent/")]
    assert len([method for _path, method in found if method in UNSAFE]) >= 20
    for path, method in found:
        address = re.sub(r"<(\w+):(\w+)>", lambda found: values.get(found[2], "1" if found[1] == "int" else "x"), path)
        answer = getattr(as_administrator, method)(f"{address}?colour=red")
        assert_refused(answer, 400, "unknown_field")
        assert answer.json()["detail"]["field"] == "colour", (method, address)
    assert (JournalEntry.objects.count(), AuditEntry.objects.count()) == (journal, audit)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/official/sync?dry_run=true", {}),
        ("post", "/import?dry_run=true", {"document": {"name": "New", "type": "bash", "script": "true"}}),
        ("post", "/import?domain=community", {"document": {"name": "New", "type": "bash", "script": "true"}}),
        ("post", "?domain=community", {"display_name": "New", "assembly_type": "bash", "payload": "true"}),
        ("delete", "/{guid}?dry_run=true", None),
    ],
)
def test_what_belongs_in_a_body_is_not_read_from_the_query(
    as_administrator: Api, make_assembly: MakeAssembly, method: str, path: str, body: Any
) -> None:
    address = f"/api/assemblies{path.replace('{guid}', make_assembly())}"
    as_administrator.post(SWITCH, {"enabled": True})
    before = JournalEntry.objects.count()
    answer = as_administrator.delete(address) if method == "delete" else as_administrator.post(address, body)
    assert_refused(answer, 400, "unknown_field")
    assert (JournalEntry.objects.count(), SyncRecord.objects.count()) == (before, 0)


def test_an_anonymous_visitor_is_asked_to_sign_in_before_a_query_is_looked_at(anonymous: Api) -> None:
    assert_refused(anonymous.post("/api/assemblies?colour=red", {}), 401, "not_authenticated")


def test_a_parameter_given_twice_is_refused(as_viewer: Api) -> None:
    assert assert_refused(as_viewer.get("/api/assemblies?limit=1&limit=2"), 400, "invalid_field")["field"] == "limit"
