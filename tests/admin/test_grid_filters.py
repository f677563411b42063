"""What narrows the list of the library, and how many each filter would leave."""

from typing import Any

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.actions.settings import set_setting
from assemblies.domains import Domain
from assemblies.models import SettingCategory
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.admin.grid_page import LIST, Budget, listed, page
from tests.documents_made import script
from tests.permits import may_create, may_import, may_set


def filters(client: Client, **query: str) -> dict[str, list[tuple[str, int]]]:
    groups = client.get(LIST, query).context["groups"]
    return {group.name: [(str(one.label), one.count) for one in group.options] for group in groups}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Flow", "Python", "Say hello"]),
        ({"domain": "community"}, ["Flow"]),
        ({"kind": "workflow"}, ["Flow"]),
        ({"type": "python"}, ["Python"]),
        ({"category": "greetings"}, ["Say hello"]),
        ({"tag": "Greeting"}, ["Say hello"]),
        ({"dirty": "true"}, ["Say hello"]),
        ({"changed_since": "7"}, ["Flow", "Python", "Say hello"]),
        ({"flagged": "true"}, []),
        ({"q": "SOMEBODY"}, ["Say hello"]),
        ({"q": "print(42)"}, ["Python"]),
        ({"q": "paul"}, ["Flow"]),
        ({"q": "whom", "domain": "user"}, ["Say hello"]),
        ({"q": "whom", "domain": "official"}, []),
        ({"order": "-display_name"}, ["Say hello", "Python", "Flow"]),
        ({"order": "assembly_type"}, ["Say hello", "Python", "Flow"]),
        (
            {"order": "; DROP", "domain": "nowhere", "page": "-1", "size": "9", "kind": "\0"},
            ["Flow", "Python", "Say hello"],
        ),
    ],
)
def test_filters_search_and_order(superuser: Client, catalogue: None, query: dict[str, str], names: list[str]) -> None:
    assert listed(superuser, **query) == names


def test_each_filter_says_how_many_it_would_leave(superuser: Client, catalogue: None) -> None:
    found = filters(superuser, domain="user")
    assert found["domain"] == [("Official", 1), ("Community", 1), ("User-Created", 1)]
    assert found["type"] == [("Bash", 1)]
    assert found["state"] == [("Queued to Write to DB", 1), ("Deleted", 1)]
    assert found["changed_since"][0] == ("In the last 24 hours", 1)


def test_a_filter_that_is_set_is_a_chip_and_its_link_takes_it_out(superuser: Client, catalogue: None) -> None:
    answer = superuser.get(LIST, {"domain": "user", "q": "hello", "tag": "GREETING", "dirty": "true"})
    chips = {chip.label: chip.address for chip in answer.context["chips"]}
    assert chips["User-Created"] == "q=hello&tag=GREETING&dirty=true"
    assert set(chips) == {"hello", "User-Created", "GREETING", "Queued to Write to DB"}
    option = next(one for group in answer.context["groups"] for one in group.options if one.label == "greeting")
    assert (option.is_set, option.address) == (True, "q=hello&domain=user&dirty=true")


def test_a_value_that_leaves_nothing_can_still_be_taken_out(superuser: Client, catalogue: None) -> None:
    assert filters(superuser, category="no such")["category"][-1] == ("no such", 0)


def test_many_values_of_a_filter_are_all_offered(
    superuser: Client, library: PayloadStore, command: Actor, django_assert_max_num_queries: Budget
) -> None:
    documents = [script(f"No {n:03}", category=f"category {n:03}", tags=list("abcdefg")) for n in range(60)]
    import_documents(
        documents, domain=Domain.USER, on_conflict=OnConflict.FAIL, permit=may_import(command), store=library
    )
    answer = superuser.get(LIST, {"category": "category 059"})
    group = next(group for group in answer.context["groups"] if group.name == "category")
    assert (len(group.options), group.is_set) == (60, True)
    assert "+5</span>" in answer.content.decode()


def test_systems_are_a_column_and_a_filter(superuser: Client, library: PayloadStore, command: Actor) -> None:
    for name, systems in (("Both", ["linux", "macos"]), ("One", ["windows"]), ("Any", [])):
        extra = {"operating_systems": systems} if systems else {}
        create(script(name, extra=extra), domain=Domain.USER, permit=may_create(command), store=library)
    assert filters(superuser)["operating_system"] == [("Windows", 1), ("Linux", 1), ("macOS", 1)]
    assert listed(superuser, operating_system="macos") == ["Both"]
    assert 'aria-label="macOS"' in page(superuser, operating_system="linux")


def test_how_far_assemblies_are_is_a_filter_and_a_pill(
    superuser: Client, library: PayloadStore, command: Actor
) -> None:
    names = ("Draft", "Good", "Old", "Gone")
    guids = {
        name: create(script(name), domain=Domain.USER, permit=may_create(command), store=library).guid for name in names
    }
    said: list[tuple[str, SettingCategory, str, Any]] = [
        ("Good", SettingCategory.APPROVED, "production", True),
        ("Old", SettingCategory.APPROVED, "production", True),
        ("Old", SettingCategory.DEPRECATED, "reason", "Slow"),
        ("Gone", SettingCategory.DEPRECATED, "reason", "Slow"),
        ("Gone", SettingCategory.REPLACED_BY, "assembly", guids["Good"]),
    ]
    for name, category, key, value in said:
        set_setting(guids[name], category, key, value, permit=may_set(command))
    assert filters(superuser)["life_cycle"] == [("Draft", 1), ("Approved", 1), ("Deprecated", 1), ("Replaced", 1)]
    for state, name in zip(("draft", "approved", "deprecated", "replaced"), names, strict=True):
        assert listed(superuser, life_cycle=state) == [name]
    assert '<span class="pill pill-warning">Replaced</span>' in page(superuser, life_cycle="replaced")
    assert '">Approved</span>' not in page(superuser, life_cycle="draft").split("<tbody>")[1]
