"""Two revisions side by side, as a page."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from assemblies.actions.attach import attach
from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.admin.history import differences
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.journal.payload_files import write_payload_files
from assemblies.models import JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_attach, may_clone, may_create, may_delete, may_update

HOSTILE = "<script>alert(1)</script>"
VARIABLES = [{"name": "who", "type": "string", "default": "world"}, {"name": "often", "type": "number", "default": "1"}]
GRAPH = b'{"edges":[{"id":"e","source":"a","target":"b"}],"nodes":[{"id":"a"},{"id":"b"}]}'
OTHER = b'{"edges":[],"nodes":[{"id":"a","data":{"label":"Otherwise"}},{"id":"c"}]}'


def path_of(guid: str, query: str = "") -> str:
    return f"/admin/assemblies/assembly/{guid}/diff/{query}"


def page(client: Client, guid: str, query: str = "") -> str:
    answer = client.get(path_of(guid, query))
    assert answer.status_code == 200
    return answer.content.decode()


def plain(text: str) -> str:
    """The page's words without its elements."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    """Three revisions: created, given other words, given another script."""
    document = script("Say hello", b"echo hello\n", summary="Greets", variables=VARIABLES)
    guid = create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid
    variables = [VARIABLES[1] | {"default": "2"}, {"name": "whom", "type": "string"}]
    fields = {"display_name": "Say goodbye", "summary": "Greets\ntwice", "variables": variables, "tags": ["x"]}
    update(guid, fields, payload=None, permit=may_update(operator), store=library)
    update(guid, {}, payload=b"echo goodbye\n", permit=may_update(operator), store=library)
    return guid


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Client, guid: str) -> None:
    answer = anonymous.get(path_of(guid))
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


def test_by_default_the_last_two_are_compared(signed_in_viewer: Client, guid: str) -> None:
    shown = page(signed_in_viewer, guid)
    assert "<del>hello</del>" in shown
    assert "<ins>goodbye</ins>" in shown
    assert "Fields" not in plain(shown)
    assert re.findall(r'<option value="(\d)" selected>', shown) == ["2", "3"]


def test_fields_and_variables_are_told_one_by_one(signed_in_viewer: Client, guid: str) -> None:
    shown = page(signed_in_viewer, guid, "?from=1&to=2")
    words = plain(shown)
    assert "Say <del>hello</del>" in shown
    assert "Say <ins>goodbye</ins>" in shown
    assert "who removed" in words
    assert "whom added" in words
    assert "often changed default 1 2" in words
    assert "another order" not in words
    assert "The same, byte for byte." in words


def test_any_two_can_be_compared_either_way(signed_in_viewer: Client, guid: str) -> None:
    assert "<del>goodbye</del>" in page(signed_in_viewer, guid, "?from=3&to=1")
    assert "The same, byte for byte." in page(signed_in_viewer, guid, "?from=2&to=2")
    assert "These two are the same" in page(signed_in_viewer, guid, "?from=2&to=2")


def test_variables_in_another_order_are_told_as_such(
    signed_in_viewer: Client, guid: str, library: PayloadStore, operator: Actor
) -> None:
    update(guid, {"variables": VARIABLES}, payload=None, permit=may_update(operator), store=library)
    update(guid, {"variables": VARIABLES[::-1]}, payload=None, permit=may_update(operator), store=library)
    assert "The variables stand in another order." in page(signed_in_viewer, guid)


