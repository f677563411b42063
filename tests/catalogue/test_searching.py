"""Search by whatever people remember, and where it stands."""

import pytest

from assemblies.actions.create import create
from assemblies.catalogue import library_catalogue
from assemblies.catalogue.searching import CHARACTERS_SHOWN, LINES_PER_ASSEMBLY, MOST_TERMS, Search
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create

pytestmark = pytest.mark.database

GRAPH = b'{"nodes":[{"id":"a","data":{"label":"Ask Paul"}},{"id":"b","data":{"label":"Call paul"}}],"edges":[]}'
GUIDS: dict[str, str] = {}


@pytest.fixture(autouse=True)
def shelf(library: PayloadStore, command: Actor) -> None:
    made = [
        script("Zebra", b"# one\r\nGet-Disk\rget-disk | fl\n", tags=["linux"], summary="Stripes"),
        script("Mango", b"echo 100%_done\n", variables=[{"name": "KILO", "label": "Weight"}]),
        script("Flow", GRAPH, type_name="workflow", category="application"),
    ]
    for document in made:
        name = document.display_name
        GUIDS[name] = create(document, domain=Domain.USER, permit=may_create(command), store=library).guid


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
    found = Search.of(words).guids(library_catalogue().current())
    assert set(found) == {GUIDS[name] for name in expected}


def test_a_guid_or_its_beginning_finds_its_assembly() -> None:
    snapshot = library_catalogue().current()
    assert Search.of(GUIDS["Flow"].upper()).guids(snapshot) == {GUIDS["Flow"]}
    assert Search.of(GUIDS["Flow"][:8]).guids(snapshot) == {GUIDS["Flow"]}


def test_terms_are_few_and_hold_no_control_characters() -> None:
    assert Search.of('a\0b "c d" a \'').terms == ("a", "b", "c d", "'")
    assert len(Search.of(" ".join(map(str, range(99)))).terms) == MOST_TERMS
    assert not Search.of(' "" ')


def test_lines_are_numbered_as_editors_do_and_marked() -> None:
    [first, second] = Search.of("disk").lines([GUIDS["Zebra"]])[GUIDS["Zebra"]]
    assert (first.number, first.pieces) == (2, [("Get-", False), ("Disk", True)])
    assert (second.number, second.pieces) == (3, [("get-", False), ("disk", True), (" | fl", False)])


def test_only_the_first_lines_are_shown_and_long_ones_around_their_match(library: PayloadStore, command: Actor) -> None:
    payload = b"x" * 5000 + b" needle " + b"y" * 5000 + b"\n" + b"needle needle\n" * 50
    guid = create(script("Long", payload), domain=Domain.USER, permit=may_create(command), store=library).guid
    lines = Search.of("needle").lines([guid])[guid]
    assert [line.number for line in lines] == list(range(1, LINES_PER_ASSEMBLY + 1))
    text = "".join(piece for piece, _matches in lines[0].pieces)
    assert text.startswith("…x") and text.endswith("y…") and len(text) == CHARACTERS_SHOWN + 2
    assert lines[1].pieces == [("needle", True), (" ", False), ("needle", True)]


def test_a_longer_term_is_marked_before_a_shorter_one_that_begins_it() -> None:
    assert Search.of("get get-disk").marked("get-disk") == [("get-disk", True)]


def test_without_a_term_nothing_is_marked_and_nothing_asked() -> None:
    search = Search.of("")
    assert search.marked("text") == [("text", False)]
    assert search.lines([GUIDS["Zebra"]]) == {}
