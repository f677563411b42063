"""Every page has something to show in the demonstration, to everybody who may open it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings as project
from django.test import Client

from assemblies.demo.people import People, Person
from assemblies.domains import UpstreamState
from assemblies.execution.models import Run
from assemblies.execution.states import Status
from assemblies.fleet.models import Device
from assemblies.models import Assembly
from assemblies.schedules.models import Occurrence
from tests.execution.orders import carry_out
from tests.matrix import table
from tests.matrix.routes import Cell, Route, path_of, routes
from tests.matrix.stocked import Stocked

# Each has a pending write, several revisions and variables.
WELL_FILLED = {"official": "Clock drift", "community": "Page timing", "user": "Backup check"}
NOTHING_HERE = re.compile(r'class="(nothing|audit-nothing|front-empty|empty-state)"(?![^>]*hidden)')
# A form for something new, and what the session that had it verified is told.
BEGINS_EMPTY = {"assemblies_assembly_add", "health_verification"}
# What is new at the source has no assembly to show yet.
STATES = [str(state.label) for state in UpstreamState if state is not UpstreamState.NEW_UPSTREAM]
SAYS = {
    "index": ["Backup check", "Printers"],
    "runs": ["Full file systems", "Backup check", "Morning check", "Canceled", "kim"],
    "run_queue": ["Waiting"],
    "devices": ["fs1", "web-lake", "Quarantined", "DESKTOP-0815"],
    "device_approvals": ["backup-new", "Another device has this name", "kali"],
    "install_codes": ["0 of 2"],
    "persistence": ["Archive", "Waiting for the target"],
    "schedules": ["Morning check", "At 06:30 on Monday to Friday", "Disabled"],
    "schedule": ["Full file systems", "What it ran"],
    "schedule_calendar": ["Look now"],
    "queue": ["Backup check", "Badge readers", "Clock drift", "Page timing"],
    "dev_mode_grants": ["kim", "ada"],
    "assemblies_assembly_changelist": ["40", "Full file systems", "Kernel warnings of today"],
    "assemblies_syncrecord_changelist": STATES,
    "export_assemblies": ["40"],
}


def test_every_page_has_content_for_everybody_who_may_open_it(people: People) -> None:
    Path(project.STATIC_ROOT).mkdir(exist_ok=True)
    asked = 0
    for column, person in identities(people):
        client = signed_in(person, dev_mode=column == "granted")
        for route, cell in pages(column):
            path = path_of(route, cell.target, found())
            answer = client.get(path)
            assert answer.status_code == 200, f"{path} as {person.name}"
            assert_has_content(route, path, answer)
            asked += 1
    assert asked > 100


def identities(people: People) -> Iterator[tuple[str, Person]]:
    """Yield who may open what by the columns of the matrix's table."""
    yield "viewer", people.vera
    yield "operator", people.olga
    yield "administrator", people.ada
    yield "granted", people.ada


def signed_in(person: Person, *, dev_mode: bool) -> Client:
    """Sign in on the page, by the password that is printed."""
    client = Client()
    client.post("/admin/login/", {"username": person.name, "password": person.password})
    if dev_mode:
        answer = client.post("/admin/dev-mode/", {"reason": "look around"})
        assert answer.status_code == 302
    return client


def pages(column: str) -> Iterator[tuple[Route, Cell]]:
    """Yield what may be opened; in Dev Mode only what no administrator may open without."""
    outcomes = table.read()
    for route in routes():
        for cell in route.cells():
            may, before = outcomes[cell].get(column), outcomes[cell].get("administrator")
            if route.is_page and cell.method == "GET" and may == "200" and (column, before) != ("granted", "200"):
                yield route, cell


def found() -> Stocked:
    done = Run.objects.filter(status=Status.COMPLETED)
    if not done:
        carry_out(b"/ is 91% full\n")
    run = done.all()[0]
    stocked = Stocked(setting_key="production", file_name="hosts.csv", run_id=run.run_id)
    stocked.job_id = Occurrence.objects.filter(run_count__gt=0)[0].job_id
    stocked.device = Device.objects.get(hostname="reception").guid
    stocked.guids = {
        domain: Assembly.objects.get(domain=domain, display_name=name).guid for domain, name in WELL_FILLED.items()
    }
    return stocked


def assert_has_content(route: Route, path: str, answer: Any) -> None:
    if answer.streaming:
        assert sum(map(len, answer.streaming_content)) > 0, path
        return
    assert answer.content, path
    if answer.context is None or not answer["Content-Type"].startswith("text/html"):
        return
    html = answer.content.decode()
    if route.name not in BEGINS_EMPTY:
        assert NOTHING_HERE.search(html) is None, path
    if "cl" in answer.context:
        assert answer.context["cl"].result_count > 0, path
    for words in SAYS.get(route.name, []):
        assert words in html, f"{path} does not say {words}"


def test_the_page_of_a_script_shows_findings_facts_and_what_somebody_accepted(people: People) -> None:
    kiosk = Assembly.objects.get(display_name="Reset the kiosk")

    html = (
        signed_in(people.omar, dev_mode=False).get(f"/admin/assemblies/assembly/{kiosk.guid}/change/").content.decode()
    )

    for words in ("reads ROOM_NAME", "Downloads and runs", "files.example.org", "the profile of the kiosk"):
        assert words in html
    assert "Deletes recursively" not in html
