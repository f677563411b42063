"""The revisions of an assembly, as its page lists them."""

from typing import Any

import pytest
from django.template.loader import render_to_string

from assemblies.actions.attach import attach
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.revert import revert
from assemblies.actions.update import update
from assemblies.admin.history import tab
from assemblies.admin.history.tab import History, history_of
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.payloads import PayloadStore
from assemblies.web.lookups import get_any_entry
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_attach, may_create, may_delete, may_revert, may_update

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    """Five revisions; the fourth is a deletion."""
    guid = create(script("First"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    flush()
    update(guid, {"display_name": "Second", "tags": ["a"]}, payload=None, permit=may_update(operator), store=library)
    update(guid, {}, payload=b"echo third\n", permit=may_update(operator), store=library)
    delete(guid, permit=may_delete(operator))
    revert(guid, sequence=1, permit=may_revert(operator), store=library)
    return guid


def read(guid: str, page: int | str = 1) -> History:
    return history_of(get_any_entry(guid), page)


def page_of(history: History, **context: Any) -> str:
    return render_to_string("library/history/tab.html", {"history": history, **context})


def test_revisions_come_newest_first_with_what_changed_in_words(guid: str) -> None:
    told = [
        (one.sequence, str(one.operation), one.changes and [str(word) for word in one.changes])
        for one in read(guid).revisions
    ]
    assert told == [
        (5, "Reverted", ["Script", "Name", "Tags"]),
        (4, "Deleted", None),
        (3, "Updated", ["Script"]),
        (2, "Updated", ["Name", "Tags"]),
        (1, "Created", None),
    ]


def test_each_says_who_and_whether_it_is_written_yet(guid: str) -> None:
    history = read(guid)
    assert {one.actor for one in history.revisions} == {"olga"}
    assert [one.is_waiting for one in history.revisions] == [True, True, True, True, False]
    assert [one.is_current for one in history.revisions] == [True, False, False, False, False]
    assert [one.sequence for one in history.revisions if one.can_come_back] == [3, 2, 1]
    assert (history.suggested_from, history.suggested_to) == (3, 5)


def test_of_a_deleted_one_every_revision_can_come_back(guid: str, operator: Actor) -> None:
    delete(guid, permit=may_delete(operator))
    history = read(guid)
    assert history.is_deleted
    assert [one.sequence for one in history.revisions if one.can_come_back] == [5, 3, 2, 1]
    assert "Restore revision 5" in page_of(history, may_restore=True)


def test_a_file_is_named_by_its_number(guid: str, library: PayloadStore, operator: Actor) -> None:
    attach(guid, "a.txt", [b"x"], mime_type="text/plain", permit=may_attach(operator), store=library, max_bytes=9)
    assert read(guid).revisions[0].changes == ["1 file"]


def test_an_earlier_owner_of_the_guid_does_not_come_back_under_another_domain(guid: str) -> None:
    from dataclasses import replace

    moved = replace(get_any_entry(guid), domain="official", revision=9)
    history = history_of(moved)
    assert not any(one.can_come_back for one in history.revisions)
    assert "badge-user" in page_of(history)


def test_pages_lead_to_older_and_newer_ones(
    guid: str, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab, "PAGE_SIZE", 2)
    pages = [read(guid, number) for number in (1, "2", 3, "99", "-1", "last", "²")]
    assert [[one.sequence for one in page.revisions] for page in pages] == [
        [5, 4], [3, 2], [1], [1], [5, 4], [5, 4], [5, 4]
    ]  # fmt: skip
    assert [(page.newer, page.older) for page in pages[:3]] == [(None, 2), (1, 3), (2, None)]
    assert pages[1].revisions[1].changes is not None
    shown = page_of(pages[1])
    assert 'href="?page=1#history"' in shown
    assert 'href="?page=3#history"' in shown


def test_who_may_not_write_sees_no_button(guid: str) -> None:
    assert "Restore revision" not in page_of(read(guid))
    assert page_of(read(guid), may_restore=True).count('method="post"') == 3


def test_a_single_revision_has_nothing_to_be_compared_with(library: PayloadStore, operator: Actor) -> None:
    guid = create(script(), domain=Domain.USER, permit=may_create(operator), store=library).guid
    shown = page_of(read(guid))
    assert 'type="radio"' not in shown
    assert "everything is new" in shown


def test_hostile_texts_are_escaped(library: PayloadStore) -> None:
    guid = create(script(HOSTILE), domain=Domain.USER, permit=may_create(Actor.of_command(HOSTILE)), store=library).guid
    assert HOSTILE not in page_of(read(guid))


def test_a_page_costs_few_queries_and_reads_no_payload(
    guid: str, library: PayloadStore, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = get_any_entry(guid)
    monkeypatch.setattr(library.storage, "open", None)
    with django_assert_num_queries(3):
        history_of(entry)
