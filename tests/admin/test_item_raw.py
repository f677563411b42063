"""The whole document as JSON: read, copied, edited and saved by the same rules as everything else."""

import json
from typing import Any

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.catalogue import library_catalogue
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.models import Content
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.admin.conftest import signed_in
from tests.admin.item_form import address, texts_of
from tests.admin.test_item_page import member
from tests.admin.test_item_save import EVERYTHING
from tests.documents_made import script
from tests.permits import may_create, may_update

SOURCE = {"source_path": "Scripts/a.json", "source_repo": "https://example.invalid/x"}


@pytest.fixture
def client(library: PayloadStore) -> Client:
    return signed_in(member("Operators"))


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    fields = EVERYTHING | {
        "metadata": SOURCE | {"reviewed": True},
        "envelope_extra": {"outer": 1},
        "files": [Attachment(file_name="a.csv", mime_type="text/csv", data=b"a,b\n", extra={"k": 1})],
    }
    document = script("Raw", b"\xef\xbb\xbfone\r\ntwo\n", **fields)
    return create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid


def raw(client: Client, guid: str) -> Any:
    return json.loads(client.get(address(guid)).context["raw"])


def post(client: Client, guid: str, value: Any, revision: int = 1) -> Any:
    text = value if isinstance(value, str) else json.dumps(value, indent=1).replace("\n", "\r\n")
    return client.post(address(guid), {"document": text, "revision": str(revision)}, follow=True)


def content(guid: str) -> Content:
    return library_catalogue().current().entries[guid].content


def test_it_holds_everything_but_the_bytes_of_files(client: Client, guid: str) -> None:
    value = raw(client, guid)
    assert value["assembly_guid"] == guid
    assert (value["script"], value["script_encoding"]) == ("\ufeffone\r\ntwo\n", "plain")
    assert value["files"][0]["file_name"] == "a.csv"
    assert "data" not in value["files"][0]
    assert value["colour"] == "blue"


@pytest.mark.parametrize("payload", [b"echo\n", b"\xff\x00", b"", b"\xef\xbb\xbfone\r\ntwo\r"])
def test_a_document_that_nobody_touched_changes_nothing(
    client: Client, library: PayloadStore, operator: Actor, guid: str, payload: bytes
) -> None:
    update(guid, {}, payload=payload, permit=may_update(operator), store=library)
    answer = post(client, guid, raw(client, guid), 2)
    assert texts_of(answer) == ["Nothing was changed, so there was nothing to save."]


def test_a_workflow_reads_back_as_it_is(client: Client, library: PayloadStore, operator: Actor) -> None:
    graph = b'{"edges":[],"nodes":[{"id":"a"}],"tab_name":"T"}'
    flow = script("Flow", graph, type_name="workflow", extra={"workflow_encoding": "base64"})
    guid = create(flow, domain=Domain.USER, permit=may_create(operator), store=library).guid
    value = raw(client, guid)
    assert texts_of(post(client, guid, value, 1))[0].startswith(("Nothing", "Saved"))
    assert content(guid).payload_sha256 == content(guid).payload_sha256


def test_every_field_can_be_changed_and_its_source_stays(client: Client, library: PayloadStore, guid: str) -> None:
    value = raw(client, guid) | {"name": "Other", "script": "one\n", "tags": {"os": 1}, "colour": "red", "metadata": {}}
    assert texts_of(post(client, guid, value))[0].startswith("Saved as revision 2")
    after = content(guid)
    assert (after.display_name, after.tags, after.extra, after.metadata) == (
        "Other",
        {"os": 1},
        {"colour": "red"},
        SOURCE,
    )
    assert library.read(after.payload) == b"one\n"
    assert [facts.file_name for facts in after.files] == ["a.csv"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "no name"),
        ({"timeout_seconds": "soon"}, "timeout_seconds: "),
        ({"files": []}, "Files tab"),
        ({"assembly_guid": "0" * 32}, "another assembly"),
        ({"type": "cobol"}, "type: "),
        ({"script": None}, "script"),
    ],
)
def test_a_refusal_keeps_the_text(client: Client, guid: str, changed: dict[str, Any], words: str) -> None:
    value = raw(client, guid) | {"summary_of_mine": "typed for an hour"} | changed
    answer = post(client, guid, value)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in answer.context["refused"].message
    assert "typed for an hour" in page
    assert content(guid).display_name == "Raw"


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "[" * 500, '{"a": NaN}', '{"payload": {"files": [1]}}'])
def test_what_is_no_document_is_refused(client: Client, guid: str, text: str) -> None:
    assert post(client, guid, text).status_code == 422


def test_a_change_meanwhile_is_seen_and_may_be_written_over(
    client: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    value = raw(client, guid) | {"description": "Mine."}
    update(guid, {"category": "theirs"}, payload=None, permit=may_update(operator), store=library)
    answer = post(client, guid, value)
    assert answer.status_code == 409
    assert "saved meanwhile by olga" in answer.context["refused"].message
    assert ("Mine." in answer.context["raw_typed"], "Mine." in answer.context["raw"]) == (True, False)
    assert post(client, guid, value, 2).status_code == 200
    assert content(guid).summary == "Mine."


def test_a_viewer_may_not(signed_in_viewer: Client, guid: str) -> None:
    assert post(signed_in_viewer, guid, "{}").status_code == 403
    assert content(guid).display_name == "Raw"
