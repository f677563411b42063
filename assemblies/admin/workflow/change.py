"""What differs between two graphs, node by node and edge by edge. Pure.

Nodes are the same by their id, edges by their ends. Where a node stands is no difference: somebody tidied up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from assemblies.admin.workflow.graph import Edge, EdgeKey, Graph, Node

Key = TypeVar("Key", str, EdgeKey)


class Change(StrEnum):
    """What became of a node or an edge."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Changes:
    """The changes of one side; what is not named stayed as it was."""

    nodes: Mapping[str, Change] = field(default_factory=dict)
    edges: Mapping[EdgeKey, Change] = field(default_factory=dict)

    def of_node(self, node: Node) -> str:
        return self.nodes.get(node.id, "")

    def of_edge(self, edge: Edge) -> str:
        return self.edges.get(edge.key, "")

    def count(self, change: Change) -> int:
        return sum(one is change for one in self.nodes.values())


def changes_between(before: Graph | None, after: Graph | None) -> tuple[Changes, Changes]:
    """Return what the earlier side lost or had otherwise, and what the later one gained or has otherwise."""
    old, new = before or Graph("", [], []), after or Graph("", [], [])
    old_nodes, new_nodes = _nodes(old), _nodes(new)
    old_edges, new_edges = _edges(old), _edges(new)
    return (
        Changes(_changes(old_nodes, new_nodes, Change.REMOVED), _changes(old_edges, new_edges, Change.REMOVED)),
        Changes(_changes(new_nodes, old_nodes, Change.ADDED), _changes(new_edges, old_edges, Change.ADDED)),
    )


def _nodes(graph: Graph) -> dict[str, bytes]:
    return {node.id: node.meaning for node in reversed(graph.nodes)}


def _edges(graph: Graph) -> dict[EdgeKey, bytes]:
    return {edge.key: edge.meaning for edge in reversed(graph.edges)}


def _changes(own: Mapping[Key, bytes], other: Mapping[Key, bytes], lonely: Change) -> dict[Key, Change]:
    return {
        key: Change.CHANGED if key in other else lonely for key, meaning in own.items() if other.get(key) != meaning
    }
