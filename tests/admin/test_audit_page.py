"""The audit page: its filters, its export, and who may read it."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.audit import Subject, record, search
from devmode.audit.events import AccessEvent
from devmode.models import AuditEntry
from devmode.models.audit import Outcome
from tests.admin.conftest import signed_in
from tests.audit_facts import audit_facts
from tests.execution.orders import enqueued
from tests.fleet.agent import enrolled
from tests.schedules.jobs_made import assembly, job_of

pytestmark = pytest.mark.database

LIST, CSV, LINES = (f"/admin/devmode/auditentry/{rest}" for rest in ("", "export/csv/", "export/jsonl/"))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Budget = Callable[[int], Any]


def write(count: int = 1, **facts: Any) -> None:
    for number in range(count):
        record(audit_facts(**facts), now=NOW + timedelta(minutes=number))


def found(client: Client, **query: str) -> set[int]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return {row.entry.sequence for row in answer.context["rows"]}


def downloaded(client: Client, path: str, **query: str) -> str:
    answer: Any = client.get(path, query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def test_an_anonymous_visitor_is_sent_to_the_log_in(anonymous: Client) -> None:
    for path in (LIST, CSV, LINES):
        assert anonymous.get(path)["Location"].startswith("/admin/login/")


def test_it_is_for_administrators_alone(signed_in_viewer: Client, staff: Client, library: PayloadStore) -> None:
    operator = User.objects.create_user("oskar")
    operator.groups.add(Group.objects.get(name="Operators"))
    for client in (signed_in_viewer, staff, signed_in(operator)):
        for path in (LIST, CSV, LINES):
            assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    ("query", "matching"),
    [
        ({}, {1, 2, 3, 4}),
        ({"actor": "olga"}, {1, 3, 4}),
        ({"event": "official.sync"}, {2}),
        ({"outcome": "denied"}, {3}),
        ({"domain": "official"}, {2}),
        ({"assembly": "g3"}, {3}),
        ({"dev_mode": "on"}, {2}),
        ({"q": "EMAIL sync"}, {2}),
        ({"q": "192.0.2"}, {4}),
        ({"actor": "olga", "outcome": "success"}, {1, 4}),
        ({"since": "2026-03-01T12:01"}, {4}),
        ({"until": "2026-03-01T12:00"}, {1, 2, 3}),
        ({"actor": "nobody"}, set()),
    ],
)
def test_filters_narrow_it_down(superuser: Client, query: dict[str, str], matching: set[int]) -> None:
    write(subject=Subject(scope="user"))
    official = Subject(scope="official")
    write(actor="command", event="official.sync", subject=official, dev_mode=True, detail={"to": "email"})
    write(outcome=Outcome.DENIED, subject=Subject(kind="assembly", id="g3"))
    facts = audit_facts(event=AccessEvent.LOG_IN, remote_address="192.0.2.7")
    record(facts, now=NOW + timedelta(minutes=5))
    assert found(superuser, **query) == matching
    lines = downloaded(superuser, LINES, **query).splitlines()
    assert {json.loads(line)["sequence"] for line in lines} == matching


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"since": "0001-01-01T00:00"},
        {"until": "9999-12-31T23:59"},
        {"outcome": "perhaps"},
        {"actor": "x" * 151},
        {"q": "\x00"},
    ],
)
def test_a_filter_that_cannot_be_read_is_said_so(superuser: Client, query: dict[str, str]) -> None:
    write()
    answer = superuser.get(LIST, query)
    assert (answer.status_code, list(answer.context["rows"])) == (200, [])
    assert "field-error" in answer.content.decode()
    assert superuser.get(CSV, query).status_code == 400


def test_a_line_reads_well(superuser: Client) -> None:
    write(subject=Subject(scope="user"), remote_address="192.0.2.7", dev_mode=True, detail={"last_revision": 3})
    write(detail={"domains": ["official", "user"], "errors": {"user": "x" * 300}})
    page = superuser.get(LIST).content.decode()
    for words in ("last revision: 3", "domains: official, user", "<details>", "Operator, 192.0.2.7", "2 entries"):
        assert words in page
    assert AuditEntry.objects.get(sequence=2).hash[:16] in page
    assert "/admin/health/" in page


def test_a_subject_has_its_name_and_leads_to_its_page(
    superuser: Client, library: PayloadStore, granted: Actor, django_assert_num_queries: Any
) -> None:
    guid = assembly(library, name="<b>Clean</b>")
    run, device = enqueued(now=NOW), enrolled()
    job = job_of(guid, library, granted, name="Nightly")
    known = {"assembly": guid, "run": run.run_id, "job": job.guid, "device": device.guid}
    for kind, subject in known.items():
        write(subject=Subject(scope="user", kind=kind, id=subject))
    write(subject=Subject(scope="user", kind="assembly", id="0a" * 16))
    page = superuser.get(LIST).content.decode()
    for address, name in (
        (f"/admin/assemblies/assembly/{guid}/change/", "&lt;b&gt;Clean&lt;/b&gt;"),
        (f"/admin/runs/{run.run_id}/", run.display_name),
        (f"/admin/schedules/{job.pk}/", "Nightly"),
        (f"/admin/devices/{device.guid}/", "web-1"),
    ):
        assert re.search(f'href="{address}"[^>]*><bdi>{name}</bdi>', page), address
    assert f"/admin/assemblies/assembly/{'0a' * 16}/" not in page
    assert "0a" * 16 in page, "what is gone keeps its GUID"
    write(20, subject=Subject(kind="run", id=run.run_id))
    with django_assert_num_queries(3, using="execution"):
        superuser.get(LIST)


def test_one_entry_is_one_entry(superuser: Client) -> None:
    assert "0 entries" in superuser.get(LIST).content.decode()
    write(actor="<script>alert(1)</script>", detail={"<b>": "<i>"})
    page = superuser.get(LIST, {"outcome": "success"}).content.decode()
    assert "1 entry found" in page
    assert "Show all" in page
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert "No entry is like that." in superuser.get(LIST, {"outcome": "failed"}).content.decode()


def test_an_entry_that_somebody_laid_hands_on_does_not_hide_the_others(superuser: Client) -> None:
    write(3)
    AuditEntry.objects.filter(sequence=1).update(detail="{cut")
    AuditEntry.objects.filter(sequence=2).update(detail="[1]")
    assert "unreadable: {cut" in superuser.get(LIST).content.decode()
    assert "{cut" in superuser.get(f"{LIST}1/change/").content.decode()
    assert found(superuser) == {1, 2, 3}
    assert len(downloaded(superuser, LINES).splitlines()) == 3


def test_it_is_paged_newest_first(superuser: Client) -> None:
    write(51)
    assert found(superuser) == set(range(2, 52))
    assert found(superuser, page="2") == {1}
    page = superuser.get(LIST, {"actor": "olga"}).content.decode()
    assert 'href="?actor=olga&amp;page=2"' in page
    assert 'export/csv/?actor=olga"' in page


def test_the_export_holds_everything_in_constant_memory(
    superuser: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Budget
) -> None:
    monkeypatch.setattr(search, "ENTRIES_AT_ONCE", 3)
    write(10)
    with django_assert_max_num_queries(9):
        rows = list(csv.DictReader(StringIO(downloaded(superuser, CSV))))
    assert [int(row["sequence"]) for row in rows] == list(range(10, 0, -1))
    newest = AuditEntry.objects.get(sequence=10)
    assert (rows[0]["hash"], rows[0]["previous_hash"]) == (newest.hash, newest.previous_hash)
    assert datetime.fromisoformat(rows[-1]["recorded_at"]) == NOW


def test_an_export_has_what_verifies_an_entry_and_the_names_it_always_had(superuser: Client) -> None:
    write(subject=Subject(scope="user", kind="assembly", id="g1"))
    write(subject=Subject(scope="server", kind="run", id="g2"))
    first_names = (
        "sequence recorded_at actor role remote_address event domain assembly_guid outcome dev_mode detail "
        "previous_hash hash"
    ).split()
    run, assembly = csv.DictReader(StringIO(downloaded(superuser, CSV)))
    assert list(run) == [*first_names, "hash_version", "subject_kind", "subject_id"]
    assert [(row["domain"], row["assembly_guid"]) for row in (run, assembly)] == [("server", ""), ("user", "g1")]
    assert (run["hash_version"], run["subject_kind"], run["subject_id"]) == ("2", "run", "g2")
    lines = [json.loads(line) for line in downloaded(superuser, LINES).splitlines()]
    assert [list(line) for line in lines] == [list(run)] * 2


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", " @x", "\uff1d1"])
def test_no_cell_of_the_csv_begins_like_a_formula(superuser: Client, start: str) -> None:
    write(actor=start, detail={"a": start})
    (row,) = csv.DictReader(StringIO(downloaded(superuser, CSV), newline=""))
    assert row["actor"].startswith("'")
    assert row["actor"].replace("'", "") == start
    assert json.loads(row["detail"]) == {"a": start}
    assert json.loads(downloaded(superuser, LINES))["actor"] == start


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "\n", "\r\n", "\u2028"])
@pytest.mark.parametrize("text", ["x{}=cmd|' /C calc'!A0", "x{} +1, y", 'x{}"=1"', "x{}{}-1{}@SUM(A1)", "x{}\uff1d1"])
def test_no_cell_begins_like_a_formula_for_a_reader_that_splits_elsewhere(
    superuser: Client, separator: str, text: str
) -> None:
    sent = text.replace("{}", separator)
    write(actor=sent, detail={"a": sent})
    file = downloaded(superuser, CSV)
    assert json.loads(downloaded(superuser, LINES))["actor"] == sent
    for cell in cells_of(file, separator):
        assert not cell.lstrip(' \t"').startswith(("=", "+", "-", "@", "\uff1d")), cell


def cells_of(file: str, separator: str) -> Iterator[str]:
    """Read a file as programs do that split at `separator`: those that respect quotes, and the others."""
    if len(separator) == 1 and separator.isascii() and separator != "\n":
        for row in csv.reader(StringIO(file, newline=""), delimiter=separator):
            yield from row
    if separator != ",":
        yield from file.split(separator)


def test_the_export_is_a_download_that_leaves_no_trace(superuser: Client) -> None:
    write()
    answer: Any = superuser.get(CSV)
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    b"".join(answer.streaming_content)
    assert superuser.get("/admin/devmode/auditentry/export/exe/").status_code == 404
    for path in (LIST, CSV):
        assert superuser.post(path).status_code == 405
    assert AuditEntry.objects.count() == 1


def test_it_costs_a_fixed_number_of_queries(superuser: Client, django_assert_max_num_queries: Budget) -> None:
    write(60)
    superuser.get(LIST)
    with django_assert_max_num_queries(8):
        superuser.get(LIST, {"q": "olga"})


def test_entries_are_told_in_words(superuser: Client, guid: str) -> None:
    text = superuser.get("/admin/devmode/auditentry/").content.decode()
    assert '<td data-label="What" title="assembly.create">Add an assembly</td>' in text
    assert "User-Created</span>" in text
    assert "Operator</span>" in text or "Operator, " in text


def test_where_it_happened_is_told_in_the_viewers_language(superuser: Client) -> None:
    write(subject=Subject(scope="official"))
    page = superuser.get(LIST, headers={"Accept-Language": "de"}).content.decode()
    assert ">Offiziell</span>" in page
