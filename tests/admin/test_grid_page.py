"""The list of the library: what its rows say, and what sorts and pages it."""

import re
from html import unescape

import pytest
from django.test import Client

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.actions.settings import set_setting
from assemblies.actions.update import update
from assemblies.documents.hidden_characters import undistorted
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import DomainState, SettingCategory, UpstreamDocument
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.admin.grid_page import LIST, Budget, listed, page
from tests.documents_made import script
from tests.permits import may_clone, may_create, may_import, may_set, may_update

QUEUED = '<span class="pill pill-queued">Queued to Write to DB</span>'
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7|add:7 }}{% load x %}", "\u202etxt.exe"]
QUERIES = 12


def test_a_waiting_assembly_carries_a_pill_until_it_is_flushed(superuser: Client, guid: str) -> None:
    assert page(superuser).count(QUEUED) == 1
    assert "1 change queued" in page(superuser)
    assert "data-next-flush=" in page(superuser)
    flush()
    assert QUEUED not in page(superuser)
    assert "change queued" not in page(superuser)


def test_each_row_says_where_it_comes_from_what_it_is_and_who_changed_it(superuser: Client, catalogue: None) -> None:
    shown = page(superuser)
    for wire_name, label in (("official", "Official"), ("community", "Community"), ("user", "User-Created")):
        assert f'<span class="badge badge-{wire_name}">{label}</span>' in shown
    for words in ("#icon-workflow", "#icon-script", "Python", "py/x.json", "olga", "greetings"):
        assert words in shown


def test_deleted_ones_are_listed_on_their_own(superuser: Client, catalogue: None) -> None:
    assert "Gone" not in listed(superuser)
    assert listed(superuser, deleted="true") == ["Gone"]
    shown = page(superuser, deleted="true")
    assert '<span class="pill pill-deleted">Deleted</span>' in shown
    assert 'id="bulk-form"' not in shown


def test_matching_lines_stand_under_the_row_and_the_match_is_marked(superuser: Client, catalogue: None) -> None:
    shown = page(superuser, q="print(42)")
    assert "Line 2</a> <code><mark>print(42)</mark></code>" in shown
    assert re.search(r'href="/admin/assemblies/assembly/[0-9a-f-]+/change/#line-2"', shown)
    assert "Node</span> <code>Ask <mark>Paul</mark></code>" in page(superuser, q="paul")
    assert "Variable</span> <mark>who</mark> <mark>Who</mark>m" in page(superuser, q="who")


def test_pages_are_numbered_and_their_size_is_chosen(superuser: Client, library: PayloadStore, command: Actor) -> None:
    documents = [script(f"No {n:03}") for n in range(260)]
    import_documents(
        documents, domain=Domain.USER, on_conflict=OnConflict.FAIL, permit=may_import(command), store=library
    )
    shown = page(superuser, size="25", page="5")
    assert "Showing 101–125 of 260." in shown
    numbers = re.findall(r'aria-current="page"><span class="visually-hidden">Page </span>(\d+)', shown)
    assert numbers == ["5"]
    links = superuser.get(LIST, {"size": "25", "page": "5"}).context["pages"]
    assert [link.number for link in links] == [1, None, 3, 4, 5, 6, 7, None, 11]
    assert listed(superuser, size="100", page="3")[0] == "No 200"
    assert listed(superuser, page="999")[-1] == "No 259"
    assert "Showing 251–260 of 260." in page(superuser, page="999")


def test_a_heading_turns_its_own_order_round(superuser: Client, guid: str) -> None:
    headings = {one.name: one for one in superuser.get(LIST, {"order": "-updated_at"}).context["headings"]}
    assert (headings["changed"].sorted, headings["changed"].address) == ("descending", "order=updated_at")
    assert (headings["name"].sorted, headings["name"].address) == ("", "")
    assert 'aria-sort="descending"' in page(superuser, order="-updated_at")


