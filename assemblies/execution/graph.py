"""What a workflow's graph says is to be done: values to work out, and assemblies to run, each after which others.

Pure. Values are always computed; those stored in a graph are what an editor computed last. A node that cannot be
carried out is named by a refusal before anything runs.
"""

import hashlib
import math
import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.utils.translation import gettext as _

from assemblies.documents import canonical_json, graph_of
from assemblies.errors import InvalidField

MAX_ASSEMBLIES = 100
SHOWN_DIGITS = 15
DATA, MATH, COMPARISON = "DataNode", "MathNode", "ComparisonNode"

Value = str | float

SUMS: Mapping[str, Callable[[float, float], float]] = {
    "Add": operator.add,
    "Subtract": operator.sub,
    "Multiply": operator.mul,
    "Divide": operator.truediv,
}
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equal (==)": operator.eq,
    "Not Equal (!=)": operator.ne,
    "Greater Than (>)": operator.gt,
    "Less Than (<)": operator.lt,
    "Greater Than or Equal (>=)": operator.ge,
    "Less Than or Equal (<=)": operator.le,
}


@dataclass(frozen=True, kw_only=True)
class NodeValue:
    """What a node that computes came to, as it is shown."""

    node_id: str
    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class AssemblyNode:
    """A node that runs an assembly: `given` are values for its variables, `after` the nodes that must come first."""

    node_id: str
    label: str
    node_hash: str
    assembly_guid: str
    given: Mapping[str, Any] = field(default_factory=dict)
    after: Sequence[str] = ()

    def refusal(self, message: str, field: str = "") -> InvalidField:
        return _refusal(self.node_id, self.label, message, field)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All nodes of a graph in an order in which each comes after what it depends on."""

    values: Sequence[NodeValue]
    assemblies: Sequence[AssemblyNode]


@dataclass(frozen=True)
class Node:
    """A node as the graph has it, with the edges that lead to it as (handle, source), first to last."""

    id: str
    kind: str
    facts: Mapping[str, Any]
    sha256: str
    inputs: Sequence[tuple[str, str]]

    @property
    def label(self) -> str:
        return str(self.facts.get("label") or self.id)

    @property
    def runs_assembly(self) -> bool:
        return "assembly_guid" in self.facts

    def refusal(self, message: str) -> InvalidField:
        return _refusal(self.id, self.label, message)


def _refusal(node_id: str, label: str, message: str, field: str = "") -> InvalidField:
    words = _("Node “%(node)s”: %(fault)s") % {"node": label, "fault": message}
    return InvalidField(words, field=".".join(filter(None, ("nodes", node_id, field))))


def plan_of(payload: bytes) -> Plan:
    """Return what a workflow's graph says is to be done. Raises InvalidField naming the node or edge at fault."""
    nodes = _nodes(graph_of(payload))
    values: dict[str, Value] = {}
    assemblies: list[AssemblyNode] = []
    for name in _ordered(nodes):
        node = nodes[name]
        if node.runs_assembly:
            assemblies.append(_assembly(node, nodes, values))
        else:
            values[name] = _value(node, nodes, values)
    if len(assemblies) > MAX_ASSEMBLIES:
        raise InvalidField(
            _("A workflow runs at most %(limit)s assemblies.") % {"limit": MAX_ASSEMBLIES}, field="nodes"
        )
    shown = [NodeValue(node_id=name, label=nodes[name].label, value=shown_as(value)) for name, value in values.items()]
    return Plan(values=shown, assemblies=assemblies)


def named_assemblies(payload: bytes) -> list[str]:
    """Return what nodes name as the GUIDs of assemblies, whether or not the graph can be run; each once."""
    facts = [node.get("data") for node in graph_of(payload)["nodes"]]
    named = [one["assembly_guid"] for one in facts if isinstance(one, dict) and "assembly_guid" in one]
    return list(dict.fromkeys(guid for guid in named if isinstance(guid, str)))


def shown_as(value: Value) -> str:
    """Return a value as text: whole numbers without a fraction."""
    return value if isinstance(value, str) else f"{value:.{SHOWN_DIGITS}g}"


