"""Workflows as pictures, from documents that may hold anything."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from assemblies import documents
from assemblies.admin.workflow.layout import MAX_LAYER_NODES
from assemblies.admin.workflow.picture import MAX_NODES, Picture, picture_between, picture_of
from assemblies.admin.workflow.readable import contrast, fitted, ink_on, is_visible, width_of
from tests.patience import at_most

HOSTILE = "<script>alert(1)</script>\u202e\"'"
scalars = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    scalars | st.text(max_size=20).filter(lambda text: "\0" not in text) | st.sampled_from(["a", "b", "#fff", "#12"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "label", "id"]), inner),
    max_leaves=6,
)
PART_KEYS = "id type position positionAbsolute width height data style source target label measured".split()
parts = st.dictionaries(st.sampled_from(PART_KEYS), values, max_size=8)
graphs = st.fixed_dictionaries({"nodes": st.lists(parts | values, max_size=6), "edges": st.lists(parts, max_size=6)})


def node(name: str, **rest: Any) -> dict[str, Any]:
    return {"id": name, "type": "DataNode", "data": {"label": name.upper()}} | rest


def edge(source: str, target: str, **rest: Any) -> dict[str, Any]:
    return {"id": f"{source}-{target}", "source": source, "target": target} | rest


def graph(nodes: list[Any], edges: list[Any] | None = None, **rest: Any) -> bytes:
    return json.dumps({"nodes": nodes, "edges": edges or []} | rest).encode()


def pictured(nodes: list[Any], edges: list[Any] | None = None) -> Picture:
    picture = picture_of(graph(nodes, edges))
    assert picture is not None
    return picture


def svg_of(picture: Picture | None) -> str:
    return render_to_string("library/workflow/picture.html", {"picture": picture})


def overlapping(picture: Picture) -> bool:
    places = [box.place for box in picture.boxes]
    return any(
        one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom
        for at, one in enumerate(places)
        for other in places[at + 1 :]
    )


def at(x: float, y: float) -> dict[str, Any]:
    return {"position": {"x": x, "y": y}}


def test_nodes_stand_where_the_document_says() -> None:
    picture = pictured([node("a", **at(10.4, 20)), node("b", **at(310, -20), width=120, height=40)], [edge("a", "b")])
    assert [(box.place.x, box.place.y, box.place.width, box.place.height) for box in picture.boxes] == [
        (10, 20, 180, 70),
        (310, -20, 120, 40),
    ]
    assert picture.view_box == "-14 -44 468 158"
    (arrow,) = picture.arrows
    assert arrow.path.startswith("M190 55C")
    assert arrow.head.startswith("M310 0l")


@pytest.mark.parametrize("places", [{}, at(0, 0), at(1e9, 0), at(float("1e308"), -1e308)])
def test_without_places_of_use_they_stand_in_layers_from_left_to_right(places: dict[str, Any]) -> None:
    picture = pictured([node(name, **places) for name in "abcd"], [edge("a", "b"), edge("a", "c"), edge("b", "d")])
    x = {box.node.id: box.place.x for box in picture.boxes}
    assert x["a"] < x["b"] == x["c"] < x["d"]
    assert not overlapping(picture)


def test_cycles_loops_and_edges_to_nowhere_are_drawn() -> None:
    nodes = [node("a"), node("b"), node("b")]
    picture = pictured(
        nodes, [edge("a", "b"), edge("b", "a"), edge("a", "a"), edge("a", "x"), edge("y", "b"), edge("p", "q")]
    )
    assert (len(picture.boxes), len(picture.arrows), picture.leading_nowhere) == (3, 5, 3)
    assert [arrow.leads_nowhere for arrow in picture.arrows] == [False, False, False, True, True]
    assert "3 edges lead to or from nodes that are not there." in svg_of(picture)
    assert not overlapping(picture)


def test_arriving_edges_meet_their_target_one_below_the_other() -> None:
    nodes = [node("low", **at(0, 300)), node("high", **at(0, 0)), node("z", **at(400, 150))]
    low, high = pictured(nodes, [edge("low", "z"), edge("high", "z")]).arrows
    assert (high.head.split("l")[0], low.head.split("l")[0]) == ("M400 173", "M400 196")


def test_thousands_of_nodes_are_drawn_as_far_as_a_picture_goes() -> None:
    with at_most(3):
        picture = pictured(
            [node(str(number)) for number in range(5000)], [edge(str(n), str(n + 1)) for n in range(4999)]
        )
        page = svg_of(picture)
    assert (len(picture.boxes), picture.nodes_left_out, picture.edges_left_out) == (MAX_NODES, 4500, 3499)
    assert "4500 more nodes are not drawn" in page
    assert "3499 more edges are not drawn" in page


def test_many_nodes_of_one_layer_take_several_columns() -> None:
    picture = pictured([node(str(number)) for number in range(100)])
    assert len({box.place.x for box in picture.boxes}) == 100 // MAX_LAYER_NODES
    assert not overlapping(picture)


@pytest.mark.parametrize(
    ("colour", "shown"),
    [("#ffeb00", "#ffeb00"), ("#FFF", "#fff"), ("red", None), ("url(//x)", None), ("#ffff", None), (7, None)],
)
def test_colours_come_from_the_document_only_as_numbers(colour: object, shown: str | None) -> None:
    (box,) = pictured([node("a", data={"accentColor": colour})]).boxes
    assert box.colour == shown


def test_a_style_may_name_the_colour_too() -> None:
    nodes = [node("a", style={"--borealis-accent": "#112233"}), node("b", style={"background": "#abc"})]
    assert [box.colour for box in pictured(nodes).boxes] == ["#112233", "#abc"]


@pytest.mark.parametrize(("colour", "ink"), [("#ffeb00", "#000000"), ("#123", "#ffffff"), ("#58a6ff", "#000000")])
def test_a_label_can_be_read_on_its_colour(colour: str, ink: str) -> None:
    assert ink_on(colour) == ink
    assert contrast(ink, colour) >= 4.5


def test_a_line_that_would_be_lost_on_the_page_has_the_pages_own_colour() -> None:
    assert [is_visible(colour) for colour in ("#58a6ff", "#ffffff", "#101010")] == [True, False, False]
    styles = [{"stroke": "#58a6ff", "strokeDasharray": "6 3"}, {"stroke": "#fefefe"}]
    picture = pictured([node("a"), node("b")], [edge("a", "b", style=style) for style in styles])
    assert [(arrow.colour, arrow.edge.is_dashed) for arrow in picture.arrows] == [("#58a6ff", True), (None, False)]


def test_labels_are_cut_to_fit_and_whole_in_their_title() -> None:
    name = "A rather long name of a node that does a lot"
    picture = pictured([node("a", data={"label": name, "value": 42}), node("b")], [edge("a", "b", label="x" * 60)])
    assert picture.boxes[0].label.endswith("…")
    assert width_of(picture.boxes[0].label, 13) <= 160
    page = svg_of(picture)
    assert f"<title>{name} (DataNode): 42</title>" in page
    assert f"<title>{'x' * 60}</title>" in page


def test_wide_letters_take_more_room() -> None:
    assert len(fitted("漢" * 40, 100, 10)) < len(fitted("i" * 40, 100, 10))
    assert fitted("e\u0301", 10, 10) == "e\u0301"
    assert fitted("", 10, 10) == ""


def test_hostile_texts_are_escaped_and_made_visible() -> None:
    nodes = [node(HOSTILE, type=HOSTILE, data={"label": HOSTILE, "value": HOSTILE, "accentColor": HOSTILE})]
    picture = picture_of(
        graph(nodes, [edge(HOSTILE, HOSTILE, label=HOSTILE, style={"stroke": HOSTILE})], tab_name=HOSTILE)
    )
    page = svg_of(picture)
    assert "<script>" not in page
    assert "\u202e" not in page
    assert "U+202E" in page
    assert "style=" not in page


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"nodes": 7}',
        b'{"nodes": [',
        b"[" * 100_000,
        "\ud800",
        b'{"nodes": [], "nodes": []}',
    ],
)
def test_what_is_no_graph_has_no_picture(payload: bytes | str) -> None:
    assert picture_of(payload) is None
    assert "There is no picture" in svg_of(None)


def test_an_empty_workflow_says_so() -> None:
    assert "This workflow has no nodes yet." in svg_of(pictured([]))


@given(graphs)
def test_any_graph_is_drawn_as_well_formed_svg(value: dict[str, Any]) -> None:
    picture = picture_of(json.dumps(value).encode())
    if picture is None:
        return
    svg = svg_of(picture)
    svg = svg[svg.index("<svg") : svg.index("</svg>") + 6]
    root = ElementTree.fromstring(svg)  # noqa: S314 -- it is our own
    assert {tag.tag.split("}")[1] for tag in root.iter()} <= {"svg", "title", "desc", "g", "path", "rect", "text"}
    small = render_to_string("library/workflow/small.svg", {"picture": picture, "stroke": 2, "width": 96, "height": 54})
    ElementTree.fromstring(small)  # noqa: S314
    assert not re.search(r"\d{9}", picture.view_box)


def test_what_differs_is_marked_on_either_side() -> None:
    before = graph([node("stays"), node("goes"), node("changes"), node("moves", **at(0, 0))], [edge("stays", "goes")])
    changed = node("changes", data={"label": "Otherwise"})
    after = graph([node("stays"), node("comes"), changed, node("moves", **at(9, 9))], [edge("stays", "comes")])
    between = picture_between(before, after)
    assert between.before is not None
    assert between.after is not None
    assert {box.node.id: box.change for box in between.before.boxes} == {
        "stays": "", "goes": "removed", "changes": "changed", "moves": ""
    }  # fmt: skip
    assert {box.node.id: box.change for box in between.after.boxes} == {
        "stays": "", "comes": "added", "changes": "changed", "moves": ""
    }  # fmt: skip
    assert [arrow.change for arrow in (*between.before.arrows, *between.after.arrows)] == ["removed", "added"]
    assert between.counts == {"added": 1, "removed": 1, "changed": 1}
    assert "is-added" in svg_of(between.after)
    assert "is-removed" in svg_of(between.before)


def test_next_to_nothing_everything_is_new() -> None:
    between = picture_between(None, graph([node("a")]))
    assert between.before is None
    assert between.counts == {"added": 1, "removed": 0, "changed": 0}
    assert picture_between(b"no graph", None).counts == {"added": 0, "removed": 0, "changed": 0}


def test_the_real_workflows_are_drawn_as_they_stand(corpus: Path) -> None:
    files = [*sorted((corpus / "workflow").glob("*.json")), corpus / "envelope" / "math-operations--74897bde.json"]
    for file in files:
        picture = picture_of(documents.read_document(file.read_bytes(), max_bytes=2**20).payload)
        assert picture is not None
        assert not overlapping(picture), file.name
        assert picture.leading_nowhere == 0
        assert all(box.label and box.kind for box in picture.boxes)
