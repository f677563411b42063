"""Two people save one assembly: the second one sees both versions, loses nothing, and chooses."""

from typing import Any

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.catalogue import library_catalogue
from assemblies.domains import Domain
from assemblies.models import Content
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.admin.conftest import signed_in
from tests.admin.item_form import address, fields_of, filled
from tests.admin.test_item_page import member
from tests.documents_made import script
from tests.permits import may_create, may_update

VARIABLES = [{"name": "a", "unit": "s"}, {"name": "b"}]


@pytest.fixture
def client(library: PayloadStore) -> Client:
    return signed_in(member("Operators"))


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    document = script(payload=b"echo one\r\necho two\r\n", summary="Before.", tags=["t"], variables=VARIABLES)
    return create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid


def content(guid: str) -> Content:
    return library_catalogue().current().entries[guid].content


def test_both_versions_are_shown_and_nothing_was_written(
    client: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    sent = filled(client, address(guid)) | {"summary": "Mine.", "payload": "echo mine\r\necho two\r\n"}
    update(
        guid,
        {"summary": "Theirs.", "category": "c"},
        payload=b"echo theirs\n",
        permit=may_update(operator),
        store=library,
    )
    answer = client.post(address(guid), sent)
    assert answer.status_code == 409
    conflict = answer.context["refused"].conflict
    assert (conflict.revision, conflict.actor) == (2, "olga")
    fields = {field.name: field for field in conflict.fields}
    assert fields.keys() == {"summary", "category"}
    summary = fields["summary"]
    assert (summary.base, summary.theirs, summary.yours) == ("Before.", "Theirs.", "Mine.")
    assert (summary.is_choice, fields["category"].is_choice) == (True, False)
    assert conflict.script is not None
    page = answer.content.decode()
    assert "echo mine" in page
    assert "theirs" in page
    assert content(guid).summary == "Theirs."


def test_mine_is_saved_over_theirs_and_the_rest_of_theirs_stays(
    client: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    sent = filled(client, address(guid)) | {"summary": "Mine."}
    update(
        guid,
        {"summary": "Theirs.", "category": "c"},
        payload=b"echo theirs\n",
        permit=may_update(operator),
        store=library,
    )
    again = fields_of(client.post(address(guid), sent))
    assert (again["summary"], again["category"], again["payload"]) == ("Mine.", "c", "echo theirs\r\n")
    assert client.post(address(guid), again).status_code == 302
    assert (content(guid).summary, content(guid).category) == ("Mine.", "c")
    assert library.read(content(guid).payload) == b"echo theirs\n"


def test_theirs_is_kept_field_by_field(client: Client, library: PayloadStore, operator: Actor, guid: str) -> None:
    sent = filled(client, address(guid)) | {"summary": "Mine.", "category": "mine", "payload": "echo mine\r\n"}
    update(
        guid,
        {"summary": "Theirs.", "category": "c"},
        payload=b"echo theirs\n",
        permit=may_update(operator),
        store=library,
    )
    again = fields_of(client.post(address(guid), sent))
    client.post(address(guid), again | {"theirs": ["summary", "payload"]})
    assert (content(guid).summary, content(guid).category) == ("Theirs.", "mine")
    assert library.read(content(guid).payload) == b"echo theirs\n"


def test_rows_that_only_they_changed_come_from_them(
    client: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    sent = filled(client, address(guid)) | {"summary": "Mine."}
    theirs = [{"name": "z", "unit": "m"}, *VARIABLES]
    update(guid, {"variables": theirs}, payload=None, permit=may_update(operator), store=library)
    again = fields_of(client.post(address(guid), sent))
    assert client.post(address(guid), again).status_code == 302
    assert content(guid).variables == theirs
    assert content(guid).summary == "Mine."


def test_rows_that_both_changed_keep_what_they_do_not_know(
    client: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    sent = filled(client, address(guid)) | {"variables-0-label": "Mine"}
    update(guid, {"variables": [{"name": "z"}]}, payload=None, permit=may_update(operator), store=library)
    answer = client.post(address(guid), sent)
    assert [field.name for field in answer.context["refused"].conflict.fields] == ["variables"]
    again = fields_of(answer)
    assert again["rows_of"] == "1"
    assert client.post(address(guid), again).status_code == 302
    assert content(guid).variables == [{"name": "a", "unit": "s", "label": "Mine"}, {"name": "b"}]


def test_a_second_conflict_loses_nothing_either(
    client: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    sent = filled(client, address(guid)) | {"summary": "Mine.", "variables-1-label": "Mine"}
    for number in range(3):
        update(guid, {"category": f"c{number}"}, payload=None, permit=may_update(operator), store=library)
        answer = client.post(address(guid), sent)
        assert answer.status_code == 409
        sent = fields_of(answer)
        assert (sent["summary"], sent["variables-1-label"]) == ("Mine.", "Mine")
    assert client.post(address(guid), sent).status_code == 302
    assert (content(guid).category, content(guid).summary) == ("c2", "Mine.")


def test_a_script_that_only_they_changed_is_shown_with_what_was(
    client: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    sent = filled(client, address(guid)) | {"category": "mine"}
    update(guid, {}, payload=b"\xff\x00", permit=may_update(operator), store=library)
    answer = client.post(address(guid), sent)
    assert answer.status_code == 409
    assert answer.context["refused"].conflict.script is None
    assert client.post(address(guid), fields_of(answer)).status_code == 302
    assert library.read(content(guid).payload) == b"\xff\x00"


def test_a_revision_that_never_was_is_a_conflict_too(client: Client, guid: str) -> None:
    sent = filled(client, address(guid)) | {"summary": "Mine.", "revision": "999"}
    answer = client.post(address(guid), sent)
    assert answer.status_code == 409
    assert client.post(address(guid), fields_of(answer)).status_code == 302


def test_mistakes_come_before_the_conflict(client: Client, library: PayloadStore, operator: Actor, guid: str) -> None:
    sent = filled(client, address(guid)) | {"display_name": " ", "summary": "Mine."}
    update(guid, {"category": "c"}, payload=None, permit=may_update(operator), store=library)
    answer = client.post(address(guid), sent)
    assert answer.status_code == 422
    assert fields_of(answer)["revision"] == "1"
    assert client.post(address(guid), fields_of(answer) | {"display_name": "Good"}).status_code == 409


def both_changed(client: Client, library: PayloadStore, operator: Actor, guid: str, theirs: bytes, mine: str) -> Any:
    """Save `mine` upon a revision after which `theirs` was saved. Returns the answer."""
    sent = filled(client, address(guid)) | {"payload": mine}
    update(guid, {}, payload=theirs, permit=may_update(operator), store=library)
    answer = client.post(address(guid), sent)
    assert answer.status_code == 409
    return answer


def choices_of(answer: Any) -> dict[str, Any]:
    """Return what a browser sends of the choices on the page of a conflict."""
    conflict = answer.context["refused"].conflict
    return {"merge_base": str(conflict.base), "typed_payload": conflict.typed.replace("\n", "\r\n")}


def test_changes_of_different_lines_are_put_together(
    client: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    theirs, mine = b"echo one\r\necho two\r\necho theirs\r\n", "echo mine\r\necho one\r\necho two\r\n"
    answer = both_changed(client, library, operator, guid, theirs, mine)
    assert answer.context["refused"].conflict.merge.clashes == []
    assert "holds both changes" in answer.content.decode()
    assert client.post(address(guid), fields_of(answer) | choices_of(answer)).status_code == 302
    assert library.read(content(guid).payload) == b"echo mine\r\necho one\r\necho two\r\necho theirs\r\n"


@pytest.mark.parametrize(
    ("pick", "line"),
    [("yours", b"mine\r\n"), ("theirs", b"theirs\r\n"), ("both", b"theirs\r\nmine\r\n"), ("x", b"mine\r\n")],
)
def test_lines_that_both_changed_are_chosen(
    client: Client, library: PayloadStore, operator: Actor, guid: str, pick: str, line: bytes
) -> None:
    answer = both_changed(client, library, operator, guid, b"theirs\r\necho two\r\n", "mine\r\necho two\r\n")
    typed_since = fields_of(answer)
    typed_since["payload"] += "echo since\r\n"
    assert client.post(address(guid), typed_since | choices_of(answer) | {"clash": pick}).status_code == 302
    assert library.read(content(guid).payload) == line + b"echo two\r\necho since\r\n"


def test_a_choice_does_not_take_back_what_was_typed_since(
    client: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    answer = both_changed(client, library, operator, guid, b"theirs\r\necho two\r\n", "mine\r\necho two\r\n")
    by_hand = fields_of(answer) | {"payload": "by hand\r\necho two\r\n"}
    assert client.post(address(guid), by_hand | choices_of(answer) | {"clash": "theirs"}).status_code == 302
    assert library.read(content(guid).payload) == b"by hand\r\necho two\r\n"


def test_the_same_change_twice_is_saved(client: Client, library: PayloadStore, operator: Actor, guid: str) -> None:
    sent = filled(client, address(guid)) | {"summary": "Mine.", "payload": "echo mine\r\necho two\r\n"}
    assert [client.post(address(guid), sent).status_code for _ in range(2)] == [302, 302]
    assert library_catalogue().current().entries[guid].revision == 2
    update(guid, {"summary": "Theirs."}, payload=None, permit=may_update(operator), store=library)
    assert client.post(address(guid), sent).status_code == 409


def test_who_saved_elsewhere_is_told_so(client: Client, guid: str) -> None:
    sent = filled(client, address(guid))
    assert client.post(address(guid), sent | {"summary": "Here."}).status_code == 302
    page = client.post(address(guid), sent | {"summary": "There."}).content.decode()
    assert "You saved this assembly elsewhere" in page
    assert "Somebody else saved" not in page
