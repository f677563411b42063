"""A workflow's nodes and edges as far as a picture needs them, read from a document that may hold anything. Pure."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assemblies.documents import canonical_json, parse_json
from assemblies.documents.hidden_characters import visible_pieces
from assemblies.errors import Refusal

MAX_TEXT_LENGTH = 200
DEFAULT_SIZE = (180, 70)
MIN_SIZE, MAX_SIZE = (60, 30), (600, 400)
# Where a node stands and what the editor remembers of it is not what it does.
NOT_MEANT = frozenset("position positionAbsolute width height selected dragging dragHandle measured resizing".split())
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_NODE_COLOURS = ("accentColor", "color")
_NODE_STYLES = ("--borealis-accent", "backgroundColor", "background", "borderColor")

EdgeKey = tuple[str, str, str, str]


@dataclass(frozen=True)
class Node:
    """A node; `place` is None where the document gives none, `meaning` is everything but how it stands."""

    id: str
    label: str
    kind: str
    value: str
    colour: str | None
    place: tuple[float, float] | None
    width: int
    height: int
    meaning: bytes


@dataclass(frozen=True)
class Edge:
    """An edge between two nodes, which need not be there."""

    source: str
    target: str
    label: str
    colour: str | None
    is_dashed: bool
    key: EdgeKey
    meaning: bytes


@dataclass(frozen=True)
class Graph:
    """A workflow; several nodes may bear one id, and edges then lead to the first."""

    title: str
    nodes: list[Node]
    edges: list[Edge]


def read_graph(payload: bytes | str) -> Graph | None:
    """Return the graph of a JSON text, or None when it holds none."""
    try:
        value = parse_json(payload, max_bytes=4 * len(payload))
    except Refusal:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("nodes"), list):
        return None
    return Graph(
        title=_text(value.get("tab_name")),
        nodes=[_node(node) for node in value["nodes"] if isinstance(node, dict)],
        edges=[_edge(edge) for edge in _list(value.get("edges")) if isinstance(edge, dict)],
    )


def _node(node: dict[str, Any]) -> Node:
    facts, style = _dict(node.get("data")), _dict(node.get("style"))
    own = [facts.get(name) for name in _NODE_COLOURS] + [style.get(name) for name in _NODE_STYLES]
    kind = _text(node.get("type"))
    return Node(
        id=_text(node.get("id")),
        label=_text(facts.get("label")) or _text(node.get("label")) or kind or _text(node.get("id")),
        kind=kind,
        value=_text(facts.get("value")) or _text(facts.get("content")),
        colour=_colour(own),
        place=_place(node.get("positionAbsolute")) or _place(node.get("position")),
        width=_size(node, style, "width", 0),
        height=_size(node, style, "height", 1),
        meaning=canonical_json({key: value for key, value in node.items() if key not in NOT_MEANT}),
    )


def _edge(edge: dict[str, Any]) -> Edge:
    style = _dict(edge.get("style"))
    ends = (_text(edge.get(name)) for name in ("source", "target", "sourceHandle", "targetHandle"))
    source, target, *handles = ends
    return Edge(
        source=source,
        target=target,
        label=_text(edge.get("label")) or _text(_dict(edge.get("data")).get("label")),
        colour=_colour([style.get("stroke")]),
        is_dashed=bool(style.get("strokeDasharray")),
        key=(source, target, handles[0], handles[1]),
        meaning=canonical_json({key: value for key, value in edge.items() if key not in {*NOT_MEANT, "id"}}),
    )


def _text(value: object) -> str:
    """Return a short text in one line, in which everything can be seen; numbers are texts too, objects are none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    line = " ".join(str(value)[: 2 * MAX_TEXT_LENGTH].split())
    seen = "".join(piece for piece, _name in visible_pieces(line))
    return seen if len(seen) <= MAX_TEXT_LENGTH else f"{seen[: MAX_TEXT_LENGTH - 1]}…"


def _colour(values: Iterable[object]) -> str | None:
    return next((one.lower() for one in values if isinstance(one, str) and _COLOUR.fullmatch(one)), None)


def _place(value: object) -> tuple[float, float] | None:
    x, y = _number(_dict(value).get("x")), _number(_dict(value).get("y"))
    return None if x is None or y is None else (x, y)


def _size(node: dict[str, Any], style: dict[str, Any], name: str, which: int) -> int:
    found = (_number(one) for one in (node.get(name), _dict(node.get("measured")).get(name), style.get(name)))
    size = next((one for one in found if one is not None and one > 0), DEFAULT_SIZE[which])
    return round(min(max(size, MIN_SIZE[which]), MAX_SIZE[which]))


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None  # type: ignore[arg-type]


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
