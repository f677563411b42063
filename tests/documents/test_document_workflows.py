"""Workflows: one canonical graph, whatever way it was written."""

import json
from dataclasses import replace
from typing import Any

import pytest

from assemblies.documents import Style, canonical_json, graph_of, parse_graph, searchable_text, write_document
from assemblies.domains import Kind
from assemblies.errors import InvalidDocument, InvalidField, LibraryError
from tests.documents.document_builders import GUID, as_base64, authoring, encoded_workflow, envelope, graph, read

TEXT = json.dumps(graph(), indent=3)
WAYS: dict[str, dict[str, Any]] = {
    "flat": graph(),
    "base64": encoded_workflow(),
    "base64 that says so": encoded_workflow(workflow_encoding="base64"),
    "an object": encoded_workflow(workflow=graph()),
    "JSON text": encoded_workflow(workflow=TEXT),
    "JSON text that says so": encoded_workflow(workflow=TEXT, workflow_encoding="json"),
    "plain text": encoded_workflow(workflow="  " + TEXT, workflow_encoding="plain"),
    "nodes outside": encoded_workflow(workflow=graph(), **graph()),
    "envelope": envelope(graph(), assembly_type="workflow"),
    "envelope of an encoded one": envelope(encoded_workflow()),
}


@pytest.mark.parametrize("document", WAYS.values(), ids=WAYS.keys())
def test_every_way_of_writing_a_workflow_gives_the_same_bytes(document: dict[str, Any]) -> None:
    assert read(document).payload == canonical_json(graph())


@pytest.mark.parametrize("document", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("encoding", ["base64", "text"])
def test_every_way_of_writing_a_workflow_survives_every_style(document: Any, style: Style, encoding: Any) -> None:
    first = replace(read(document), guid=None)
    assert read(write_document(first, style, script_encoding=encoding)) == first


def test_the_canonical_graph_is_sorted_compact_utf8() -> None:
    document = read(graph(tab_name="Größe"))
    assert document.payload.startswith(b'{"edges":[{"id":"e","source":"a"')
    assert '"tab_name":"Größe"'.encode() in document.payload
    assert parse_graph(document.payload.decode()) == document.payload


def test_styles_of_a_workflow() -> None:
    document = read(encoded_workflow(workflow=graph(viewport={"zoom": 1.5})))
    authored = write_document(document, Style.AUTHORING)
    assert authored.keys() == {"assembly_guid", "name", "description", "type", "workflow"}
    nested = write_document(document, Style.LEGACY)
    assert nested == {"type": "workflow", "workflow": graph(viewport={"zoom": 1.5})}
    assert read(nested).payload == document.payload
    plain = read(encoded_workflow())
    assert write_document(plain, Style.LEGACY) == graph()
    written = write_document(plain, Style.ENVELOPE)
    assert written["payload"] == graph() | {"assembly_guid": GUID}
    assert (written["summary"], written["assembly_type"], written["assembly_subtype"]) == (None, "workflow", "workflow")


@pytest.mark.parametrize("style", list(Style))
def test_what_a_workflow_seldom_has_survives_every_style(style: Style) -> None:
    rich = encoded_workflow(
        assembly_guid=None, name="Other", description="d", type="Workflow", timeout_seconds=5, category="c", version=2,
        variables=[{"name": "a"}], files=[{"file_name": "a", "data": "YWJj"}], sites={"mode": "specific", "values": []},
        tags=["t"], metadata={"m": 1}, script="an unknown key", script_encoding="hex", x=1,
    )  # fmt: skip
    document = read(rich)
    assert document.extra == {"script": "an unknown key", "script_encoding": "hex", "x": 1}
    assert read(write_document(document, style)) == document


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": "x", "type": "workflow"}, "workflow"),
    ({"name": "x", "type": "workflow", "nodes": []}, "workflow"),
    ({"name": "x", "type": "workflow", "nodes": {}, "edges": []}, "nodes"),
    (graph(nodes=["a"]), "nodes[0]"),
    (graph(nodes=[{"id": ""}]), "nodes[0].id"),
    (graph(nodes=[{"id": 5}]), "nodes[0].id"),
    (graph(edges=[{"id": "e", "source": "a"}]), "edges[0].target"),
    (graph(edges=[{"id": "e", "target": "a"}]), "edges[0].source"),
    (graph(tab_name=5), "tab_name"),
    (graph(tab_name="x" * 256), "tab_name"),
    (encoded_workflow(workflow=5), "workflow"),
    (encoded_workflow(workflow=[]), "workflow"),
    (encoded_workflow(workflow=as_base64(b"[]")), "workflow"),
    (encoded_workflow(workflow=as_base64(b"{")), "workflow"),
    (encoded_workflow(workflow=as_base64(b"\xff")), "workflow"),
    (encoded_workflow(workflow=as_base64(b'{"nodes": [1e999]}')), "workflow.nodes[0]"),
    (encoded_workflow(workflow='{"nodes": [], "nodes": []}'), "workflow.nodes"),
    (encoded_workflow(workflow=TEXT, workflow_encoding="base64"), "workflow"),
    (encoded_workflow(workflow="not base64!"), "workflow"),
    (encoded_workflow(workflow_encoding="hex"), "workflow_encoding"),
    (encoded_workflow(workflow_encoding=5), "workflow_encoding"),
    (encoded_workflow(nodes=[]), "nodes"),
    (encoded_workflow(tab_name="Another"), "tab_name"),
    (envelope(graph(nodes=[{}]), assembly_type="workflow"), "payload.nodes[0].id"),
]


