"""Saving from the page of an assembly: what was touched and nothing else, in one change; nothing typed is lost."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.conf import payload_store
from assemblies.documents import decode_text
from assemblies.domains import Domain
from assemblies.errors import StorageFull
from assemblies.journal.payload_files import write_payload_files
from assemblies.models import JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry, DevModeGrant
from tests.admin.conftest import signed_in
from tests.admin.item_form import address, as_sent, fields_of, filled, texts_of
from tests.admin.test_item_page import in_dev_mode, member
from tests.documents_made import script
from tests.permits import may_create, may_delete

EVERYTHING: dict[str, Any] = {
    "summary": "First\r\nsecond.\nThird.",
    "version": 2.5,
    "tags": ["one", "two, three"],
    "timeout_seconds": 60,
    "sites": {"mode": "specific", "values": ["Berlin", "Oslo"], "reason": "kept"},
    "metadata": {"reviewed": True},
    "extra": {"colour": "blue"},
    "variables": [
        {"name": "b", "label": "B", "type": "number", "default": 5, "required": True, "order": 2, "unit": "s"},
        {"name": "a", "default": "line\r\nline", "order": 1, "description": "x\r\ny"},
        {"name": "c", "type": "select", "options": ["x", "y"], "default": "x", "order": 3},
        {"name": "d", "type": "boolean", "default": False, "choices": [{"value": 1}], "order": 4},
        {"name": "e", "type": None, "default": {"deep": [1]}, "label": None, "required": None, "order": 5},
    ],
}


@pytest.fixture
def client(library: PayloadStore) -> Client:
    return signed_in(member("Operators"))


@pytest.fixture
def rich(library: PayloadStore, operator: Actor) -> str:
    document = script("Rich", b"\xef\xbb\xbfecho one\r\necho two\necho three", **EVERYTHING)
    return create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid


def entry(guid: str) -> CatalogueEntry:
    return library_catalogue().current().entries[guid]


def payload(guid: str, library: PayloadStore) -> bytes:
    return library.read(entry(guid).content.payload)


def saved(client: Client, guid: str, **changed: str) -> Any:
    """Open the page, change some fields and save."""
    sent = filled(client, address(guid)) | {name.replace("__", "-"): value for name, value in changed.items()}
    return client.post(address(guid), sent, follow=True)


def test_a_form_that_nobody_touched_changes_nothing(client: Client, rich: str) -> None:
    before = entry(rich)
    answer = saved(client, rich)
    assert answer.status_code == 200
    assert texts_of(answer) == ["Nothing was changed, so there was nothing to save."]
    assert entry(rich) == before


@pytest.mark.parametrize(
    ("name", "typed", "field", "value"),
    [
        ("display_name", "  Richer  ", "display_name", "Richer"),
        ("summary", "First\r\n2nd.\r\nThird.", "summary", "First\r\n2nd.\r\nThird."),
        ("category", "tools", "category", "tools"),
        ("category", "", "category", ""),
        ("version", "3", "version", 3),
        ("version", "3.5", "version", 3.5),
        ("version", "3.5-beta", "version", "3.5-beta"),
        ("version", "9" * 30, "version", "9" * 30),
        ("tags", "one\r\n\r\n four \r\n", "tags", ["one", "four"]),
        ("timeout_seconds", " 90 ", "timeout_seconds", 90),
        ("assembly_type", "python", "type_name", "python"),
        ("sites_mode", "all", "sites", EVERYTHING["sites"] | {"mode": "all"}),
        ("sites_values", "Oslo", "sites", EVERYTHING["sites"] | {"values": ["Oslo"]}),
    ],
)
def test_one_touched_field_is_one_changed_field(
    client: Client, library: PayloadStore, rich: str, name: str, typed: str, field: str, value: Any
) -> None:
    before, bytes_before = entry(rich), payload(rich, library)
    answer = saved(client, rich, **{name: typed})
    assert [str(message).split(".")[0] for message in answer.context["messages"]] == ["Saved as revision 2"]
    after = entry(rich).content
    assert getattr(after, field) == value
    same = {"display_name", "summary", "variables", "metadata", "extra", "tags", "version", "sites"}
    assert all(getattr(after, one) == getattr(before.content, one) for one in same - {field})
    assert payload(rich, library) == bytes_before


def test_only_changed_lines_of_the_script_get_new_line_ends(client: Client, library: PayloadStore, rich: str) -> None:
    saved(client, rich, payload="echo one\r\necho 2\r\necho three")
    assert payload(rich, library) == b"\xef\xbb\xbfecho one\r\necho 2\r\necho three"
    assert entry(rich).revision == 2


def test_save_and_close_leads_to_the_list_and_save_stays(client: Client, rich: str) -> None:
    sent = filled(client, address(rich))
    assert client.post(address(rich), sent | {"summary": "1"})["Location"] == address(rich)
    sent = filled(client, address(rich))
    answer = client.post(address(rich), sent | {"summary": "2", "_close": "1"})
    assert answer["Location"] == "/admin/assemblies/assembly/"


def test_what_is_not_sent_is_not_changed(client: Client, rich: str) -> None:
    before = entry(rich).content
    client.post(address(rich), {"summary": "Only this.", "revision": str(entry(rich).revision)})
    after = entry(rich).content
    assert after.summary == "Only this."
    assert (after.display_name, after.variables, after.sites) == (before.display_name, before.variables, before.sites)


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("display_name", "   ", "must not be blank"),
        ("display_name", "x" * 256, "longer than 255"),
        ("display_name", "a\0b", "Null characters"),
        ("version", "", "must not be blank"),
        ("timeout_seconds", "soon", "must be a whole number"),
        ("timeout_seconds", "-1", "must be a whole number"),
        ("category", "x" * 65, "longer than 64"),
        ("tags", "x" * 65, "longer than 64"),
        ("sites_values", "x" * 256, "longer than 255"),
        ("sites_mode", "nowhere", "valid choice"),
        ("assembly_type", "workflow", "valid choice"),
    ],
)
def test_a_refusal_shows_at_its_field_and_keeps_what_was_typed(
    client: Client, rich: str, name: str, typed: str, words: str
) -> None:
    answer = saved(client, rich, **{name: typed, "payload": "echo mine\r\n"})
    assert answer.status_code == 422
    assert any(words in str(error) for error in answer.context["form"].errors[name])
    assert "echo mine" in answer.content.decode()
    assert fields_of(answer)["payload"] == "echo mine\r\n"
    assert "data-unsaved" in answer.content.decode()
    assert entry(rich).revision == 1


def test_a_script_that_is_too_large_is_refused_at_its_field(client: Client, rich: str, settings: Settings) -> None:
    settings.MAX_DOCUMENT_BYTES = 2000
    answer = saved(client, rich, payload="x" * 2100)
    assert answer.status_code == 422
    assert "larger than" in str(answer.context["form"].errors["payload"])


def test_a_workflow_is_edited_as_json(client: Client, library: PayloadStore, operator: Actor) -> None:
    flow = script("Flow", b'{"edges":[],"nodes":[]}', type_name="workflow")
    guid = create(flow, domain=Domain.USER, permit=may_create(operator), store=library).guid
    assert texts_of(saved(client, guid))[0].startswith("Nothing was changed")
    saved(client, guid, payload='{"nodes": [{"id": "n1"}], "edges": []}')
    assert payload(guid, library) == b'{"edges":[],"nodes":[{"id":"n1"}]}'
    answer = saved(client, guid, payload='{"nodes": [{}], "edges": []}')
    assert answer.status_code == 422
    assert "payload" in answer.context["form"].errors


def test_the_word_for_a_type_stays_until_another_type_is_chosen(
    client: Client, library: PayloadStore, operator: Actor
) -> None:
    guid = create(script(type_name="Shell"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    saved(client, guid, summary="Changed.")
    assert entry(guid).content.type_name == "Shell"


def test_a_version_that_is_a_text_stays_one(client: Client, library: PayloadStore, operator: Actor) -> None:
    guid = create(script(version="1.0"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    saved(client, guid, version="2")
    assert entry(guid).content.version == "2"


def test_tags_of_an_object_are_shown_and_kept(client: Client, library: PayloadStore, operator: Actor) -> None:
    guid = create(script(tags={"os": "linux"}), domain=Domain.USER, permit=may_create(operator), store=library).guid
    answer = saved(client, guid, summary="Changed.", tags="broken")
    assert "&quot;os&quot;: &quot;linux&quot;" in answer.content.decode()
    assert entry(guid).content.tags == {"os": "linux"}


@pytest.mark.parametrize("who", ["signed_in_viewer", "operator"])
def test_who_may_not_write_is_refused_audited_and_keeps_the_typed_text(
    request: pytest.FixtureRequest, library: PayloadStore, client: Client, signed_in_viewer: Client, who: str
) -> None:
    guid = create(script(), domain=Domain.OFFICIAL, permit=may_create(Actor.of_command("test")), store=library).guid
    caller = signed_in_viewer if who == "signed_in_viewer" else client
    answer = caller.post(address(guid), {"summary": "Mine, all mine.", "revision": "1"})
    assert answer.status_code == 403
    assert "Mine, all mine." in answer.content.decode()
    assert entry(guid).content.summary == ""
    assert AuditEntry.objects.filter(event="assembly.update", outcome="denied", subject_id=guid).count() == 1


def test_dev_mode_that_ended_meanwhile_loses_nothing(library: PayloadStore) -> None:
    guid = create(script(), domain=Domain.OFFICIAL, permit=may_create(Actor.of_command("test")), store=library).guid
    granted = in_dev_mode(member("Administrators"))
    sent = filled(granted, address(guid)) | {"summary": "Typed for an hour."}
    DevModeGrant.objects.all().delete()
    answer = granted.post(address(guid), sent)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "Enter Dev Mode in a new tab" in page
    assert "Typed for an hour." in page
    assert 'name="_continue"' in page
    again = in_dev_mode(User.objects.get(username="administrators"))
    assert again.post(address(guid), fields_of(answer)).status_code == 302
    assert entry(guid).content.summary == "Typed for an hour."


def test_a_library_without_room_loses_nothing(client: Client, rich: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any, **_options: Any) -> None:
        raise StorageFull()

    sent = filled(client, address(rich))
    monkeypatch.setattr("assemblies.actions.transaction.require_space_for_changes", full)
    answer = client.post(address(rich), sent | {"summary": "Typed."})
    assert answer.status_code == 507
    assert "too little disk space" in answer.content.decode()
    assert "Typed." in answer.content.decode()


def test_an_assembly_deleted_meanwhile_keeps_what_was_typed(client: Client, operator: Actor, rich: str) -> None:
    sent = filled(client, address(rich))
    delete(rich, permit=may_delete(operator))
    answer = client.post(address(rich), sent | {"summary": "Typed."})
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "Typed." in page
    assert "was deleted" in page
    assert JournalEntry.objects.count() == 2


def test_a_post_without_csrf_token_is_refused(library: PayloadStore, rich: str) -> None:
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(member("Operators"))
    assert guarded.post(address(rich), {"summary": "x"}).status_code == 403
    assert entry(rich).revision == 1


def test_a_payload_that_is_gone_lets_the_other_fields_be_changed(
    client: Client, library: PayloadStore, rich: str, tmp_path: Any
) -> None:
    write_payload_files(payload_store())
    (tmp_path / "Payloads" / entry(rich).content.payload_guid / "payload").unlink()
    saved(client, rich, summary="Still.")
    assert entry(rich).content.summary == "Still."


def test_hidden_text_and_binary_are_told_apart(client: Client, library: PayloadStore, operator: Actor) -> None:
    guid = create(script(payload=b"a\0b"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    saved(client, guid, summary="Changed.", payload="overwritten?")
    assert payload(guid, library) == b"a\0b"
    assert decode_text(payload(guid, library)) is None
    assert as_sent("a\nb") == "a\r\nb"


def test_what_a_script_needs_where_it_runs_is_typed_on_the_summary_tab(client: Client, rich: str) -> None:
    sent = filled(client, address(rich)) | {
        "operating_systems": ["windows", "linux"],
        "run_as": "system",
        "interpreter_arguments": "-e\r\n-u",
        "exit_codes": "3010 reboot\r\n1: Warning",
        "minimum_version": "5.1",
    }
    assert client.post(address(rich), sent, follow=True).status_code == 200
    content = entry(rich).content
    assert (content.operating_systems, content.run_as, content.minimum_version) == (
        ["windows", "linux"],
        "system",
        "5.1",
    )
    assert content.interpreter_arguments == ["-e", "-u"]
    assert content.exit_codes == {"1": "warning", "3010": "reboot"}
    assert content.further_fields == EVERYTHING["extra"]
    # Boxes that are emptied send nothing of themselves.
    emptied = filled(client, address(rich)) | {"exit_codes": ""}
    del emptied["operating_systems"]
    assert client.post(address(rich), emptied, follow=True).status_code == 200
    assert (entry(rich).content.operating_systems, entry(rich).content.exit_codes) == ([], {})
    refused = client.post(address(rich), filled(client, address(rich)) | {"exit_codes": "1 fine"})
    assert "must be one of" in str(refused.context["form"].errors["exit_codes"])
