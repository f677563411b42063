"""The picture of a workflow: boxes and arrows with whole numbers, ready for a template. Pure and bounded.

Whatever a document says about its nodes ends as escaped text, as a number, or as a colour `#rgb`/`#rrggbb`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from assemblies.admin.workflow import arrows
from assemblies.admin.workflow.arrows import Arrow, Rectangle, around
from assemblies.admin.workflow.change import Change, Changes, changes_between
from assemblies.admin.workflow.graph import Edge, Graph, Node, read_graph
from assemblies.admin.workflow.layout import places_of
from assemblies.admin.workflow.readable import fitted, ink_on

MAX_NODES = 500
MAX_EDGES = 1500
MARGIN = 24
NOTHING = Rectangle(0, 0, 100, 100)
PADDING = 10
HEAD_HEIGHT = 24
TITLE_SIZE, TEXT_SIZE = 13, 11
# A box this high has room for its kind, and for its value.
KIND_FROM, VALUE_FROM = 46, 62


@dataclass(frozen=True)
class Box:
    """A node as it is drawn; `colour` and `ink` are None where the page's own are used."""

    node: Node
    place: Rectangle
    label: str
    kind: str
    value: str
    colour: str | None
    ink: str | None
    change: str = ""
    # How it does in a run: one of the pills' tones.
    tone: str = ""

    @property
    def text_x(self) -> int:
        return self.place.x + PADDING

    @property
    def label_y(self) -> int:
        return self.place.y + 17

    @property
    def kind_y(self) -> int:
        return self.place.y + HEAD_HEIGHT + 16

    @property
    def value_y(self) -> int:
        return self.place.y + HEAD_HEIGHT + 32

    @property
    def head_path(self) -> str:
        """Return the coloured head, round at its upper corners only."""
        at = self.place
        bottom = min(HEAD_HEIGHT, at.height)
        return f"M{at.x} {at.y + bottom}v{6 - bottom}q0-6 6-6h{at.width - 12}q6 0 6 6v{bottom - 6}z"

    @property
    def badge_x(self) -> int:
        return self.place.right - 4


@dataclass(frozen=True)
class EdgeLine:
    """An edge in words; an end that is not there is named by its id."""

    source: str
    target: str
    label: str
    leads_nowhere: bool
    change: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawn workflow. What is too much to draw is counted, and so are edges that lead nowhere."""

    title: str
    boxes: Sequence[Box]
    arrows: Sequence[Arrow]
    lines: Sequence[EdgeLine]
    frame: Rectangle
    node_count: int
    edge_count: int
    nodes_left_out: int = 0
    edges_left_out: int = 0

    @property
    def view_box(self) -> str:
        return f"{self.frame.x} {self.frame.y} {self.frame.width} {self.frame.height}"

    @property
    def leading_nowhere(self) -> int:
        return sum(line.leads_nowhere for line in self.lines)


@dataclass(frozen=True)
class PictureBetween:
    """Two pictures of one workflow, each with what is not, or otherwise, in the other one; counts of nodes."""

    before: Picture | None
    after: Picture | None
    counts: Mapping[str, int] = field(default_factory=dict)


def picture_of(payload: bytes | str) -> Picture | None:
    """Return the picture of a workflow's graph, or None where there is none to draw."""
    graph = read_graph(payload)
    return drawn(graph, Changes()) if graph else None


def picture_in_run(payload: bytes, states: Mapping[str, tuple[str, str]]) -> Picture | None:
    """Return the picture of a workflow that runs; `states` are words and tone by node, of those that are run."""
    picture = picture_of(payload)
    return picture and replace(picture, boxes=[_in_run(box, states.get(box.node.id)) for box in picture.boxes])


def _in_run(box: Box, state: tuple[str, str] | None) -> Box:
    return box if state is None else replace(box, kind=state[0], tone=state[1], colour=None, ink=None)


def picture_between(before: bytes | None, after: bytes | None) -> PictureBetween:
    """Return both pictures with their differences marked; a side that is None, or no graph, has no picture."""
    old, new = (read_graph(payload) if payload is not None else None for payload in (before, after))
    gone, come = changes_between(old, new)
    left, right = drawn(old, gone) if old else None, drawn(new, come) if new else None
    if left and right:
        # In one frame, so that what stayed stands at the same place in both.
        frame = around([left.frame, right.frame])
        left, right = replace(left, frame=frame), replace(right, frame=frame)
    return PictureBetween(
        before=left,
        after=right,
        counts={
            "added": come.count(Change.ADDED),
            "removed": gone.count(Change.REMOVED),
            "changed": come.count(Change.CHANGED),
        },
    )


def drawn(graph: Graph, changes: Changes) -> Picture:
    """Draw the first nodes of a graph, and the edges between them."""
    nodes = graph.nodes[:MAX_NODES]
    edges = graph.edges[:MAX_EDGES]
    places = places_of(nodes, edges)
    boxes = [_box(node, places[index], changes) for index, node in enumerate(nodes)]
    first: dict[str, Rectangle] = {}
    for box in boxes:
        first.setdefault(box.node.id, box.place)
    lines = arrows.drawn(edges, first, changes)
    return Picture(
        title=graph.title,
        boxes=boxes,
        arrows=lines,
        lines=_lines(edges, graph.nodes, changes),
        frame=_frame([*(box.place for box in boxes), *(arrow.bounds for arrow in lines)]),
        node_count=len(graph.nodes),
        edge_count=len(graph.edges),
        nodes_left_out=len(graph.nodes) - len(nodes),
        edges_left_out=len(graph.edges) - len(edges),
    )


def _box(node: Node, place: tuple[int, int], changes: Changes) -> Box:
    room = node.width - 2 * PADDING
    return Box(
        node=node,
        place=Rectangle(*place, node.width, node.height),
        label=fitted(node.label, room, TITLE_SIZE),
        kind=fitted(node.kind, room, TEXT_SIZE) if node.height >= KIND_FROM else "",
        value=fitted(node.value, room, TEXT_SIZE) if node.height >= VALUE_FROM else "",
        colour=node.colour,
        ink=ink_on(node.colour) if node.colour else None,
        change=changes.of_node(node),
    )


def _frame(bounds: Sequence[Rectangle]) -> Rectangle:
    inner = around(bounds) if bounds else NOTHING
    return Rectangle(inner.x - MARGIN, inner.y - MARGIN, inner.width + 2 * MARGIN, inner.height + 2 * MARGIN)


def _lines(edges: Sequence[Edge], nodes: Sequence[Node], changes: Changes) -> list[EdgeLine]:
    labels: dict[str, str] = defaultdict(str)
    for node in nodes:
        labels[node.id] = labels[node.id] or node.label
    return [
        EdgeLine(
            source=labels.get(edge.source, edge.source),
            target=labels.get(edge.target, edge.target),
            label=edge.label,
            leads_nowhere=edge.source not in labels or edge.target not in labels,
            change=changes.of_edge(edge),
        )
        for edge in edges
    ]
