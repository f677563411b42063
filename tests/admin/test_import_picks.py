"""An import does exactly what was picked upon its preview, or nothing."""

from typing import Any

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.admin.import_export import import_page, importing
from assemblies.domains import Domain
from assemblies.errors import StorageFull
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.import_page import GUID, OTHER, Sent, document, zipped
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_update


def test_picks_are_done_in_one_transaction_and_reported(
    olga: Client, operator: Actor, command: Actor, library: PayloadStore
) -> None:
    create(script(guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library)
    create(script("Theirs", guid=OTHER), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    audited = AuditEntry.objects.count()
    members = {"new.json": document("New"), "theirs.json": document("Mine now", assembly_guid=OTHER)}
    sent = Sent(
        olga, ("changed.json", document("Renamed", assembly_guid=GUID)), ("some.zip", zipped(members)),
        ("no.json", document("Not this")),
    ).preview()  # fmt: skip
    sent.pick("import", "import", "as_new", "skip")
    assert sent.outcomes == ["updated", "created", "created", "skipped"]
    assert AuditEntry.objects.count() == audited + 1
    assert Assembly.objects.get(guid=GUID).display_name == "Renamed"
    assert Assembly.objects.get(guid=OTHER).display_name == "Theirs"
    mine = Assembly.objects.get(display_name="Mine now")
    assert (mine.domain, mine.guid != OTHER) == ("user", True)
    assert f"/admin/assemblies/assembly/{mine.guid}/change/" in sent.text
    assert not Assembly.objects.filter(display_name="Not this").exists()


def test_what_is_the_same_stays_as_it_is(olga: Client, operator: Actor, library: PayloadStore) -> None:
    create(script(guid=GUID, payload=b"echo hello\n"), domain=Domain.USER, permit=may_create(operator), store=library)
    sent = Sent(olga, ("same.json", document(assembly_guid=GUID))).preview().pick("import")
    assert sent.outcomes == ["unchanged"]
    assert JournalEntry.objects.count() == 1


def test_a_new_one_may_be_asked_for_though_its_guid_is_free(olga: Client) -> None:
    sent = Sent(olga, ("a.json", document(assembly_guid=GUID))).preview().pick("as_new")
    assert sent.outcomes == ["created"]
    assert Assembly.objects.get().guid != GUID


@pytest.mark.parametrize("happens", ["changed", "deleted", "appeared", "moved on"])
def test_nothing_is_imported_when_the_library_changed_since_the_preview(
    olga: Client, operator: Actor, library: PayloadStore, happens: str
) -> None:
    if happens != "appeared":
        create(script(guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library)
    sent = Sent(
        olga,
        ("a.json", document("Renamed", assembly_guid=GUID)),
        ("b.json", document("Untouched", assembly_guid=OTHER)),
    ).preview()
    if happens == "deleted":
        delete(GUID, permit=may_delete(operator))
    elif happens == "appeared":
        create(script(guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library)
    else:
        update(GUID, {"summary": "Meanwhile"}, permit=may_update(operator), store=library)
    entries = JournalEntry.objects.count()
    sent.pick("import", "as_new", status=409)
    assert "nothing was imported" in sent.text
    assert JournalEntry.objects.count() == entries
    # What was picked for rows that are as they were stays picked.
    assert [pick for _row, pick, _guess in sent.answer.context["picked_rows"]] == ["import", "as_new"]
    sent.pick("import", "as_new")
    assert sent.outcomes[1] == "created"


def test_a_race_that_the_second_look_misses_is_caught_in_the_transaction(
    olga: Client, operator: Actor, library: PayloadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(script(guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library)
    sent = Sent(olga, ("a.json", document("Renamed", assembly_guid=GUID)), ("b.json", document("New"))).preview()
    really = importing.import_picked

    def overtaken(*arguments: Any, **options: Any) -> Any:
        update(GUID, {"summary": "Meanwhile"}, permit=may_update(operator), store=library)
        return really(*arguments, **options)

    monkeypatch.setattr(import_page, "import_picked", overtaken)
    sent.pick("import", "import", status=409)
    assert list(Assembly.objects.values_list("display_name", "summary")) == [("Say hello", "Meanwhile")]


def test_other_documents_than_previewed_are_previewed_first(olga: Client) -> None:
    sent = Sent(olga, ("a.json", document("Seen"))).preview()
    sent.files = (("a.json", document("Not seen")),)
    sent.pick("import", status=409)
    assert not Assembly.objects.exists()
    sent.files = (*sent.files, ("b.json", document("More")))
    sent.pick("import", "import", status=409)
    assert not Assembly.objects.exists()


@pytest.mark.parametrize("broken", [{"tokens": "{"}, {"tokens": "{}"}, {"tokens": ""}, {"tokens": '["new:0:x"]'}])
def test_what_no_preview_saw_is_previewed_first(olga: Client, broken: dict[str, str]) -> None:
    Sent(olga, ("a.json", document())).preview().pick("import", status=409, **broken)
    assert not Assembly.objects.exists()


def test_a_pick_that_is_not_offered_is_none(olga: Client, command: Actor, library: PayloadStore) -> None:
    create(script("Theirs", guid=OTHER), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    sent = Sent(olga, ("a.json", document("Evil", assembly_guid=OTHER)), ("b.json", document("Good"))).preview()
    sent.pick("import", "import")
    assert sent.outcomes == ["skipped", "created"]
    assert Assembly.objects.get(guid=OTHER).display_name == "Theirs"


def test_without_script_one_choice_is_for_all(olga: Client) -> None:
    sent = Sent(olga, ("a.json", document("A", assembly_guid=GUID)), ("b.json", document("B"))).preview()
    sent.pick(all="as_new")
    # A document that has no GUID becomes a new one anyway.
    assert sent.outcomes == ["created", "created"]
    assert not Assembly.objects.filter(guid=GUID).exists()
    sent.preview().pick(all="skip", status=400)
    assert "Every document is skipped" in sent.text
    sent.preview().pick(all="proposed")
    assert sent.outcomes == ["created", "skipped"]


def test_asking_again_after_a_lost_answer_imports_once(olga: Client) -> None:
    sent = Sent(olga, ("a.json", document("A", assembly_guid=GUID)), ("b.json", document("B"))).preview()
    context = {name: str(sent.answer.context[name]) for name in ("tokens", "event")}
    for _time in range(2):
        sent._post("import", context | {"picks": '["skip", "import"]'}, 200)
    assert Assembly.objects.count() == 1
    assert sent.outcomes == ["skipped", "unchanged"]
    sent._post("import", context | {"picks": '["import", "import"]'}, 422)
    assert "imported before, with other choices" in sent.text
    sent._post("import", context | {"picks": '["skip", "import"]', "event": "none"}, 200)
    assert Assembly.objects.count() == 2


def test_a_failing_library_loses_nothing_that_was_picked(olga: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any, **_options: Any) -> None:
        raise StorageFull()

    sent = Sent(olga, ("a.json", document("A", assembly_guid=GUID)), ("b.json", document())).preview()
    monkeypatch.setattr(import_page, "import_picked", full)
    sent.pick("as_new", "skip", status=507)
    assert "too little disk space" in sent.text
    assert [pick for _row, pick, _guess in sent.answer.context["picked_rows"]] == ["as_new", "skip"]
