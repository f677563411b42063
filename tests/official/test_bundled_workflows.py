"""Bundled workflows are sound graphs, and the values stored in them are the ones they compute."""

import operator
from collections.abc import Callable
from graphlib import TopologicalSorter
from typing import Any

import pytest

from tests.official.bundled_tree import Document, documents, name_of

every_workflow = pytest.mark.parametrize("document", documents("workflow"), ids=name_of)

OPERATORS: dict[str, Callable[[float, float], float]] = {
    "Add": operator.add,
    "Subtract": operator.sub,
    "Multiply": operator.mul,
    "Divide": operator.truediv,
    "Greater Than (>)": operator.gt,
    "Less Than or Equal (<=)": operator.le,
}


def graph_of(document: Document) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    workflow = document.fields["workflow"]
    return {node["id"]: node for node in workflow["nodes"]}, workflow["edges"]


@every_workflow
def test_nodes_and_edges_are_complete_and_unique(document: Document) -> None:
    workflow = document.fields["workflow"]
    nodes, edges = graph_of(document)
    assert set(workflow) == {"tab_name", "nodes", "edges"}
    assert len(nodes) == len(workflow["nodes"]) >= 5
    assert len({edge["id"] for edge in edges}) == len(edges) >= 4
    for node in nodes.values():
        assert {"id", "type", "position", "width", "height", "data"} <= set(node)
        assert node["data"]["label"]
        assert node["data"]["content"]
        assert float(node["data"]["value"]) >= 0
    for edge in edges:
        assert edge["source"] in nodes
        assert edge["target"] in nodes
        assert edge["targetHandle"] in {"a", "b"}
        assert edge["label"]
    assert len({(edge["target"], edge["targetHandle"]) for edge in edges}) == len(edges), "two edges meet at one handle"
    assert {end for edge in edges for end in (edge["source"], edge["target"])} == set(nodes)


@every_workflow
def test_nodes_do_not_cover_each_other(document: Document) -> None:
    nodes, _ = graph_of(document)
    boxes = [(node["position"]["x"], node["position"]["y"], node["width"], node["height"]) for node in nodes.values()]
    for index, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[:index]:
            assert (
                x + width <= other_x
                or other_x + other_width <= x
                or y + height <= other_y
                or other_y + other_height <= y
            )


@every_workflow
def test_the_graph_has_no_circle_and_computes_the_values_it_shows(document: Document) -> None:
    nodes, edges = graph_of(document)
    inputs: dict[str, dict[str, str]] = {name: {} for name in nodes}
    for edge in edges:
        inputs[edge["target"]][edge["targetHandle"]] = edge["source"]
    values: dict[str, float] = {}
    for name in TopologicalSorter({name: handles.values() for name, handles in inputs.items()}).static_order():
        node, handles = nodes[name], inputs[name]
        if node["type"] == "DataNode":
            values[name] = values[handles["a"]] if handles else float(node["data"]["value"])
        else:
            compute = OPERATORS[node["data"]["operator"]]
            values[name] = float(compute(values[handles["a"]], values[handles["b"]]))
        assert values[name] == float(node["data"]["value"]), name