def _nodes(graph: Mapping[str, Any]) -> dict[str, Node]:
    counts = Counter(node["id"] for node in graph["nodes"])
    if repeated := [name for name, count in counts.items() if count > 1]:
        raise InvalidField(_("Two nodes have this identifier."), field=f"nodes.{repeated[0]}")
    inputs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for edge in graph["edges"]:
        if missing := [end for end in (edge["source"], edge["target"]) if end not in counts]:
            message = _("This edge leads to a node that is not there: %(node)s.") % {"node": missing[0]}
            raise InvalidField(message, field=f"edges.{edge['id']}")
        inputs[edge["target"]].append((str(edge.get("targetHandle") or ""), edge["source"]))
    return {node["id"]: _node(node, inputs[node["id"]]) for node in graph["nodes"]}


def _node(node: Mapping[str, Any], inputs: Sequence[tuple[str, str]]) -> Node:
    facts = node.get("data")
    sha256 = hashlib.sha256(canonical_json(dict(node))).hexdigest()
    return Node(node["id"], str(node.get("type") or ""), facts if isinstance(facts, dict) else {}, sha256, inputs)


def _ordered(nodes: Mapping[str, Node]) -> list[str]:
    sources = {name: dict.fromkeys(source for _handle, source in node.inputs) for name, node in nodes.items()}
    try:
        return list(TopologicalSorter(sources).static_order())
    except CycleError as error:
        raise nodes[error.args[1][0]].refusal(_("It leads back to itself.")) from None


def _assembly(node: Node, nodes: Mapping[str, Node], values: Mapping[str, Value]) -> AssemblyNode:
    guid, given = node.facts["assembly_guid"], node.facts.get("variables") or {}
    if not isinstance(guid, str) or not guid.strip():
        raise node.refusal(_("It names no assembly."))
    if not isinstance(given, dict):
        raise node.refusal(_("Its variables must be an object of names and values."))
    handed = {handle: shown_as(values[source]) for handle, source in node.inputs if handle and source in values}
    after = dict.fromkeys(source for _handle, source in node.inputs if nodes[source].runs_assembly)
    return AssemblyNode(
        node_id=node.id,
        label=node.label,
        node_hash=node.sha256,
        assembly_guid=guid,
        given=given | handed,
        after=tuple(after),
    )


def _value(node: Node, nodes: Mapping[str, Node], values: Mapping[str, Value]) -> Value:
    if node.kind not in {DATA, MATH, COMPARISON}:
        raise node.refusal(_("Nodes of the kind “%(kind)s” cannot be run.") % {"kind": node.kind})
    if [source for _handle, source in node.inputs if nodes[source].runs_assembly]:
        raise node.refusal(_("It cannot compute with an assembly: values are worked out before anything runs."))
    if node.kind == DATA:
        return _stored(node, values)
    return _sum(node, values) if node.kind == MATH else _compared(node, values)


def _stored(node: Node, values: Mapping[str, Value]) -> Value:
    if len(node.inputs) > 1:
        raise node.refusal(_("It takes one input at most."))
    if node.inputs:
        return values[node.inputs[0][1]]
    value = node.facts.get("value")
    return "" if value is None else str(value)


def _sum(node: Node, values: Mapping[str, Value]) -> Value:
    compute = SUMS.get(str(node.facts.get("operator")))
    if compute is None:
        raise node.refusal(_("Its operator is not known."))
    first, second = (_number(node, value) for value in _operands(node, values))
    try:
        result = compute(first, second)
    except ZeroDivisionError:
        raise node.refusal(_("It divides by zero.")) from None
    return _number(node, result)


def _compared(node: Node, values: Mapping[str, Value]) -> Value:
    compare = COMPARISONS.get(str(node.facts.get("operator")))
    if compare is None:
        raise node.refusal(_("Its operator is not known."))
    first, second = _operands(node, values)
    if node.facts.get("inputType") == "String":
        return float(compare(shown_as(first), shown_as(second)))
    return float(compare(_number(node, first), _number(node, second)))


def _operands(node: Node, values: Mapping[str, Value]) -> tuple[Value, Value]:
    handles = dict(node.inputs)
    if len(node.inputs) != 2 or set(handles) != {"a", "b"}:
        raise node.refusal(_("It needs one input at “a” and one at “b”."))
    return values[handles["a"]], values[handles["b"]]


def _number(node: Node, value: Value) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise node.refusal(_("“%(value)s” is no number.") % {"value": value})
    return number
