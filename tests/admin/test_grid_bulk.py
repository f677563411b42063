"""What is done to many at once from the list."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.actions.settings import set_setting
from assemblies.actions.update import update
from assemblies.admin.grid import bulk
from assemblies.domains import Domain
from assemblies.models import Assembly, AssemblySetting, JournalEntry, SettingCategory
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in
from tests.documents_made import script
from tests.permits import may_clone, may_create, may_import, may_set, may_update

LIST = "/admin/assemblies/assembly/"
BULK = f"{LIST}bulk/"
VERBS = [
    {"verb": "tag", "tag": "night"},
    {"verb": "untag", "tag": "night"},
    {"verb": "categorise", "category": "nightly"},
    {"verb": "delete"},
]


@pytest.fixture
def writer(library: PayloadStore) -> Client:
    user = User.objects.create_user("otto")
    user.groups.add(Group.objects.get(name="Operators"))
    return signed_in(user)


@pytest.fixture
def make(library: PayloadStore, command: Actor) -> Callable[..., str]:
    def made(name: str = "One", domain: Domain = Domain.USER) -> str:
        return create(script(name), domain=domain, permit=may_create(command), store=library).guid

    return made


def said(client: Client, sent: Mapping[str, Any]) -> str:
    return client.post(BULK, sent, follow=True).content.decode()


def row(guid: str) -> Assembly:
    return Assembly.objects.get(guid=guid)


def test_a_tag_is_added_and_taken_away_and_the_list_is_where_it_was(writer: Client, make: Callable[..., str]) -> None:
    guids = [make(), make("Two")]
    sent = {"verb": "tag", "tag": " night ", "guid": guids, "query": "domain=user&page=1&order=-updated_at"}
    answer = writer.post(BULK, sent)
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?domain=user&order=-updated_at")
    assert all(row(guid).read_content().tags == ["night"] for guid in guids)
    assert "The tag “night” was taken from 1 assembly." in said(writer, sent | {"verb": "untag", "guid": guids[:1]})
    words = said(writer, sent)
    assert "1 assembly now carries the tag “night”. 1 was so already." in words


def test_a_category_is_renamed_by_setting_it_on_all_that_match(writer: Client, make: Callable[..., str]) -> None:
    guids = [make(str(n)) for n in range(3)]
    sent = {"verb": "categorise", "category": "nightly", "matching": "yes", "query": "category=script&size=25"}
    assert "3 assemblies are now in the category “nightly”." in said(writer, sent)
    assert {row(guid).category for guid in guids} == {"nightly"}


@pytest.mark.parametrize("sent", [*VERBS, {"verb": "clone", "domain": "user"}])
@pytest.mark.parametrize("matching", [True, False])
def test_more_than_can_be_changed_at_once_is_refused_before_anything(
    writer: Client, make: Callable[..., str], monkeypatch: pytest.MonkeyPatch, sent: dict[str, str], matching: bool
) -> None:
    monkeypatch.setattr(bulk, "MAX_CHOSEN", 2)
    guids = [make(str(n)) for n in range(3)]
    before = JournalEntry.objects.count()
    which = {"matching": "yes", "query": "domain=user"} if matching else {"guid": guids}
    assert "These are 3 assemblies; at most 2 are changed at once." in said(writer, sent | which)
    assert JournalEntry.objects.count() == before


@pytest.mark.slow
def test_all_that_match_are_changed_beyond_a_page_of_the_api(
    writer: Client, library: PayloadStore, command: Actor
) -> None:
    documents = [script(f"Number {number}") for number in range(10_076)]
    import_documents(
        documents, domain=Domain.USER, on_conflict=OnConflict.FAIL, permit=may_import(command), store=library
    )
    everything = {"matching": "yes", "query": "domain=user"}
    words = said(writer, {"verb": "categorise", "category": "nightly"} | everything)
    assert "10076 assemblies are now in the category “nightly”." in words
    assert set(Assembly.objects.live().values_list("category", flat=True)) == {"nightly"}
    asked = writer.post(BULK, {"verb": "delete"} | everything)
    shown = asked.context["shown"]
    assert "10076 assemblies were deleted." in said(writer, {"verb": "delete", "confirmed": "yes", "shown": shown})
    assert not Assembly.objects.live().exists()


def test_copies_are_made_where_one_may_write(writer: Client, make: Callable[..., str]) -> None:
    sent = {"verb": "clone", "domain": "user", "guid": [make(domain=Domain.OFFICIAL), make("Two")]}
    assert "2 copies were made in User-Created." in said(writer, sent)
    assert Assembly.objects.of_domain(Domain.USER).count() == 3
    answer = writer.post(BULK, sent | {"domain": "official"})
    assert answer.status_code == 403
    assert "Choose where the copies are to go." in said(writer, sent | {"domain": "nowhere"})


def test_a_deletion_is_confirmed_by_name_and_with_what_points_there(
    writer: Client, make: Callable[..., str], operator: Actor
) -> None:
    guid, other = make("Old one"), make("Deprecated")
    clone(guid, domain=Domain.USER, permit=may_clone(operator), display_name="My copy")
    set_setting(other, SettingCategory.REPLACED_BY, "successor", guid, permit=may_set(operator))
    page = writer.post(BULK, {"verb": "delete", "guid": [guid], "query": "q=old"}).content.decode()
    assert not Assembly.objects.deleted().exists()
    for words in ("Delete 1 assembly?", "Old one", "My copy", "Deprecated", "Its history stays", f"{LIST}?q=old"):
        assert words in page
    shown = f"{guid}@{row(guid).sequence}"
    words = said(writer, {"verb": "delete", "confirmed": "yes", "shown": shown, "query": "q=old"})
    assert "1 assembly was deleted." in words
    assert row(guid).deleted_at is not None


def test_only_the_first_are_shown_and_all_are_deleted(writer: Client, library: PayloadStore, command: Actor) -> None:
    documents = [script(f"No {n:03}") for n in range(210)]
    import_documents(
        documents, domain=Domain.USER, on_conflict=OnConflict.FAIL, permit=may_import(command), store=library
    )
    answer = writer.post(BULK, {"verb": "delete", "matching": "yes", "query": "domain=user"})
    assert "and 10 more" in answer.content.decode()
    sent = {"verb": "delete", "confirmed": "yes", "shown": answer.context["shown"]}
    assert "210 assemblies were deleted." in said(writer, sent)


def test_what_changed_after_it_was_shown_is_not_deleted(
    writer: Client, make: Callable[..., str], operator: Actor, library: PayloadStore
) -> None:
    guid = make()
    shown = f"{guid}@{row(guid).sequence}"
    update(guid, {"summary": "New"}, permit=may_update(operator), store=library)
    sent = {"verb": "delete", "confirmed": "yes", "shown": shown}
    assert "Nothing was deleted: one of them was changed meanwhile." in said(writer, sent)
    assert row(guid).deleted_at is None


@pytest.mark.parametrize("sent", VERBS)
def test_one_closed_domain_refuses_the_whole_in_words_that_name_it(
    writer: Client, superuser: Client, make: Callable[..., str], sent: dict[str, str]
) -> None:
    guids = [make(), make("Two", Domain.OFFICIAL)]
    before = JournalEntry.objects.count()
    for client, name in ((writer, "otto"), (superuser, "ada")):
        answer = client.post(BULK, sent | {"guid": guids})
        assert answer.status_code == 403
        assert "1 of the 2 selected are Official." in answer.content.decode()
        assert AuditEntry.objects.filter(outcome="denied", scope="official", actor=name).count() == 1
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize("sent", [*VERBS, {"verb": "clone", "domain": "user"}])
def test_a_viewer_and_an_anonymous_visitor_change_nothing(
    signed_in_viewer: Client, anonymous: Client, make: Callable[..., str], sent: dict[str, str]
) -> None:
    guid = make()
    before = JournalEntry.objects.count()
    assert signed_in_viewer.post(BULK, sent | {"guid": guid}).status_code == 403
    assert anonymous.post(BULK, sent | {"guid": guid})["Location"].startswith("/admin/login/")
    assert JournalEntry.objects.count() == before
    assert AuditEntry.objects.filter(outcome="denied").count() == 1


def test_in_dev_mode_official_ones_are_changed_too(superuser: Client, ada: User, make: Callable[..., str]) -> None:
    bearer = grants.session_digest(str(superuser.session.session_key))
    with transaction.atomic():
        grants.issue(ada, bearer, reason="tests", remote_address="", now=timezone.now())
    guid = make(domain=Domain.OFFICIAL)
    assert "carries the tag" in said(superuser, {"verb": "tag", "tag": "night", "guid": [guid]})
    assert AuditEntry.objects.get(event="assembly.tag_many").dev_mode


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"verb": "tag", "tag": "night"}, "Nothing was selected"),
        ({"verb": "delete", "confirmed": "yes", "shown": ""}, "Nothing was selected"),
        ({"verb": "tag", "tag": "night", "guid": "no such"}, "one of them was deleted meanwhile"),
        ({"verb": "delete", "guid": "no such"}, "one of them was deleted meanwhile"),
        ({"verb": "delete", "confirmed": "yes", "shown": "no-such@x"}, "one of them was deleted meanwhile"),
        ({"verb": "dance"}, "Choose what to do"),
    ],
)
def test_what_cannot_be_done_is_said(writer: Client, sent: dict[str, object], words: str) -> None:
    assert words in said(writer, sent)


def test_an_empty_tag_or_category_is_a_slip(writer: Client, make: Callable[..., str]) -> None:
    guid = make()
    assert "Nothing was changed." in said(writer, {"verb": "tag", "tag": " ", "guid": guid})
    assert "Name the category first." in said(writer, {"verb": "categorise", "category": "", "guid": guid})
    assert row(guid).category == "script"


def test_a_plain_visit_does_nothing(writer: Client) -> None:
    assert writer.get(BULK).status_code == 405


def test_no_foreign_address_is_led_back_to(writer: Client) -> None:
    sent = {"verb": "dance", "query": "next=//elsewhere.example&q=a%0d%0ab"}
    assert writer.post(BULK, sent)["Location"] == f"{LIST}?q=a+b"


def test_many_are_approved_and_deprecated_together_and_none_where_one_is_closed(
    writer: Client, make: Callable[..., str]
) -> None:
    guids = [make("One"), make("Two")]
    sent = {"guid": guids, "life_cycle_words": "production"}
    assert "2 assemblies are approved for" in said(writer, sent | {"verb": "approve"})
    assert "1 assembly is deprecated now." in said(writer, {"verb": "deprecate", "guid": guids[:1]})
    held = AssemblySetting.objects.order_by("category", "assembly_id").values_list("category", "key", "value")
    assert set(held) == {("approved", "production", "true"), ("deprecated", "reason", "true")}
    official = make("Official", Domain.OFFICIAL)
    for verb in ("approve", "deprecate"):
        refused = writer.post(BULK, sent | {"verb": verb, "guid": [*guids, official]})
        assert refused.status_code == 403
    assert not AssemblySetting.objects.filter(assembly_id=official).exists()
    assert "Say first what they are approved for" in said(writer, {"verb": "approve", "guid": guids})
