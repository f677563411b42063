"""Finding assemblies in a snapshot."""

import pytest

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.catalogue import ORDERINGS, ListQuery, Page, find_page, library_catalogue
from assemblies.catalogue.query import MATCHES_PER_ASSEMBLY, matching_lines
from assemblies.domains import Domain
from assemblies.journal.flush import flush_domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_delete

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def shelf(library: PayloadStore, command: Actor) -> None:
    made = [
        (Domain.OFFICIAL, script("Zebra", b"echo 100%_done\n", category="application", tags=["Disk", "linux"])),
        (Domain.COMMUNITY, script("apple", b"Get-Disk\nget-disk | fl\n", type_name="powershell", tags={"disk": 1})),
        (Domain.USER, script("Mango", b"- hosts: all\n", type_name="ansible", summary="Äpfel und Birnen")),
        (Domain.USER, script("Gone", b"echo gone\n")),
        (
            Domain.USER,
            script("banana", b"print(1)\n", type_name="python", variables=[{"name": "KILO", "label": "Weight"}]),
        ),
    ]
    guids = {
        d.display_name: create(d, domain=domain, permit=may_create(command), store=library).guid for domain, d in made
    }
    delete(guids["Gone"], permit=may_delete(command))
    flush_domain(Domain.OFFICIAL)


def names(**query: object) -> list[str]:
    return [entry.content.display_name for entry in find(**query).entries]


def find(**query: object) -> Page:
    return find_page(library_catalogue().current(), ListQuery(**query))  # type: ignore[arg-type]


def test_everything_alive_is_listed_by_name_in_any_case() -> None:
    assert names() == ["apple", "banana", "Mango", "Zebra"]
    assert find().count == 4


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"domain": Domain.USER}, ["banana", "Mango"]),
        ({"kind": "ansible"}, ["Mango"]),
        ({"type": "powershell"}, ["apple"]),
        ({"category": "application"}, ["Zebra"]),
        ({"tag": "DISK"}, ["apple", "Zebra"]),
        ({"dirty": False}, ["Zebra"]),
        ({"dirty": True}, ["apple", "banana", "Mango"]),
        ({"deleted": True}, ["Gone"]),
        ({"q": "äpfel BIRNEN"}, ["Mango"]),
        ({"q": "kilo"}, ["banana"]),
        ({"q": "weight"}, ["banana"]),
        ({"q": "linux"}, ["Zebra"]),
        ({"q": "nowhere"}, []),
        ({"content": "GET-DISK"}, ["apple"]),
        ({"content": "100%_d"}, ["Zebra"]),
        ({"content": "%"}, ["Zebra"]),
        ({"content": "gone"}, []),
        ({"q": "zebra", "domain": Domain.USER}, []),
    ],
)
def test_filters_and_searches(query: dict[str, object], expected: list[str]) -> None:
    assert names(**query) == expected


def test_pages_are_parts_of_the_whole() -> None:
    assert names(limit=2) == ["apple", "banana"]
    assert names(limit=2, offset=2) == ["Mango", "Zebra"]
    assert names(offset=9) == []
    assert find(limit=1, offset=3).count == 4


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_each_ordering_works_both_ways(ordering: str) -> None:
    key = ORDERINGS[ordering]
    up = [key(entry) for entry in find(ordering=ordering).entries]
    down = [key(entry) for entry in find(ordering=f"-{ordering}").entries]
    assert up == sorted(up)
    assert down == sorted(down, reverse=True)


def test_a_content_search_tells_the_lines() -> None:
    [lines] = find(content="get-disk").matches.values()
    assert lines == [{"line": 1, "text": "Get-Disk"}, {"line": 2, "text": "get-disk | fl"}]


def test_matches_are_few_and_short() -> None:
    text = "\n".join(["needle " + "x" * 1000] * 100)
    lines = matching_lines(text, "NEEDLE")
    assert len(lines) == MATCHES_PER_ASSEMBLY
    assert all(len(line["text"]) <= 240 for line in lines)
