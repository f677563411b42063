"""GET /api/audit: what was done and what was refused, for administrators."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User

from devmode.audit import Subject, record
from devmode.models import AuditEntry
from devmode.models.audit import Outcome
from tests.api.conftest import Api, assert_private, assert_refused
from tests.audit_facts import audit_facts
from tests.devmode.conftest import MakeUser, browser_of, changed

pytestmark = pytest.mark.database

AUDIT = "/api/audit"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIELDS = "sequence recorded_at actor role remote_address event domain assembly_guid outcome dev_mode detail hash"


def write(count: int = 1, **facts: Any) -> None:
    for number in range(count):
        record(audit_facts(**facts), now=NOW + timedelta(minutes=number))


def found(api: Api, **query: Any) -> list[dict[str, Any]]:
    answer = api.get(f"{AUDIT}?{urlencode(query)}")
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def test_an_administrator_reads_every_fact(api: Api) -> None:
    guid = "0a" * 16
    subject = Subject(scope="user", kind="assembly", id=guid)
    write(remote_address="192.0.2.7", subject=subject, dev_mode=True, detail={"revision": 3})
    answer = api.get(f"{AUDIT}/")
    assert_private(answer)
    assert answer.json()["count"] == 1
    row = answer.json()["results"][0]
    assert list(row) == FIELDS.split()
    assert (row["sequence"], row["actor"], row["role"], row["event"]) == (1, "olga", "operator", "assembly.update")
    assert (row["remote_address"], row["domain"], row["assembly_guid"]) == ("192.0.2.7", "user", guid)
    assert (row["outcome"], row["dev_mode"], row["detail"]) == ("success", True, {"revision": 3})
    assert row["hash"] == AuditEntry.objects.get().hash
    assert datetime.fromisoformat(row["recorded_at"]) == NOW


def test_what_was_refused_a_moment_ago_is_there(api: Api, make_user: MakeUser, official: str) -> None:
    assert_refused(changed(browser_of(make_user("vera")), official), 403, "forbidden")
    assert_refused(changed(api, official), 403, "dev_mode_required")
    rows = found(api, outcome="denied")
    assert [(row["actor"], row["role"], row["detail"]["code"]) for row in rows] == [
        ("ada", "administrator", "dev_mode_required"),
        ("vera", "viewer", "forbidden"),
    ]
    assert {(row["event"], row["domain"], row["assembly_guid"], row["remote_address"]) for row in rows} == {
        ("assembly.update", "official", official, "127.0.0.1")
    }


@pytest.mark.parametrize(
    ("query", "matching"),
    [
        ({"actor": "olga"}, {1, 3}),
        ({"event": "official.sync"}, {2}),
        ({"outcome": "denied"}, {3}),
        ({"domain": "official"}, {2}),
        ({"assembly": "g3"}, {3}),
        ({"actor": "olga", "outcome": "success"}, {1}),
        ({"actor": "OLGA"}, set()),
    ],
)
def test_filters_narrow_it_down(api: Api, query: dict[str, str], matching: set[int]) -> None:
    write(subject=Subject(scope="user"))
    write(actor="command:sync", role="command", event="official.sync", subject=Subject(scope="official"))
    write(outcome=Outcome.DENIED, subject=Subject(kind="assembly", id="g3"))
    assert {row["sequence"] for row in found(api, **query)} == matching


def test_a_subject_of_another_kind_is_no_assembly(api: Api) -> None:
    write(subject=Subject(scope="server", kind="run", id="g3"))
    write(subject=Subject(scope="user", kind="assembly", id="g3"))
    assert [(row["domain"], row["assembly_guid"]) for row in found(api)] == [("user", "g3"), ("server", "")]
    assert [row["sequence"] for row in found(api, assembly="g3")] == [2]


def test_since_is_a_time_in_any_zone(api: Api) -> None:
    write(3)
    assert {row["sequence"] for row in found(api, since="2026-03-01T13:01:00+01:00")} == {2, 3}
    assert {row["sequence"] for row in found(api, since="2026-03-01T12:02:00Z")} == {3}


def test_it_is_paged_newest_first(api: Api) -> None:
    write(5)
    assert [row["sequence"] for row in found(api, limit=2)] == [5, 4]
    assert [row["sequence"] for row in found(api, limit=2, offset=4)] == [1]
    assert found(api, offset=2**53) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("offset=-1", "offset"),
        (f"offset={2**64}", "offset"),
        ("since=yesterday", "since"),
        ("since=0001-01-01T00:00:00%2B14:00", "since"),
        ("outcome=perhaps", "outcome"),
        ("actor=%00", "actor"),
        (f"actor={'x' * 151}", "actor"),
        ("who=olga", "who"),
    ],
)
def test_a_bad_query_is_refused_and_names_its_parameter(api: Api, query: str, field: str) -> None:
    answer = api.get(f"{AUDIT}?{query}")
    code = "unknown_field" if field == "who" else "invalid_field"
    assert assert_refused(answer, 400, code)["field"] == field


def test_an_entry_that_somebody_laid_hands_on_does_not_hide_the_others(api: Api) -> None:
    write(2)
    AuditEntry.objects.filter(sequence=1).update(detail="{cut")
    assert [row["detail"] for row in found(api)] == [{}, {"unreadable": "{cut"}]


def test_reading_it_leaves_no_trace(api: Api, ada: User) -> None:
    write()
    found(api)
    assert AuditEntry.objects.count() == 1
