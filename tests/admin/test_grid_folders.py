"""The tree of folders next to the list: what is open, what is counted, and where its links lead."""

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.admin.grid.folders import Folder
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.admin.grid_page import LIST, listed, page
from tests.documents_made import script
from tests.permits import may_create

PATHS = ["scripts/linux/ports.json", "scripts/linux/net/dns.json", "scripts/windows/disks.json", "books/site.json"]


@pytest.fixture(autouse=True)
def filled(library: PayloadStore, command: Actor) -> None:
    for path in PATHS:
        document = script(path.rpartition("/")[2], metadata={"source_path": path})
        create(document, domain=Domain.USER, permit=may_create(command), store=library)


def tree(client: Client, folder: str = "") -> list[Folder]:
    folders: list[Folder] = client.get(LIST, {"view": "folders", "folder": folder}).context["folders"]
    return folders


def names(folders: list[Folder]) -> list[tuple[str, int]]:
    return [(folder.name, folder.count) for folder in folders]


def test_the_list_itself_has_no_tree(superuser: Client) -> None:
    assert superuser.get(LIST).context["folders"] is None
    assert 'href="?view=folders"' in page(superuser)


def test_at_first_only_the_topmost_folders_are_there(superuser: Client) -> None:
    assert names(tree(superuser)) == [("books", 1), ("scripts", 3)]
    assert [folder.folders for folder in tree(superuser)] == [[], []]
    assert [folder.has_folders for folder in tree(superuser)] == [False, True]


def test_the_way_to_the_chosen_folder_is_open_and_its_list_holds_what_is_below(superuser: Client) -> None:
    _books, scripts = tree(superuser, "scripts/linux")
    assert scripts.is_open
    assert not scripts.is_chosen
    assert names(scripts.folders) == [("linux", 2), ("windows", 1)]
    assert names(scripts.folders[0].folders) == [("net", 1)]
    assert listed(superuser, view="folders", folder="scripts/linux") == ["dns.json", "ports.json"]


def test_a_folder_that_is_empty_by_now_is_still_shown_where_it_was(superuser: Client) -> None:
    assert ("gone", 0) in names(tree(superuser, "gone"))


def test_links_keep_what_else_narrows_the_list(superuser: Client) -> None:
    shown = page(superuser, view="folders", q="json", domain="user")
    assert 'href="?q=json&amp;folder=scripts&amp;domain=user&amp;view=folders"' in shown or (
        'href="?q=json&amp;domain=user&amp;view=folders&amp;folder=scripts"' in shown
    )


def test_a_name_from_outside_is_shown_as_text(superuser: Client, library: PayloadStore, command: Actor) -> None:
    hostile = script("Hostile", metadata={"source_path": "<script>alert(1)</script>\u202e/x.json"})
    create(hostile, domain=Domain.USER, permit=may_create(command), store=library)
    shown = page(superuser, view="folders")
    assert "<script>alert(1)" not in shown
    assert "\u202e" not in shown
