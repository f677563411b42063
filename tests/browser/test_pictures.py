"""The pictures of docs/screens.md; with SCREENSHOTS=docs/screens they are taken again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from assemblies.actions.update import update
from assemblies.demo.fill import fill
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.browser.stocked import Stocked, stock
from tests.permits import may_update

Picture = Callable[[Page, str], None]
ITEM = "/admin/assemblies/assembly/{}/change/"
OF_THE_ADMINISTRATOR = {
    "front": "/admin/",
    "library": "/admin/assemblies/assembly/",
    "official-catalogue": "/admin/assemblies/syncrecord/",
    "queue": "/admin/queue/",
    "health": "/admin/health/",
    "audit": "/admin/devmode/auditentry/",
    "schedules": "/admin/schedules/",
    "calendar": "/admin/schedules/calendar/",
    "persistence": "/admin/persistence/",
}


def test_what_an_administrator_in_dev_mode_sees(
    visit: Visit, library: PayloadStore, picture: Picture, settings: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    # Named from here, so that the pictures do not say where that is.
    monkeypatch.chdir(tmp_path)
    settings.OFFICIAL_SOURCE = "official-catalogue"
    settings.LOCAL_WORKER = "on"
    User.objects.create_superuser(settings.ADMIN_USERNAME)
    fill(library, Path(settings.OFFICIAL_SOURCE))
    page = visit("administrator", dev_mode=True)
    for name, path in OF_THE_ADMINISTRATOR.items():
        page.goto(path)
        picture(page, name)
    page.goto(ITEM.format(Assembly.objects.get(display_name="Reset the kiosk").guid))
    expect(page.get_by_text("Downloads and runs")).to_be_visible()
    picture(page, "checks")


def test_what_is_run_and_what_came_of_it(visit: Visit, library: PayloadStore, picture: Picture) -> None:
    stocked = stock(library)
    page = visit("administrator", dev_mode=True)
    for name, path in {
        "runs": "/admin/runs/", "run-queue": "/admin/runs/queue/", "run-failed": f"/admin/runs/{stocked.run}/",
        "run-form": f"/admin/assemblies/assembly/{stocked.own}/run/",
    }.items():  # fmt: skip
        page.goto(path)
        picture(page, name)


def test_what_two_people_see_who_saved_at_once(
    visit: Visit, library: PayloadStore, picture: Picture, operator: Actor
) -> None:
    stocked = stock(library)
    page = visit("administrator", dev_mode=True)
    page.watch.expect(409)  # type: ignore[attr-defined]
    page.goto(ITEM.format(stocked.own) + "#summary")
    page.get_by_role("textbox", name="Summary").fill("Names every disk that is nearly full.")
    update(stocked.own, {"summary": "Names full disks."}, payload=None, permit=may_update(operator), store=library)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Names full disks.").first).to_be_visible()
    picture(page, "conflict")


def documents(stocked: Stocked, folder: Path) -> list[Path]:
    """Return a new document, one that changes an assembly, and one whose GUID is official."""
    script = {"type": "bash", "script": "echo hello\n", "script_encoding": "plain"}
    made = {
        "say-hello": script | {"name": "Say hello", "assembly_guid": "00000000-0000-4000-8000-0000000000aa"},
        "report-full-disks": script | {"name": "Report full disks", "assembly_guid": stocked.own},
        "bitlocker": script | {"name": "BitLocker status", "assembly_guid": stocked.official},
    }
    for name, document in made.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    return sorted(folder.glob("*.json"))


def test_what_an_operator_works_with(visit: Visit, library: PayloadStore, picture: Picture, tmp_path: Path) -> None:
    stocked = stock(library)
    page = visit("operator")
    page.goto("/admin/")
    page.goto("/admin/assemblies/assembly/?q=logrotate")
    expect(page.locator("mark").first).to_be_visible()
    picture(page, "search")
    for tab in ("script", "variables", "files", "history"):
        page.goto("/admin/queue/")
        page.goto(ITEM.format(stocked.own) + f"#{tab}")
        picture(page, f"editor-{tab}")
    page.goto(f"/admin/assemblies/assembly/{stocked.own}/diff/")
    picture(page, "diff")
    page.goto(ITEM.format(stocked.workflow) + "#script")
    picture(page, "workflow")
    page.goto("/admin/assemblies/assembly/import/")
    page.locator("input[type=file]").first.set_input_files(documents(stocked, tmp_path))
    expect(page.get_by_role("button", name="Import the chosen documents")).to_be_enabled()
    picture(page, "import")


def test_what_a_viewer_reads(visit: Visit, library: PayloadStore, picture: Picture) -> None:
    stocked = stock(library)
    page = visit("viewer")
    page.goto("/admin/")
    page.goto(ITEM.format(stocked.official) + "#script")
    picture(page, "read-only")
    for look in ({"dark": True}, {"phone": True}):
        other = visit("operator" if "dark" in look else "administrator", **look)
        other.goto("/admin/")
        other.goto("/admin/assemblies/assembly/")
        picture(other, f"library-{next(iter(look))}")


def test_every_picture_of_the_page_is_there() -> None:
    docs = Path(__file__).parents[2] / "docs"
    named = {part.partition(")")[0] for part in (docs / "screens.md").read_text().split("](screens/")[1:]}
    kept = (docs / "screens").rglob("*.*")
    assert named == {path.relative_to(docs / "screens").as_posix() for path in kept}
