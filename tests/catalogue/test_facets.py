"""How many each filter would leave."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.catalogue import ListParameters, find_list, library_catalogue
from assemblies.catalogue.facets import Facets, find_facets
from assemblies.domains import Domain
from assemblies.journal.flush import flush_domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_clone, may_create, may_delete, may_update

pytestmark = pytest.mark.database

GUIDS: dict[str, str] = {}


@pytest.fixture(autouse=True)
def stocked(library: PayloadStore, command: Actor) -> None:
    made = [
        (Domain.OFFICIAL, script("Zebra", category="application", tags=["Disk", "linux"])),
        (Domain.COMMUNITY, script("Apple", type_name="powershell", tags={"disk": 1})),
        (Domain.USER, script("Mango", type_name="powershell", category="")),
        (Domain.USER, script("Gone")),
    ]
    for domain, document in made:
        GUIDS[document.display_name] = create(document, domain=domain, permit=may_create(command), store=library).guid
    delete(GUIDS["Gone"], permit=may_delete(command))
    clone(GUIDS["Mango"], domain=Domain.USER, permit=may_clone(command))
    update(GUIDS["Mango"], {"summary": "New"}, permit=may_update(command), store=library)
    flush_domain(Domain.OFFICIAL)


def facets(sets: dict[str, set[str]] | None = None, **query: object) -> Facets:
    result = find_list(library_catalogue().current(), ListParameters(**query))  # type: ignore[arg-type]
    return find_facets(result, now=timezone.now(), sets=sets or {})


def test_each_value_is_counted() -> None:
    found = facets({"flagged": {GUIDS["Apple"]}})
    assert found["domain"] == {"official": 1, "community": 1, "user": 2}
    assert found["kind"] == {"script": 4}
    assert found["type"] == {"bash": 1, "powershell": 3}
    assert found["category"] == {"application": 1, "script": 1}
    assert found["tag"] == {"disk": 2, "linux": 1}
    assert found["dirty"] == {"true": 3}
    assert found["origin_changed"] == {"true": 1}
    assert found["upstream_state"] == {}
    assert found["changed_since"] == {"1": 4, "7": 4, "30": 4}
    assert found["flagged"] == {"true": 1}
    assert found["deleted"] == {"true": 1}


def test_other_values_of_a_filter_that_is_set_count_next_to_the_others_that_are() -> None:
    found = facets(domain=Domain.USER, type="powershell")
    assert found["domain"] == {"community": 1, "user": 2}
    assert found["type"] == {"powershell": 2}
    assert found["tag"] == {}


def test_what_fails_two_filters_counts_nowhere() -> None:
    found = facets(domain=Domain.COMMUNITY, tag="linux")
    assert found["domain"] == {"official": 1}
    assert found["tag"] == {"disk": 1}
    assert found["type"] == {}


def test_a_search_of_several_words_leaves_what_holds_them_all() -> None:
    assert facets(q="zeb ra")["domain"] == {"official": 1}


@pytest.mark.parametrize(
    ("query", "sources"),
    [
        ({"q": "mango"}, {"user": 2}),
        ({"content": "echo"}, {"official": 1, "community": 1, "user": 2}),
        ({"q": "mango", "origin_changed": True}, {"user": 1}),
        ({"among": {"favourite": frozenset()}}, {}),
    ],
)
def test_what_narrows_a_list_narrows_its_counts(query: dict[str, Any], sources: dict[str, int]) -> None:
    found = facets({"flagged": {GUIDS["Mango"], GUIDS["Gone"]}, "favourite": set()}, **query)
    assert found["domain"] == sources
    assert found["changed_since"] == {days: sum(sources.values()) for days in ("1", "7", "30")}
    assert found["flagged"] == {"true": int("user" in sources and "origin_changed" not in query)}


def test_deleted_ones_are_counted_by_themselves() -> None:
    assert facets(deleted=True)["domain"] == {"user": 1}


def test_a_list_is_narrowed_to_what_changed_recently_to_sets_and_to_copies() -> None:
    snapshot, now = library_catalogue().current(), timezone.now()

    def names(**query: object) -> list[str]:
        found = find_list(snapshot, ListParameters(**query))  # type: ignore[arg-type]
        return [entry.content.display_name for entry in found.entries]

    assert names(changed_since=now) == []
    assert len(names(changed_since=now - timedelta(days=1))) == 4
    assert names(among={"favourite": {GUIDS["Apple"], GUIDS["Zebra"]}, "flagged": {GUIDS["Apple"]}}) == ["Apple"]
    assert names(origin_changed=True) == ["Mango (copy)"]
