"""The folder of an assembly, and lists and counts by folder."""

from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.catalogue import ListParameters, find_list, library_catalogue
from assemblies.catalogue.facets import find_facets
from assemblies.catalogue.folders import MAX_DEPTH, NO_FOLDER, folder_of, with_parents
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_update

PLACES: dict[str, dict[str, Any]] = {
    "Ports": {"metadata": {"source_path": "scripts/linux/ports.json"}},
    "Disks": {"metadata": {"source_path": "scripts/windows/disks.json"}},
    "Name": {"category": "Network/DNS"},
    "Top": {"metadata": {"source_path": "top.json"}},
    "Nowhere": {"category": ""},
}


@pytest.fixture
def guids(library: PayloadStore, command: Actor) -> dict[str, str]:
    return {
        name: create(script(name, **place), domain=Domain.USER, permit=may_create(command), store=library).guid
        for name, place in PLACES.items()
    }


def listed(folder: str) -> set[str]:
    found = find_list(library_catalogue().current(), ListParameters(folder=folder))
    return {entry.content.display_name for entry in found.entries}


def counted(**query: Any) -> "Counter[str]":
    found = find_list(library_catalogue().current(), ListParameters(**query))
    return find_facets(found, now=timezone.now(), sets={})["folder"]


@pytest.mark.database
def test_a_folder_has_what_lies_in_it_and_below(guids: dict[str, str]) -> None:
    assert listed("scripts") == {"Ports", "Disks"}
    assert listed("scripts/linux") == {"Ports"}
    assert listed("Network") == listed("Network/DNS") == {"Name"}
    assert listed("script") == set()


@pytest.mark.database
def test_what_has_neither_a_path_nor_a_category_is_in_no_folder(guids: dict[str, str]) -> None:
    assert listed(NO_FOLDER) == {"Top", "Nowhere"}


@pytest.mark.database
def test_every_folder_is_counted_with_what_lies_below_whichever_is_chosen(guids: dict[str, str]) -> None:
    everything = {
        "scripts": 2, "scripts/linux": 1, "scripts/windows": 1, "Network": 1, "Network/DNS": 1, NO_FOLDER: 2,
    }  # fmt: skip
    assert counted() == everything
    assert counted(folder="scripts/linux") == everything


@pytest.mark.database
def test_counts_follow_a_change(guids: dict[str, str], library: PayloadStore, command: Actor) -> None:
    assert counted()["Network"] == 1
    update(guids["Name"], {"category": "Printers"}, permit=may_update(command), store=library)
    assert "Network" not in counted()
    assert counted()["Printers"] == 1


@pytest.mark.database
def test_a_path_from_outside_is_cut_at_a_depth(library: PayloadStore, command: Actor) -> None:
    deep = script("Deep", metadata={"source_path": "/".join(map(str, range(1000)))})
    guid = create(deep, domain=Domain.USER, permit=may_create(command), store=library).guid
    content = library_catalogue().current().entries[guid].content
    assert folder_of(content) == "/".join(map(str, range(MAX_DEPTH)))


def test_the_folders_above_begin_with_the_top() -> None:
    assert list(with_parents("a/b/c")) == ["a", "a/b", "a/b/c"]
    assert list(with_parents(NO_FOLDER)) == [NO_FOLDER]
