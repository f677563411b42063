"""Two people save one assembly: the second one sees both versions, loses nothing, and chooses."""

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
