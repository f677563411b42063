"""What a graph says is to be done, and which graphs are rejected, by the name of the node."""

import json
from typing import Any

import pytest

from assemblies import documents
from assemblies.errors import InvalidField
from assemblies.execution.graph import AssemblyNode, Plan, plan_of

Node = tuple[str, str, dict[str, Any]]
TWO_AND_THREE: list[Node] = [("x", "DataNode", {"value": "2"}), ("y", "DataNode", {"value": 3})]


def planned(nodes: list[Node], *edges: str) -> Plan:
    """Return the plan of a graph whose edges are written as `source>target` or `source>target.handle`."""
    graph = {
        "nodes": [{"id": name, "type": kind, "data": {"label": f"the {name}"} | facts} for name, kind, facts in nodes],
        "edges": [_edge(number, edge) for number, edge in enumerate(edges)],
    }
    return plan_of(documents.parse_graph(json.dumps(graph)))


def _edge(number: int, words: str) -> dict[str, Any]:
    source, _, target = words.partition(">")
    name, _, handle = target.partition(".")
    return {"id": f"e{number}", "source": source, "target": name, "targetHandle": handle or None}


def computed(kind: str, **facts: Any) -> str:
    plan = planned([*TWO_AND_THREE, ("z", kind, facts)], "x>z.a", "y>z.b")
    return {one.node_id: one.value for one in plan.values}["z"]


@pytest.mark.parametrize(
    ("operator", "result"), [("Add", "5"), ("Subtract", "-1"), ("Multiply", "6"), ("Divide", "0.666666666666667")]
)
def test_sums(operator: str, result: str) -> None:
    assert computed("MathNode", operator=operator, value="stale") == result


@pytest.mark.parametrize(
    ("operator", "result"),
    [
        ("Equal (==)", "0"),
        ("Not Equal (!=)", "1"),
        ("Greater Than (>)", "0"),
        ("Less Than (<)", "1"),
        ("Greater Than or Equal (>=)", "0"),
        ("Less Than or Equal (<=)", "1"),
    ],
)
def test_comparisons(operator: str, result: str) -> None:
    assert computed("ComparisonNode", operator=operator, inputType="Number", value="stale") == result


def test_text_is_compared_as_text() -> None:
    nodes: list[Node] = [
        ("x", "DataNode", {"value": "10"}),
        ("y", "DataNode", {"value": "9"}),
        ("z", "ComparisonNode", {"operator": "Less Than (<)", "inputType": "String"}),
    ]
    assert planned(nodes, "x>z.a", "y>z.b").values[-1].value == "1"


def test_assemblies_come_in_order_with_what_they_are_given() -> None:
    nodes: list[Node] = [
        ("last", "AssemblyNode", {"assembly_guid": "b" * 32}),
        ("first", "AssemblyNode", {"assembly_guid": "a" * 32, "variables": {"word": "kept", "size": 1}}),
        *TWO_AND_THREE,
    ]
    plan = planned(nodes, "first>last", "y>first.size")
    assert [one.node_id for one in plan.assemblies] == ["first", "last"]
    first, last = plan.assemblies
    assert (first.assembly_guid, first.given, first.after) == ("a" * 32, {"word": "kept", "size": "3"}, ())
    assert (last.given, last.after) == ({}, ("first",))


@pytest.mark.parametrize(
    ("nodes", "edges", "field"),
    [
        ([("z", "WarpNode", {})], [], "nodes.z"),
        ([("z", "MathNode", {"operator": "Add"})], [], "nodes.z"),
        ([*TWO_AND_THREE, ("z", "MathNode", {"operator": "Power"})], ["x>z.a", "y>z.b"], "nodes.z"),
        ([*TWO_AND_THREE, ("z", "MathNode", {"operator": "Add"})], ["x>z.a", "y>z.a"], "nodes.z"),
        ([("x", "DataNode", {"value": "0"}), ("z", "MathNode", {"operator": "Divide"})], ["x>z.a", "x>z.b"], "nodes.z"),
        ([("x", "DataNode", {"value": "inf"}), ("z", "MathNode", {"operator": "Add"})], ["x>z.a", "x>z.b"], "nodes.z"),
        ([("x", "DataNode", {}), ("x", "DataNode", {})], [], "nodes.x"),
        ([("x", "DataNode", {})], ["x>y"], "edges.e0"),
        ([("z", "AssemblyNode", {"assembly_guid": ""})], [], "nodes.z"),
        ([("z", "AssemblyNode", {"assembly_guid": "a" * 32, "variables": [1]})], [], "nodes.z"),
        ([("z", "AssemblyNode", {"assembly_guid": "a" * 32}), ("x", "DataNode", {})], ["z>x"], "nodes.x"),
        ([(f"n{number}", "AssemblyNode", {"assembly_guid": "a" * 32}) for number in range(101)], [], "nodes"),
    ],
)
def test_what_cannot_be_carried_out_is_named(nodes: list[Node], edges: list[str], field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        planned(nodes, *edges)
    assert refusal.value.detail["field"] == field


def test_a_circle_is_named_by_one_of_its_nodes() -> None:
    with pytest.raises(InvalidField) as refusal:
        planned([*TWO_AND_THREE, ("z", "DataNode", {})], "z>x", "x>y", "y>z")
    assert refusal.value.detail["field"] in {"nodes.x", "nodes.y", "nodes.z"}
    assert "leads back to itself" in refusal.value.message


def test_a_refusal_carries_the_field_within_the_node() -> None:
    node = AssemblyNode(node_id="n", label="Say", node_hash="", assembly_guid="a")
    refusal = node.refusal("no.", "variables.word")
    assert (refusal.message, refusal.detail["field"]) == ("Node “Say”: no.", "nodes.n.variables.word")
