"""The arrows of a workflow's picture: curves from the right side of a box to the left side of another. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assemblies.admin.workflow.change import Changes
from assemblies.admin.workflow.graph import Edge
from assemblies.admin.workflow.readable import fitted, is_visible, width_of

LABEL_SIZE = 11
LABEL_WIDTH = 140
HEAD = 9
MIN_BEND, MAX_BEND = 36, 240
# An edge that leads nowhere is drawn as far as this.
STUB = 46


@dataclass(frozen=True)
class Rectangle:
    """A place on the picture, in whole units."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


def around(places: Sequence[Rectangle]) -> Rectangle:
    """Return the smallest place that holds all of `places`, of which there is one at least."""
    left, top = min(place.x for place in places), min(place.y for place in places)
    right, bottom = max(place.right for place in places), max(place.bottom for place in places)
    return Rectangle(left, top, right - left, bottom - top)


@dataclass(frozen=True)
class Arrow:
    """An edge as it is drawn: the curve, its head, and its label on a plate of its own."""

    edge: Edge
    path: str
    head: str
    bounds: Rectangle
    label: str
    plate: Rectangle
    colour: str | None
    leads_nowhere: bool
    change: str

    @property
    def label_x(self) -> int:
        return self.plate.x + self.plate.width // 2

    @property
    def label_y(self) -> int:
        return self.plate.y + 12


def drawn(edges: Sequence[Edge], boxes: Mapping[str, Rectangle], changes: Changes) -> list[Arrow]:
    """Return the arrows of the edges that have at least one box; `boxes` are the nodes' places by id."""
    doors = _doors(edges, boxes)
    found = []
    for index, edge in enumerate(edges):
        source, target = boxes.get(edge.source), boxes.get(edge.target)
        if source is not None and target is not None:
            found.append(_arrow(edge, (source.right, source.middle), (target.x, doors[index]), changes))
        elif source is not None:
            end = (source.right + STUB, source.middle)
            found.append(_arrow(edge, (source.right, source.middle), end, changes, leads_nowhere=True))
        elif target is not None:
            start = (target.x - STUB, doors[index])
            found.append(_arrow(edge, start, (target.x, doors[index]), changes, leads_nowhere=True))
    return found


def _doors(edges: Sequence[Edge], boxes: Mapping[str, Rectangle]) -> dict[int, int]:
    """Return at which height each edge meets its target: one below the other, in the order they come from above."""
    arriving: dict[str, list[int]] = defaultdict(list)
    for index, edge in enumerate(edges):
        if edge.target in boxes:
            arriving[edge.target].append(index)
    doors: dict[int, int] = {}
    for target, indexes in arriving.items():
        box = boxes[target]
        indexes.sort(key=lambda index: boxes[edges[index].source].y if edges[index].source in boxes else box.y)
        for at, index in enumerate(indexes, start=1):
            doors[index] = box.y + box.height * at // (len(indexes) + 1)
    return doors


def _arrow(
    edge: Edge, start: tuple[int, int], end: tuple[int, int], changes: Changes, *, leads_nowhere: bool = False
) -> Arrow:
    (x, y), (end_x, end_y) = start, end
    across = end_x - x
    bend = min(max(abs(across) // 2, MIN_BEND), MAX_BEND) if not leads_nowhere else 0
    # Back to where it came from: over the boxes rather than behind them.
    lift = -90 if edge.source == edge.target else 0
    tip = end_x - HEAD + 1
    points = [(x, y), (x + bend, y + lift), (end_x - bend, end_y + lift), (tip, end_y)]
    middle_x, middle_y = (round((p[0] + 3 * p[1] + 3 * p[2] + p[3]) / 8) for p in zip(*points, strict=True))
    label = fitted(edge.label, LABEL_WIDTH, LABEL_SIZE)
    width = width_of(label, LABEL_SIZE) + 10
    (_start, one, other, last) = (f"{across} {down}" for across, down in points)
    return Arrow(
        edge=edge,
        path=f"M{x} {y}C{one} {other} {last}",
        head=f"M{end_x} {end_y}l-{HEAD}-5v10z",
        bounds=around([Rectangle(*point, 0, 0) for point in (*points, (end_x, end_y))]),
        label=label,
        plate=Rectangle(middle_x - width // 2, middle_y - 8, width, 16),
        colour=edge.colour if edge.colour and is_visible(edge.colour) else None,
        leads_nowhere=leads_nowhere,
        change=changes.of_edge(edge),
    )
