"""Finding assemblies in a snapshot."""

from typing import Any, Literal
from unicodedata import normalize

import pytest

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.catalogue import ORDERINGS, RELEVANCE, ListParameters, ListResult, find_list, library_catalogue
from assemblies.catalogue.search import Search
from assemblies.domains import Domain
from assemblies.journal.flush import flush_domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_update

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def stocked(library: PayloadStore, command: Actor) -> None:
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


def find(**query: object) -> ListResult:
    return find_list(library_catalogue().current(), ListParameters(**query))  # type: ignore[arg-type]


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
        ({"q": "get-disk"}, ["apple"]),
        ({"q": '"und birnen"'}, ["Mango"]),
        ({"q": '"und äpfel"'}, []),
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
    [lines] = find(content="get-disk").lines(Search.of_text("get-disk"), most=20).values()
    assert lines == [(1, "Get-Disk"), (2, "get-disk | fl")]
    [lines] = find(content="get-disk").lines(Search.of_text("get-disk"), most=1).values()
    assert lines == [(1, "Get-Disk")]


def test_the_best_matches_come_first_and_among_equally_good_ones_what_changed_last(
    library: PayloadStore, command: Actor
) -> None:
    documents = [
        script("Log", b"echo\n"),
        script("Log rotation", b"echo\n"),
        script("Rotate the log", b"echo\n"),
        script("Tagged", b"echo\n", tags=["logging"]),
        script("Variable", b"echo\n", variables=[{"name": "LOG_FILE", "label": None}]),
        script("Summary", b"echo\n", summary="Reads the log."),
        script("Text", b"cat /var/log/messages\n"),
        script("Log again", b"echo\n"),
    ]
    for document in reversed(documents[:-1]):
        create(document, domain=Domain.USER, permit=may_create(command), store=library)
    create(documents[-1], domain=Domain.USER, permit=may_create(command), store=library)
    in_order = ["Log", "Log again", "Log rotation", "Rotate the log", "Tagged", "Variable", "Summary", "Text"]
    assert names(q="LOG", ordering=RELEVANCE) == in_order
    assert names(q="log", ordering=RELEVANCE, limit=2, offset=1) == in_order[1:3]
    assert names(q="log rot", ordering=RELEVANCE) == ["Log rotation", "Rotate the log"]
    assert names(q="the log", ordering=RELEVANCE) == ["Rotate the log", "Summary"]
    assert names(q="log", ordering="display_name") == sorted(in_order, key=str.casefold)


def test_without_words_relevance_is_what_changed_last() -> None:
    assert names(ordering=RELEVANCE) == ["banana", "Mango", "apple", "Zebra"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("words", ["Größe", "GRÖSSE", "größe"])
def test_words_are_found_in_either_normal_form_and_any_letter_case(
    library: PayloadStore, command: Actor, form: Literal["NFC", "NFD"], words: str
) -> None:
    text = normalize(form, "echo Größe\n").encode()
    create(script("In its text", text), domain=Domain.USER, permit=may_create(command), store=library)
    named = script(normalize(form, "Die GRÖẞE"), b"echo\n", tags=[normalize(form, "Größe")])
    create(named, domain=Domain.USER, permit=may_create(command), store=library)
    for asked in (normalize("NFC", words), normalize("NFD", words)):
        assert names(q=asked, ordering=RELEVANCE) == [named.display_name, "In its text"]
        assert names(tag=asked) == [named.display_name]
        found = find(content=asked)
        assert [entry.content.display_name for entry in found.entries] == ["In its text"]
        assert [len(lines) for lines in found.lines(Search.of_text(asked), most=9).values()] == [1]
    assert names(q="Grobe") == []


def test_what_a_text_says_is_asked_again_only_of_what_changed(
    library: PayloadStore, command: Actor, django_assert_num_queries: Any
) -> None:
    guid = find(q="hosts:", limit=1).entries[0].guid
    assert names(q="get-disk") == ["apple"]
    with django_assert_num_queries(1):
        assert names(q="get-disk") == ["apple"]
    update(guid, {}, payload=b"Get-Disk\n", permit=may_update(command), store=library)
    assert names(q="get-disk") == ["apple", "Mango"]
    assert names(content="get-disk") == ["apple", "Mango"]
    update(guid, {}, payload=b"echo\n", permit=may_update(command), store=library)
    assert names(q="get-disk") == ["apple"]
    delete(guid, permit=may_delete(command))
    assert names(q="hosts:", deleted=True) == []