def test_copies_and_official_ones_say_how_they_stand(
    superuser: Client, library: PayloadStore, command: Actor, guid: str
) -> None:
    clone(guid, domain=Domain.USER, permit=may_clone(command))
    update(guid, {"summary": "New"}, permit=may_update(command), store=library)
    official = create(script("Published"), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    UpstreamDocument.objects.create(guid=official.guid, content_hash="f" * 64, path="x.json")
    shown = page(superuser)
    assert '<span class="pill pill-warning">The original changed</span>' in shown
    assert '<span class="pill pill-bad">Diverged' in shown
    assert listed(superuser, origin_changed="true") == ["Say hello (copy)"]


def test_hidden_characters_are_pointed_out(superuser: Client, library: PayloadStore, operator: Actor) -> None:
    create(script("Trojan", "echo \u202e\n".encode()), domain=Domain.USER, permit=may_create(operator), store=library)
    assert '<span class="pill pill-warning">Hidden characters</span>' in page(superuser)
    assert listed(superuser, flagged="true") == ["Trojan"]


def test_a_domain_that_cannot_be_written_is_said_so(superuser: Client, guid: str) -> None:
    DomainState.objects.filter(domain="user").update(attempts=3, last_error="disk full", version=9)
    assert "user: 3 failed attempts" in page(superuser)


def test_an_empty_library_and_an_empty_answer_say_what_to_do(superuser: Client) -> None:
    assert "The library is empty." in page(superuser)
    assert "Nothing matches your search." in page(superuser, q="nowhere")


def test_controls_are_for_those_who_may_use_them(signed_in_viewer: Client, superuser: Client, guid: str) -> None:
    viewer, writer = page(signed_in_viewer), page(superuser)
    for control in ('value="tag"', 'value="clone"', 'value="delete"', "New assembly"):
        assert control in writer
        assert control not in viewer
    assert "Export zip" in viewer
    assert '<option value="official">' not in writer


def test_somebody_else_s_favourites_are_not_mine(superuser: Client, signed_in_viewer: Client, guid: str) -> None:
    set_setting(guid, SettingCategory.FAVOURITE, "olga", True, permit=may_set(Actor.of_command("test")))
    assert 'aria-pressed="true"' not in page(superuser)


def test_an_anonymous_visitor_is_sent_to_the_log_in(anonymous: Client) -> None:
    answer = anonymous.get(LIST)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


def test_a_post_to_the_list_does_nothing(superuser: Client, guid: str) -> None:
    sent = {"action": "delete_selected", "_selected_action": [guid]}
    assert superuser.post(LIST, sent).status_code == 405


@pytest.mark.parametrize("query", [{}, {"q": "hello"}, {"favourite": "true"}])
def test_it_costs_a_fixed_number_of_queries(
    superuser: Client,
    library: PayloadStore,
    command: Actor,
    django_assert_max_num_queries: Budget,
    query: dict[str, str],
) -> None:
    documents = [script(f"No {n}", b"echo hello\n") for n in range(120)]
    import_documents(
        documents, domain=Domain.USER, on_conflict=OnConflict.FAIL, permit=may_import(command), store=library
    )
    page(superuser)
    with django_assert_max_num_queries(QUERIES):
        page(superuser, **query, size="100")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_escaped_everywhere(superuser: Client, library: PayloadStore, hostile: str) -> None:
    actor = Actor.of_command(hostile)
    document = script(
        f"Name {hostile}",
        f"echo '{hostile}'\n".encode(),
        summary=hostile,
        category=hostile,
        tags=[hostile],
        metadata={"source_path": hostile},
        variables=[{"name": hostile, "label": hostile, "type": "string"}],
    )
    guid = create(document, domain=Domain.USER, permit=may_create(actor), store=library).guid
    superuser.post(f"{LIST}views/save/", {"name": hostile, "query": f"q={hostile}"})
    pages = [page(superuser), page(superuser, q=hostile, category=hostile, tag=hostile)]
    pages.append(superuser.post(f"{LIST}bulk/", {"verb": "delete", "guid": guid}).content.decode())
    for shown in pages:
        assert undistorted(f"Name {hostile}") in unescape(re.sub("</?mark>", "", shown))
        if "<" in hostile:
            assert hostile not in shown
        assert " style=" not in shown
        assert " onclick=" not in shown