def test_of_very_many_variables_the_first_are_shown(
    signed_in_viewer: Client, guid: str, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(differences, "MAX_VARIABLES", 2)
    update(
        guid,
        {"variables": [{"name": f"v{n}"} for n in range(9)]},
        payload=None,
        permit=may_update(operator),
        store=library,
    )
    assert "9 more variables differ." in page(signed_in_viewer, guid)


def test_a_number_and_its_text_are_told_apart(
    signed_in_viewer: Client, guid: str, library: PayloadStore, operator: Actor
) -> None:
    variables = [VARIABLES[0], VARIABLES[1] | {"default": 1}]
    update(guid, {"variables": VARIABLES}, payload=None, permit=may_update(operator), store=library)
    update(guid, {"variables": variables}, payload=None, permit=may_update(operator), store=library)
    assert "&quot;1&quot;" in plain(page(signed_in_viewer, guid)).replace("&quot; 1 &quot;", "&quot;1&quot;")


def test_the_first_revision_is_compared_with_nothing(signed_in_viewer: Client, guid: str) -> None:
    words = plain(page(signed_in_viewer, guid, "?to=1"))
    assert "It did not exist yet." in words
    assert "added: echo hello" in words


def test_files_are_told_by_name_size_and_hash(
    signed_in_viewer: Client, guid: str, library: PayloadStore, operator: Actor
) -> None:
    attach(guid, "a.txt", [b"x"], mime_type="text/plain", permit=may_attach(operator), store=library, max_bytes=9)
    attach(guid, "a.txt", [b"xyz"], mime_type="text/plain", permit=may_attach(operator), store=library, max_bytes=9)
    words = plain(page(signed_in_viewer, guid))
    assert "a.txt changed 1 byte 2d711642b726b044" in words.replace("\xa0", " ")
    assert "3 bytes" in words.replace("\xa0", " ")
    assert "a.txt added" in plain(page(signed_in_viewer, guid, "?from=3&to=4"))


def test_workflows_are_shown_as_pictures_with_their_differences(
    signed_in_viewer: Client, library: PayloadStore, operator: Actor
) -> None:
    document = script("Flow", GRAPH, type_name="workflow", category="application")
    guid = create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid
    update(guid, {}, payload=OTHER, permit=may_update(operator), store=library)
    shown = page(signed_in_viewer, guid)
    assert shown.count('<svg class="workflow-picture"') == 2
    assert "+ 1 node added" in plain(shown)
    assert "is-removed" in shown
    assert "As JSON, line by line" in shown


@pytest.mark.parametrize("fault", ["missing", "corrupt"])
def test_a_payload_that_is_not_intact_is_said_so_and_not_shown(
    signed_in_viewer: Client, guid: str, tmp_path: Path, fault: str
) -> None:
    content = JournalEntry.objects.get(sequence=1).read_content()
    assert content is not None
    write_payload_files(payload_store())
    file = tmp_path / "Payloads" / content.payload_guid / "payload"
    file.chmod(0o600)
    file.unlink()
    if fault == "corrupt":
        file.write_bytes(b"echo HELLO\n")
    words = plain(page(signed_in_viewer, guid))
    assert "It differs, and cannot be shown side by side." in words
    assert ("are missing" if fault == "missing" else "do not match") in words
    assert "HELLO" not in words
    assert str(tmp_path) not in words


def test_a_binary_or_huge_payload_is_not_compared(
    signed_in_viewer: Client, guid: str, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(guid, {}, payload=b"\xff\0", permit=may_update(operator), store=library)
    assert "After: It is binary" in plain(page(signed_in_viewer, guid))
    monkeypatch.setattr(differences, "MAX_PAYLOAD_BYTES", 10)
    assert "Before: It is too large" in plain(page(signed_in_viewer, guid))


def test_a_copy_can_be_compared_with_its_original(
    signed_in_viewer: Client, guid: str, library: PayloadStore, operator: Actor
) -> None:
    copied = clone(guid, domain=Domain.USER, permit=may_clone(operator)).guid
    update(copied, {}, payload=b"echo good day\n", permit=may_update(operator), store=library)
    assert "Compare with its original" in page(signed_in_viewer, copied)
    shown = page(signed_in_viewer, copied, "?against=origin")
    assert "Original" in plain(shown)
    assert "echo good day" in plain(shown).replace("  ", " ")
    assert "Restore revision" not in shown
    assert signed_in_viewer.get(path_of(guid, "?against=origin")).status_code == 404


def test_a_deleted_one_can_still_be_compared(signed_in_viewer: Client, guid: str, operator: Actor) -> None:
    delete(guid, permit=may_delete(operator))
    assert "pill-deleted" in page(signed_in_viewer, guid)


@pytest.mark.parametrize("query", ["?to=99", "?from=99", "?from=0&to=98", f"?to={'9' * 18}"])
def test_a_revision_that_is_not_there_is_not_found(signed_in_viewer: Client, guid: str, query: str) -> None:
    assert signed_in_viewer.get(path_of(guid, query)).status_code == 404


@pytest.mark.parametrize("query", ["?to=last", "?from=&to=", f"?to={'9' * 30}"])
def test_what_is_no_number_leaves_the_choice_to_the_page(signed_in_viewer: Client, guid: str, query: str) -> None:
    assert "<ins>goodbye</ins>" in page(signed_in_viewer, guid, query)


def test_an_unknown_assembly_is_not_found(signed_in_viewer: Client, library: PayloadStore) -> None:
    assert signed_in_viewer.get(path_of("0" * 32)).status_code == 404
    assert signed_in_viewer.get(path_of("no-guid")).status_code == 404


def test_who_may_write_can_restore_from_here(superuser: Client, signed_in_viewer: Client, guid: str) -> None:
    assert "Restore revision 2" in page(superuser, guid)
    assert "Restore revision" not in page(signed_in_viewer, guid)


def test_hostile_texts_are_escaped(signed_in_viewer: Client, library: PayloadStore) -> None:
    actor = Actor.of_command(HOSTILE)
    document = script(f"1 {HOSTILE}", HOSTILE.encode(), variables=[{"name": HOSTILE, "default": HOSTILE}])
    guid = create(document, domain=Domain.USER, permit=may_create(actor), store=library).guid
    other = {"display_name": f"2 {HOSTILE}", "metadata": {HOSTILE: HOSTILE}, "variables": []}
    update(guid, other, payload=f"2 {HOSTILE}".encode(), permit=may_update(actor), store=library)
    attach(guid, "a.txt", [b"x"], mime_type=HOSTILE, permit=may_attach(actor), store=library, max_bytes=9)
    assert HOSTILE not in page(signed_in_viewer, guid, "?from=1&to=3")


def test_a_page_costs_few_queries(signed_in_viewer: Client, guid: str, django_assert_max_num_queries: Any) -> None:
    signed_in_viewer.get(path_of(guid))
    write_payload_files(payload_store())
    with django_assert_max_num_queries(14):
        signed_in_viewer.get(path_of(guid))
