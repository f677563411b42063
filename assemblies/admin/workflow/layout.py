"""Where the nodes of a workflow stand: where the document says so, else in layers from left to right. Pure, linear."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from assemblies.admin.workflow.graph import Edge, Node

# Beyond this a node would be lost on the page; somebody dragged it away, or wrote nonsense.
FARTHEST = 50_000
GAP_ACROSS, GAP_DOWN = 90, 36
SWEEPS = 3
# A layer of more nodes than this takes several columns.
MAX_LAYER_NODES = 20

Places = dict[int, tuple[int, int]]


def places_of(nodes: Sequence[Node], edges: Sequence[Edge]) -> Places:
    """Return the upper left corner of each node, by its index."""
    given = [node.place for node in nodes if node.place is not None]
    if len(given) == len(nodes) and _are_of_use(given):
        return {index: (round(x), round(y)) for index, (x, y) in enumerate(given)}
    return _layered(nodes, _links(nodes, edges))


def _are_of_use(places: Sequence[tuple[float, float]]) -> bool:
    across, down = [x for x, _y in places], [y for _x, y in places]
    if max(map(abs, across + down), default=0) > FARTHEST:
        return False
    return len(places) <= 1 or len(set(places)) > len(places) // 2


def _links(nodes: Sequence[Node], edges: Iterable[Edge]) -> dict[int, list[int]]:
    """Return where edges lead from each node, without edges that lead nowhere or back to where they came from."""
    place: dict[str, int] = {}
    for index, node in enumerate(nodes):
        place.setdefault(node.id, index)
    links: dict[int, list[int]] = defaultdict(list)
    for edge in edges:
        if edge.source in place and edge.target in place and edge.source != edge.target:
            links[place[edge.source]].append(place[edge.target])
    return links


def _layered(nodes: Sequence[Node], links: dict[int, list[int]]) -> Places:
    order = _order(len(nodes), links)
    rank = {index: at for at, index in enumerate(order)}
    forward = {index: [to for to in links.get(index, []) if rank[to] > rank[index]] for index in order}
    layer = dict.fromkeys(order, 0)
    for index in order:
        for to in forward[index]:
            layer[to] = max(layer[to], layer[index] + 1)
    columns: dict[int, list[int]] = defaultdict(list)
    for index in sorted(order):
        columns[layer[index]].append(index)
    return _stacked(nodes, _untangled([columns[at] for at in sorted(columns)], forward))


def _order(count: int, links: dict[int, list[int]]) -> list[int]:
    """Return the nodes so that links lead onwards; in a cycle, all but those that close it."""
    finished: list[int] = []
    seen: set[int] = set()
    for root in range(count):
        pending = [(root, iter(links.get(root, [])))] if root not in seen else []
        seen.add(root)
        while pending:
            index, following = pending[-1]
            to = next((to for to in following if to not in seen), None)
            if to is None:
                finished.append(index)
                pending.pop()
            else:
                seen.add(to)
                pending.append((to, iter(links.get(to, []))))
    return finished[::-1]


def _untangled(columns: list[list[int]], forward: dict[int, list[int]]) -> list[list[int]]:
    """Return the columns with each node near the middle of what leads to it, so that fewer edges cross."""
    backward: dict[int, list[int]] = defaultdict(list)
    for index, following in forward.items():
        for to in following:
            backward[to].append(index)
    for sweep in range(SWEEPS):
        neighbours = forward if sweep % 2 else backward
        height = {index: at - len(column) / 2 for column in columns for at, index in enumerate(column)}
        for column in columns[::-1] if sweep % 2 else columns:
            middle = {
                index: sum(height[one] for one in neighbours[index]) / len(neighbours[index])
                if neighbours.get(index)
                else height[index]
                for index in column
            }
            column.sort(key=lambda index, middle=middle: middle[index])  # type: ignore[misc]
            height |= {index: at - len(column) / 2 for at, index in enumerate(column)}
    return columns


def _stacked(nodes: Sequence[Node], columns: list[list[int]]) -> Places:
    places: Places = {}
    x = 0
    pieces = [layer[at : at + MAX_LAYER_NODES] for layer in columns for at in range(0, len(layer), MAX_LAYER_NODES)]
    for column in pieces:
        y = -sum(nodes[index].height + GAP_DOWN for index in column) // 2
        for index in column:
            places[index] = (x, y)
            y += nodes[index].height + GAP_DOWN
        x += max(nodes[index].width for index in column) + GAP_ACROSS
    return places
