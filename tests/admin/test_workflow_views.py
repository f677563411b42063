"""The small picture for lists, and the picture of what is being typed."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.journal.payload_files import write_payload_files
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_update

GRAPH = (
    b'{"edges":[{"id":"e","source":"a","target":"b"}],"nodes":[{"id":"a"},{"id":"b","data":{"accentColor":"#ffeb00"}}]}'
)
OTHER = b'{"edges":[],"nodes":[{"id":"a"}]}'
PREVIEW = "/admin/workflows/preview/"
NEUTRAL = b"stroke-dasharray"


def picture_path(guid: str) -> str:
    return f"/admin/assemblies/assembly/{guid}/picture.svg"


@pytest.fixture
def flow(library: PayloadStore, operator: Actor) -> str:
    document = script("Flow", GRAPH, type_name="workflow", category="application")
    return create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid


def test_an_anonymous_visitor_sees_no_picture(anonymous: Client, flow: str) -> None:
    for answer in (anonymous.get(picture_path(flow)), anonymous.post(PREVIEW, {"payload": GRAPH.decode()})):
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]


def test_everyone_else_sees_it_as_a_file_that_is_asked_for_again(signed_in_viewer: Client, flow: str) -> None:
    answer = signed_in_viewer.get(picture_path(flow))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content.count(b"<rect") == 2
    assert b"#ffeb00" in answer.content
    assert b"style=" not in answer.content
    again = signed_in_viewer.get(picture_path(flow), headers={"If-None-Match": f"W/{answer['ETag']}"})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])


def test_a_changed_workflow_has_a_new_picture(
    signed_in_viewer: Client, flow: str, library: PayloadStore, operator: Actor
) -> None:
    tag = signed_in_viewer.get(picture_path(flow))["ETag"]
    update(flow, {}, payload=OTHER, permit=may_update(operator), store=library)
    answer = signed_in_viewer.get(picture_path(flow), headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content.count(b"<rect")) == (200, 1)


@pytest.mark.parametrize("fault", ["missing", "corrupt"])
def test_a_payload_that_is_not_intact_gives_a_neutral_picture_that_is_not_kept(
    signed_in_viewer: Client, flow: str, tmp_path: Path, fault: str
) -> None:
    write_payload_files(payload_store())
    file = tmp_path / "Payloads" / Assembly.objects.get(guid=flow).payload_guid / "payload"
    file.chmod(0o600)
    file.unlink()
    if fault == "corrupt":
        file.write_bytes(OTHER)
    answer = signed_in_viewer.get(picture_path(flow))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert NEUTRAL in answer.content
    assert "ETag" not in answer


def test_what_is_no_workflow_and_what_was_deleted_have_a_picture_too(
    signed_in_viewer: Client, guid: str, flow: str, operator: Actor
) -> None:
    assert NEUTRAL in signed_in_viewer.get(picture_path(guid)).content
    delete(flow, permit=may_delete(operator))
    assert signed_in_viewer.get(picture_path(flow)).status_code == 200


@pytest.mark.parametrize("unknown", ["0" * 32, "no-guid"])
def test_what_is_not_known_has_none(signed_in_viewer: Client, library: PayloadStore, unknown: str) -> None:
    assert signed_in_viewer.get(picture_path(unknown)).status_code == 404


def test_a_picture_costs_few_queries(signed_in_viewer: Client, flow: str, django_assert_max_num_queries: Any) -> None:
    signed_in_viewer.get(picture_path(flow))
    with django_assert_max_num_queries(4):
        signed_in_viewer.get(picture_path(flow))


def test_a_graph_that_is_typed_is_drawn_and_nothing_is_changed(
    signed_in_viewer: Client, library: PayloadStore, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(3):
        answer = signed_in_viewer.post(PREVIEW, {"payload": '{"nodes":[{"id":"<b>"}],"edges":[]}'})
    assert answer.status_code == 200
    assert "<svg" in answer.content.decode()
    assert "<b>" not in answer.content.decode()
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("typed", ["", "{", "echo hello", '{"nodes": 1}'])
def test_while_it_is_no_graph_the_answer_is_empty(signed_in_viewer: Client, typed: str) -> None:
    assert signed_in_viewer.post(PREVIEW, {"payload": typed}).status_code == 204


def test_a_preview_is_bounded(signed_in_viewer: Client, settings: Any) -> None:
    settings.MAX_DOCUMENT_BYTES = 2000
    answer = signed_in_viewer.post(PREVIEW, {"payload": "é" * 1001})
    assert answer.status_code == 413


def test_a_preview_is_posted_and_carries_a_token(signed_in_viewer: Client) -> None:
    assert signed_in_viewer.get(PREVIEW).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in_viewer.cookies
    assert strict.post(PREVIEW, {"payload": GRAPH.decode()}).status_code == 403
