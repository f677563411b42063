"""Each rule, asked at each door of the table."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import load_command_class
from django.test import Client

from assemblies.catalogue import library_catalogue
from assemblies.models import Assembly, JournalEntry, SyncRecord
from assemblies.payloads import PayloadStore
from tests.commands.calling import call
from tests.doors.rules import (
    APP,
    Operation,
    command_names,
    forms_with_revision,
    found,
    operations,
    read_table,
    rules_of,
    rules_of_command,
)
from tests.matrix.identities import bystander, granted, token_granted
from tests.matrix.routes import body_of, path_of
from tests.matrix.stocked import Stocked, filled
from tests.official.published_folder import publish, publish_many

SMALL_LIMIT, LARGE_BODY = 1024, 300_000
CREATE, IMPORT = "/api/assemblies", "/api/assemblies/import"
SCRIPT = {"display_name": "First", "assembly_type": "bash", "payload": "true\n"}
DOCUMENT = {"document": {"name": "New", "type": "bash", "script": "true\n", "script_encoding": "plain"}}


class Doors:
    """A library with one assembly in each domain, and an administrator in Dev Mode who asks at its doors."""

    def __init__(self, stocked: Stocked, client: Client) -> None:
        self.stocked, self.client = stocked, client

    def body(self, operation: Operation) -> Any:
        return body_of(operation.route, operation.method.upper(), "user", self.stocked)

    def ask(self, operation: Operation, *, target: str = "user", query: str = "", **options: Any) -> Any:
        path = path_of(operation.route, target, self.stocked)
        headers = options.get("headers", {})
        body = options.get("body", json.dumps(self.body(operation)))
        if operation.method in {"get", "delete"}:
            return getattr(self.client, operation.method)(f"{path}{query}", headers=headers)
        content_type = "application/json" if operation.reads_json else "text/csv"
        send = getattr(self.client, operation.method)
        return send(f"{path}{query}", body, content_type=content_type, headers=headers)


@pytest.fixture
def library_with_all(library: PayloadStore, settings: Any, tmp_path: Path) -> Iterator[Stocked]:
    stocked = filled(library)
    bystander()
    settings.OFFICIAL_SOURCE = str(tmp_path / "published")
    publish(tmp_path / "published", 1, assembly_guid=stocked.guids["official"])
    library_catalogue.cache_clear()
    yield stocked
    library_catalogue.cache_clear()


@pytest.fixture
def doors(library_with_all: Stocked) -> Doors:
    return Doors(library_with_all, token_granted().client())


def undeclared_query(doors: Doors, operation: Operation) -> None:
    assert_refused(doors.ask(operation, query="?colour=red"), 400, "unknown_field", "colour")


def broken_json(doors: Doors, operation: Operation) -> None:
    assert_refused(doors.ask(operation, body="{"), 400, "invalid_document")


def unknown_field(doors: Doors, operation: Operation) -> None:
    body = json.dumps(doors.body(operation) | {"colour": "red"})
    assert_refused(doors.ask(operation, body=body), 400, "unknown_field", "colour")


def body_too_large(doors: Doors, operation: Operation) -> None:
    assert_refused(doors.ask(operation, body=json.dumps({"x": " " * LARGE_BODY})), 413, "document_too_large")


def missing_assembly(doors: Doors, operation: Operation) -> None:
    assert_refused(doors.ask(operation, target="missing"), 404, "assembly_not_found")


def stale_if_match(doors: Doors, operation: Operation) -> None:
    detail = assert_refused(doors.ask(operation, headers={"If-Match": '"999"'}), 412, "revision_conflict")
    assert detail["current"]["assembly_guid"] == doors.stocked.guids["user"]


def key_of_another_request(doors: Doors, operation: Operation) -> None:
    path, body = (IMPORT, DOCUMENT) if operation.path == CREATE else (CREATE, SCRIPT)
    headers = {"Idempotency-Key": operation.name}
    assert doors.client.post(path, body, content_type="application/json", headers=headers).status_code == 201
    before = JournalEntry.objects.count()
    assert_refused(doors.ask(operation, headers=headers), 422, "idempotency_key_reused")
    assert JournalEntry.objects.count() == before


def devices_only(doors: Doors, operation: Operation) -> None:
    assert_refused(doors.ask(operation), 401, "missing_authorization")


RULES: dict[str, Callable[[Doors, Operation], None]] = {
    "devices only": devices_only,
    "undeclared query": undeclared_query,
    "broken JSON": broken_json,
    "unknown field": unknown_field,
    "body too large": body_too_large,
    "missing assembly": missing_assembly,
    "stale If-Match": stale_if_match,
    "key of another request": key_of_another_request,
}


def test_the_table_has_every_door_with_every_rule_that_concerns_it() -> None:
    assert found() == read_table()
    assert {rule for operation in operations() for rule in rules_of(operation)} == RULES.keys()
    dry = [name for name in command_names() if "a dry run changes nothing" in rules_of_command(name)]
    assert dry == sorted([*DRY_RUNS, *OF_OTHER_CONTENT])


@pytest.mark.parametrize("rule", RULES)
def test_the_api_keeps_the_rule_at_every_operation_that_it_concerns(doors: Doors, settings: Any, rule: str) -> None:
    if rule == "body too large":
        settings.MAX_DOCUMENT_BYTES = SMALL_LIMIT
    concerned = [operation for operation in operations() if rule in rules_of(operation)]
    assert len(concerned) > 1
    before = JournalEntry.objects.count()
    failed = {operation.name: words for operation in concerned if (words := _broken(RULES[rule], doors, operation))}
    assert failed == {}
    assert rule == "key of another request" or JournalEntry.objects.count() == before


def _broken(rule: Callable[[Doors, Operation], None], doors: Doors, operation: Operation) -> str:
    try:
        rule(doors, operation)
    except AssertionError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("page", [route.name for route in forms_with_revision()])
def test_a_form_that_saw_another_revision_changes_nothing(library_with_all: Stocked, page: str) -> None:
    route = next(route for route in forms_with_revision() if route.name == page)
    body = body_of(route, "POST", "user", library_with_all) | {"revision": 1}
    before, row = JournalEntry.objects.count(), Assembly.objects.get(guid=library_with_all.guids["user"])
    assert row.sequence > 1
    answer = granted().client().post(path_of(route, "user", library_with_all), body, follow=True)
    assert answer.status_code in {200, 409, 412}
    assert "changed" in answer.content.decode()
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize("name", command_names())
def test_a_command_explains_itself_with_examples(name: str) -> None:
    command: Any = load_command_class(APP, name)
    words = StringIO()
    command.create_parser("manage.py", name).print_help(words)
    assert "examples:" in words.getvalue()
    assert f"manage.py {name}" in words.getvalue()


# Dry or not, they change nothing of the library's content; tests of their own hold them to what they say.
OF_OTHER_CONTENT = ("ensure_schema", "sweep_runs")
DRY_RUNS = {"import_assemblies": ["--on-conflict", "new_guid"], "sync_official": []}


@pytest.mark.parametrize("name", DRY_RUNS)
def test_a_dry_run_of_a_command_changes_nothing(library_with_all: Stocked, tmp_path: Path, name: str) -> None:
    publish_many(tmp_path / "new", 2)
    publish(tmp_path / "new", 3, assembly_guid=library_with_all.guids["official"])
    before = JournalEntry.objects.count()
    arguments = [str(tmp_path / "new"), *DRY_RUNS[name]]
    dry = call(name, *arguments, "--dry-run")
    assert (dry.exit_code, JournalEntry.objects.count()) == (0, before), dry.stderr
    assert call(name, *arguments).exit_code == 0
    assert JournalEntry.objects.count() > before


def assert_refused(answer: Any, status: int, code: str, field: str = "") -> dict[str, Any]:
    assert answer.status_code == status, f"{answer.status_code} {answer.content[:200]!r}"
    body = answer.json()
    assert body["code"] == code, body
    detail: dict[str, Any] = body["detail"]
    assert not field or detail["field"] == field, body
    return detail


def test_removing_most_of_the_official_catalogue_is_refused_at_every_door(
    library: PayloadStore, settings: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    settings.OFFICIAL_SOURCE = str(folder)
    publish_many(folder, 5)
    assert call("sync_official", str(folder)).exit_code == 0
    kept = sorted(folder.rglob("*.json"))
    for document in kept[:4]:
        document.unlink()
    before = JournalEntry.objects.count()
    record = SyncRecord.objects.get().pk
    assert [call("sync_official", str(folder)).exit_code, call("sync_official", "--undo").exit_code] == [2, 2]
    answer = token_granted().client().post("/api/assemblies/official/sync", {}, content_type="application/json")
    assert_refused(answer, 409, "sync_refused")
    User.objects.get(username="me").delete()
    browser = granted().client()
    for page in ("run", "undo"):
        answer = browser.post(f"/admin/assemblies/syncrecord/{page}/", {"record": record}, follow=True)
        words = answer.content.decode()
        assert "of the official catalogue" in words or "would be removed" in words
    assert JournalEntry.objects.count() == before