@pytest.mark.parametrize("document, field", REFUSED)
def test_a_workflow_with_a_fault_is_refused_by_name(document: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read(document)
    assert caught.value.detail["field"] == field


def test_a_tab_name_outside_an_encoded_graph_joins_it() -> None:
    bare: dict[str, Any] = {"nodes": [], "edges": []}
    document = read({"type": "workflow", "workflow": bare, "tab_name": "Sum"})
    assert graph_of(document.payload) == bare | {"tab_name": "Sum"}


@pytest.mark.parametrize("value", [None, 5, "5", "[", {"nodes": []}, {"nodes": [], "edges": [], "x": float("nan")}])
def test_a_request_with_no_graph_is_refused(value: Any) -> None:
    with pytest.raises(LibraryError) as caught:
        parse_graph(value, "payload")
    assert caught.value.detail["field"].startswith("payload")


def test_people_search_what_nodes_say_and_what_scripts_hold() -> None:
    nodes = [
        {"id": "a", "data": {"label": "First", "content": "Add\nthem", "value": 5, "color": "red"}},
        {"id": "b", "data": {"label": "", "value": {"x": 1}}},
        {"id": "c", "data": None},
        {"id": "d"},
    ]
    assert searchable_text(Kind.WORKFLOW, read(graph(nodes=nodes)).payload) == "First\nAdd\nthem\n5"
    assert searchable_text(Kind.SCRIPT, read(authoring("Größe".encode())).payload) == "Größe"
    assert searchable_text(Kind.ANSIBLE, b"\xff") == ""


@pytest.mark.parametrize(
    "pieces, body",
    [
        ({"playbook": "---\r\n- hosts: all\n"}, b"---\r\n- hosts: all\n"),
        ({"playbook": [{"hosts": "web"}]}, [{"hosts": "web"}]),
        ({"playbook": {"hosts": "web"}}, [{"hosts": "web"}]),
        ({"tasks": [{"ping": {}}]}, [{"hosts": "all", "tasks": [{"ping": {}}]}]),
        ({"roles": ["a"], "tasks": [], "hosts": "db"}, [{"hosts": "db", "roles": ["a"], "tasks": []}]),
    ],
)
def test_a_playbook_in_pieces_becomes_a_playbook(pieces: dict[str, Any], body: Any) -> None:
    document = read({"name": "x", "type": "ansible", "note": 1} | pieces)
    assert document.kind is Kind.ANSIBLE
    assert (document.payload if isinstance(body, bytes) else json.loads(document.payload)) == body
    assert document.extra == {"note": 1} | ({"hosts": "db"} if "hosts" in pieces else {})
    for style in Style:
        assert read(write_document(document, style)) == document


@pytest.mark.parametrize("pieces, field", [({}, "script"), ({"playbook": 5}, "playbook"), ({"tasks": "x"}, "tasks")])
def test_a_playbook_that_is_none_is_refused(pieces: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read({"name": "x", "type": "ansible"} | pieces)
    assert caught.value.detail["field"] == field


def test_a_field_fault_is_a_document_fault() -> None:
    assert issubclass(InvalidField, InvalidDocument)
