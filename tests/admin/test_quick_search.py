"""What the palette is told while somebody types: assemblies with the lines that contain the words."""

from typing import Any

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create

PAGE = "/admin/assemblies/assembly/quick/"
# The session, its user, where the journal is, and the texts that contain the words.
QUERIES = 4


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    lines = b"echo one\necho two\nsystemctl restart spooler\nspooler again\nspooler once more\n"
    document = script("Restart \u202eprinting", lines)
    return create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid


def found(client: Client, words: str) -> list[dict[str, Any]]:
    answer = client.get(PAGE, {"q": words})
    assert answer.status_code == 200
    return list(answer.json()["found"])


def test_what_is_found_in_the_text_leads_to_its_lines(signed_in_viewer: Client, guid: str) -> None:
    (one,) = found(signed_in_viewer, "spooler")
    assert one["by_text"]
    assert [line["label"] for line in one["lines"]] == ["Line 3", "Line 4"]
    assert one["lines"][0]["address"] == f"/admin/assemblies/assembly/{guid}/change/#line-3"
    assert one["lines"][0]["text"] == "systemctl restart spooler"


def test_what_is_found_by_its_name_leads_to_its_page(signed_in_viewer: Client, guid: str) -> None:
    (one,) = found(signed_in_viewer, "restart")
    assert (one["by_text"], one["domain"], one["source"]) == (False, "user", "User-Created")
    assert (one["guid"], one["address"]) == (guid, f"/admin/assemblies/assembly/{guid}/change/")
    assert "\u202e" not in one["name"]


def test_it_asks_the_database_for_nothing_that_filters_need(
    signed_in_viewer: Client, guid: str, django_assert_max_num_queries: Any
) -> None:
    found(signed_in_viewer, "spooler")
    with django_assert_max_num_queries(QUERIES):
        assert found(signed_in_viewer, "spooler")


def test_no_words_find_nothing(signed_in_viewer: Client, guid: str) -> None:
    assert found(signed_in_viewer, " ") == found(signed_in_viewer, "nowhere") == []


def test_a_guest_is_told_nothing(client: Client, guid: str) -> None:
    assert "/login/" in client.get(PAGE, {"q": "spooler"})["Location"]
