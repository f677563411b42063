"""The picture of a workflow: zoomed, moved, drawn again while somebody types, and compared."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assemblies import documents
from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.documents_made import script
from tests.permits import may_create, may_update

BUNDLED = Path(__file__).parents[2] / "assemblies" / "official" / "bundled" / "Assemblies" / "workflows"


def make_assembly(store: PayloadStore, payload: bytes, name: str = "Maintenance window") -> str:
    document = script(name, payload, type_name="workflow", category="application")
    return create(document, domain=Domain.USER, permit=may_create(Actor.of_command("keeper")), store=store).guid


def bundled(name: str = "maintenance-window-fit") -> bytes:
    document = documents.read_document((BUNDLED / f"{name}.json").read_bytes(), max_bytes=2**20)
    return document.payload


def otherwise(payload: bytes) -> bytes:
    """The graph with a node more, a node less, and one that says something else."""
    graph = json.loads(payload)
    gone = graph["nodes"].pop()["id"]
    graph["edges"] = [edge for edge in graph["edges"] if gone not in (edge["source"], edge["target"])]
    graph["nodes"][0]["data"]["label"] = "Number of hosts"
    graph["nodes"].append({"id": "new", "type": "DataNode", "position": {"x": 40, "y": 620}, "width": 180, "height": 70,
                           "data": {"label": "Added", "value": "1", "accentColor": "#ffeb00"}})  # fmt: skip
    graph["edges"].append({"id": "n", "source": "new", "target": graph["nodes"][0]["id"], "label": "feeds"})
    return documents.parse_graph(graph)


def view_box(page: Page) -> list[float]:
    return [float(one) for one in str(page.locator(".workflow-picture").first.get_attribute("viewBox")).split()]


def address(guid: str, rest: str = "change/#script") -> str:
    return f"/admin/assemblies/assembly/{guid}/{rest}"


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, False), (False, True)])
def test_a_workflow_is_drawn(visit: Visit, library: PayloadStore, accessible, picture, phone: bool, dark: bool) -> None:  # type: ignore[no-untyped-def]
    guid = make_assembly(library, bundled())
    page = visit("viewer", phone=phone, dark=dark)
    page.goto(address(guid))
    expect(page.get_by_role("img", name="Workflow “Maintenance window fit”")).to_be_visible()
    expect(page.get_by_text("Minutes per host", exact=True).first).to_be_visible()
    accessible(page)
    picture(page, f"workflow-{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}")


def test_it_zooms_and_moves_by_button_key_wheel_and_drag(visit: Visit, library: PayloadStore) -> None:
    guid = make_assembly(library, bundled())
    page = visit("viewer")
    page.goto(address(guid))
    whole = view_box(page)
    page.get_by_role("button", name="Larger").click()
    assert view_box(page)[2] == pytest.approx(whole[2] / 1.25, abs=0.1)
    page.get_by_role("button", name="Smaller").click()
    assert view_box(page)[2] == pytest.approx(whole[2], abs=0.1)

    canvas = page.locator(".workflow-canvas")
    canvas.focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    larger = view_box(page)
    assert larger[2] < whole[2]
    assert larger[0] > whole[0]
    page.keyboard.press("0")
    assert view_box(page) == pytest.approx(whole)

    canvas.hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function("box => document.querySelector('.workflow-picture').getAttribute('viewBox') !== box",
                           arg=" ".join(f"{one:g}" for one in whole))  # fmt: skip
    zoomed = view_box(page)
    assert zoomed[2] < whole[2]

    page.mouse.down()
    page.mouse.move(500, 500, steps=3)
    page.mouse.up()
    moved = view_box(page)
    assert moved[:2] != zoomed[:2]
    assert moved[2:] == zoomed[2:]
    page.get_by_role("button", name="Show all of it").or_(page.get_by_role("button", name="Fit")).click()
    assert view_box(page) == pytest.approx(whole)


def test_the_picture_follows_what_is_typed(visit: Visit, library: PayloadStore) -> None:
    guid = make_assembly(library, b'{"edges":[],"nodes":[{"id":"a","data":{"label":"Before"}}]}')
    page = visit("operator")
    page.goto(address(guid))
    drawn = page.locator(".workflow .node-label")
    expect(drawn).to_have_text(["Before"])
    typed(page, '{"edges":[],"nodes":[{"id":"a","data":{"label":"After <b>"}},{"id":"b"}]}')
    expect(drawn).to_have_text(["After <b>", "b"])
    typed(page, '{"edges":')
    expect(page.get_by_text("this is the last picture of it")).to_be_visible()
    expect(drawn).to_have_text(["After <b>", "b"])
    page.get_by_role("button", name="Larger").click()


def typed(page: Page, text: str) -> None:
    """Type as the editor does: into the form's own field."""
    page.locator("#editor-form textarea[name=payload]").evaluate(
        "(field, text) => { field.value = text; field.dispatchEvent(new Event('input', { bubbles: true })); }", text
    )


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, False), (False, True)])
def test_two_workflows_are_compared(  # type: ignore[no-untyped-def]
    visit: Visit, library: PayloadStore, accessible, picture, phone: bool, dark: bool
) -> None:
    guid = make_assembly(library, bundled())
    update(guid, {}, payload=otherwise(bundled()), permit=may_update(Actor.of_command("keeper")), store=library)
    page = visit("viewer", phone=phone, dark=dark)
    page.goto(address(guid, "diff/"))
    expect(page.get_by_text("+ 1 node added")).to_be_visible()
    expect(page.locator(".is-removed.node")).to_have_count(1)
    expect(page.locator(".is-changed.node")).to_have_count(2)
    page.locator("#payload-title").scroll_into_view_if_needed()
    page.mouse.wheel(0, 300)
    accessible(page)
    picture(page, f"workflow-diff-{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}")


def test_the_real_workflows_are_drawn(visit: Visit, library: PayloadStore, corpus: Path, picture) -> None:  # type: ignore[no-untyped-def]
    page = visit("viewer")
    for file in [*sorted((corpus / "workflow").glob("*.json")), corpus / "envelope" / "math-operations--74897bde.json"]:
        document = documents.read_document(file.read_bytes(), max_bytes=2**20)
        guid = make_assembly(library, document.payload, name=file.stem)
        page.goto(address(guid))
        expect(page.locator(".workflow .node").first).to_be_visible()
        picture(page, f"workflow-real-{file.stem}")
        answer = page.request.get(address(guid, "picture.svg"))
        assert answer.headers["content-type"] == "image/svg+xml; charset=utf-8"
