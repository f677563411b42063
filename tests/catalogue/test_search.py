"""Search by whatever people remember, and where it stands."""

from unicodedata import normalize

import pytest

from assemblies.actions.create import create
from assemblies.catalogue import ListParameters, find_list, library_catalogue
from assemblies.catalogue.search import MAX_TERMS, Search
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create

pytestmark = pytest.mark.database

GRAPH = b'{"nodes":[{"id":"a","data":{"label":"Ask Paul"}},{"id":"b","data":{"label":"Call paul"}}],"edges":[]}'
GUIDS: dict[str, str] = {}


@pytest.fixture(autouse=True)
def stocked(library: PayloadStore, command: Actor) -> None:
    made = [
        script("Zebra", b"# one\r\nGet-Disk\rget-disk | fl\n", tags=["linux"], summary="Stripes"),
        script("Mango", b"echo 100%_done\n", variables=[{"name": "KILO", "label": "Weight"}]),
        script("Flow", GRAPH, type_name="workflow", category="application"),
    ]
    for document in made:
        name = document.display_name
        GUIDS[name] = create(document, domain=Domain.USER, permit=may_create(command), store=library).guid


def found(words: str) -> set[str]:
    return set(find_list(library_catalogue().current(), ListParameters(q=words)).guids)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("GET-DISK", {"Zebra"}),
        ("stripes get-disk", {"Zebra"}),
        ("linux", {"Zebra"}),
        ("weight", {"Mango"}),
        ("100%_d", {"Mango"}),
        ('"one get"', set()),
        ('"ask paul"', {"Flow"}),
        ("zebra mango", set()),
        ("paul", {"Flow"}),
    ],
)
def test_every_term_must_stand_somewhere(words: str, expected: set[str]) -> None:
    assert found(words) == {GUIDS[name] for name in expected}


def test_a_guid_or_its_beginning_finds_its_assembly() -> None:
    assert found(GUIDS["Flow"].upper()) == found(GUIDS["Flow"][:8]) == {GUIDS["Flow"]}
    assert found(f"{GUIDS['Flow']} paul") == {GUIDS["Flow"]}


def test_terms_are_few_and_hold_no_control_characters() -> None:
    assert Search.of('a\0b "c d" a \'').terms == ("a", "b", "c d", "'")
    assert len(Search.of(" ".join(map(str, range(99)))).terms) == MAX_TERMS
    assert not Search.of(' "" ')


def test_lines_are_numbered_as_editors_do_and_marked() -> None:
    search = Search.of("disk")
    lines = list(search.lines("# one\r\nGet-Disk\rget-disk | fl\n"))
    assert lines == [(2, "Get-Disk"), (3, "get-disk | fl")]
    assert search.marked(lines[0].text) == [("Get-", False), ("Disk", True)]
    assert search.marked(lines[1].text) == [("get-", False), ("disk", True), (" | fl", False)]


def test_a_match_over_two_lines_counts_as_one_of_the_first() -> None:
    assert list(Search.of_text("a\nb").lines("x\na\nb\nab\na\nb")) == [(2, "a"), (5, "a")]


def test_lines_beyond_ascii_are_shown_as_they_were_written() -> None:
    decomposed = normalize("NFD", "Größe")
    assert list(Search.of("GRÖSSE").lines(f"ß\n{decomposed}\n")) == [(2, decomposed)]


def test_a_long_line_is_shown_around_its_match() -> None:
    search = Search.of("needle")
    part = search.part_of("x" * 5000 + " needle " + "y" * 5000, 160)
    assert part.startswith("…x") and part.endswith("y…") and len(part) == 162
    assert search.part_of("needle needle", 160) == "needle needle"
    assert search.marked("needle needle") == [("needle", True), (" ", False), ("needle", True)]


def test_a_longer_term_is_marked_before_a_shorter_one_that_begins_it() -> None:
    assert Search.of("get get-disk").marked("get-disk") == [("get-disk", True)]


def test_without_a_term_nothing_is_marked_and_nothing_found() -> None:
    search = Search.of("")
    assert search.marked("text") == [("text", False)]
    assert not search.is_in("text")
