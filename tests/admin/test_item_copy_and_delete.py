"""Save as my copy; delete, knowing what points there; take the original's content; adopt what was withdrawn."""

from typing import Any

import pytest
from django.test import Client

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.settings import set_setting
from assemblies.actions.update import update
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.domains import Domain, Operation
from assemblies.errors import LibraryBusy
from assemblies.models import Assembly, JournalEntry, SettingCategory, UpstreamDocument
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in
from tests.admin.item_form import address, filled, texts_of
from tests.admin.test_item_page import in_dev_mode, member
from tests.documents_made import script
from tests.permits import may_clone, may_create, may_delete, may_set, may_update


@pytest.fixture
def client(library: PayloadStore) -> Client:
    return signed_in(member("Operators"))


@pytest.fixture
def official(library: PayloadStore) -> str:
    return create(
        script("Shared"), domain=Domain.OFFICIAL, permit=may_create(Actor.of_command("test")), store=library
    ).guid


def entry(guid: str) -> CatalogueEntry:
    return library_catalogue().current().entries[guid]


def guid_in(answer: Any) -> str:
    return str(answer["Location"]).split("/")[-3]


def fail(*_arguments: Any, **_options: Any) -> None:
    raise LibraryBusy()


def test_a_copy_of_a_form_holds_what_was_typed(client: Client, library: PayloadStore, operator: Actor) -> None:
    guid = create(script("Own"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    sent = filled(client, address(guid)) | {"payload": "echo typed\r\n", "summary": "Typed.", "_from_form": "1"}
    copied = entry(guid_in(client.post(address(guid, "copy"), sent)))
    content = copied.content
    assert (content.display_name, content.summary, copied.domain) == ("Own (copy)", "Typed.", "user")
    assert library.read(content.payload) == b"echo typed\n"
    assert content.cloned_from is not None
    assert (content.cloned_from.assembly_guid, content.cloned_from.revision) == (guid, 1)
    assert Assembly.objects.get(guid=copied.guid).search_text == "echo typed\n"
    assert (entry(guid).revision, entry(guid).content.summary) == (1, "")


def test_a_mistake_in_a_form_is_not_copied(client: Client, library: PayloadStore, operator: Actor) -> None:
    guid = create(script("Own"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    answer = client.post(
        address(guid, "copy"), filled(client, address(guid)) | {"timeout_seconds": "soon", "_from_form": "1"}
    )
    assert answer.status_code == 422
    assert "Nothing was copied yet" in answer.content.decode()
    assert len(library_catalogue().current().entries) == 1


def test_a_copy_has_its_own_name_and_knows_its_original(client: Client, official: str) -> None:
    page = client.get(address(official, "copy")).content.decode()
    assert 'value="Shared (copy)"' in page
    assert 'name="domain"' not in page
    copied = entry(guid_in(client.post(address(official, "copy"), {"display_name": " Mine "})))
    assert (copied.content.display_name, copied.domain) == ("Mine", "user")
    assert copied.content.cloned_from is not None
    assert copied.content.cloned_from.assembly_guid == official


def test_a_copy_goes_elsewhere_in_dev_mode_only(client: Client, official: str) -> None:
    sent = {"display_name": "Mine", "domain": "community"}
    assert client.post(address(official, "copy"), sent).status_code == 403
    granted = in_dev_mode(member("Administrators"))
    assert 'name="domain"' in granted.get(address(official, "copy")).content.decode()
    assert entry(guid_in(granted.post(address(official, "copy"), sent))).domain == "community"


def test_a_copy_without_a_good_name_is_not_made(client: Client, official: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.post(address(official, "copy"), {"display_name": "x" * 256})
    assert answer.status_code == 422
    assert "longer than 255" in answer.content.decode()
    monkeypatch.setattr("assemblies.actions.transaction.require_space_for_changes", fail)
    assert client.post(address(official, "copy"), {"display_name": "Mine"}).status_code == 503
    assert Assembly.objects.count() == 1


def test_a_viewer_may_not_copy_nor_delete(signed_in_viewer: Client, official: str) -> None:
    for page in ("copy", "delete"):
        assert signed_in_viewer.get(address(official, page)).status_code == 403
        assert signed_in_viewer.post(address(official, page)).status_code == 403
    assert AuditEntry.objects.filter(outcome="denied").count() == 2
    assert Assembly.objects.live().count() == 1


def test_what_was_deleted_has_no_copy_and_is_not_deleted_again(client: Client, guid: str, operator: Actor) -> None:
    delete(guid, permit=may_delete(operator))
    for page in ("copy", "delete"):
        assert client.get(address(guid, page)).status_code == 404
        assert client.post(address(guid, page)).status_code == 404


def test_before_a_deletion_one_sees_what_points_there(client: Client, guid: str, operator: Actor) -> None:
    assert "Nothing in the library points to it" in client.get(address(guid, "delete")).content.decode()
    copied = clone(guid, domain=Domain.USER, permit=may_clone(operator), display_name="A copy of it").guid
    set_setting(copied, SettingCategory.REPLACED_BY, "fleet", guid, permit=may_set(operator))
    page = client.get(address(guid, "delete")).content.decode()
    assert "1 copy was made of it" in page
    assert "People are told to use it instead of" in page
    assert page.count("A copy of it") == 2


def test_a_deletion_leads_to_the_page_that_says_how_to_bring_it_back(client: Client, guid: str) -> None:
    revision = entry(guid).revision
    answer = client.post(address(guid, "delete"), {"revision": str(revision)}, follow=True)
    assert entry(guid).deleted_at is not None
    assert "was deleted. Its history is kept" in texts_of(answer)[0]
    assert "<strong>Deleted</strong>" in answer.content.decode()


def test_what_changed_since_it_was_shown_is_not_deleted(
    client: Client, library: PayloadStore, guid: str, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = entry(guid).revision
    update(guid, {"summary": "Newer."}, payload=None, permit=may_update(operator), store=library)
    answer = client.post(address(guid, "delete"), {"revision": str(seen)})
    assert answer.status_code == 409
    assert "has changed since" in answer.content.decode()
    monkeypatch.setattr("assemblies.actions.transaction.require_space_for_changes", fail)
    assert client.post(address(guid, "delete"), {"revision": str(seen + 1)}).status_code == 503
    assert entry(guid).deleted_at is None


def test_an_official_one_is_deleted_in_dev_mode_only(client: Client, official: str) -> None:
    assert client.get(address(official, "delete")).status_code == 403
    assert client.post(address(official, "delete")).status_code == 403
    granted = in_dev_mode(member("Administrators"))
    assert granted.post(address(official, "delete"), {"revision": "1"}).status_code == 302
    assert entry(official).deleted_at is not None


def test_a_copy_takes_what_its_original_says_now(
    client: Client, signed_in_viewer: Client, library: PayloadStore, guid: str, operator: Actor
) -> None:
    copied = clone(guid, domain=Domain.USER, permit=may_clone(operator), display_name="Mine").guid
    update(guid, {"summary": "Newer."}, payload=b"echo newer\n", permit=may_update(operator), store=library)
    assert signed_in_viewer.post(address(copied, "take-original")).status_code == 403
    stale = client.post(address(copied, "take-original"), {"revision": "1"}, follow=True)
    assert "has changed since" in texts_of(stale)[0]
    answer = client.post(address(copied, "take-original"), {"revision": str(entry(copied).revision)}, follow=True)
    assert "says what its original says" in texts_of(answer)[0]
    assert (entry(copied).content.display_name, entry(copied).content.summary) == ("Mine", "Newer.")
    assert "no copy of another" in texts_of(client.post(address(guid, "take-original"), follow=True))[0]


def test_what_was_withdrawn_is_adopted(client: Client, signed_in_viewer: Client, official: str) -> None:
    answer = client.post(address(official, "adopt"), follow=True)
    assert "no longer publishes can be adopted" in texts_of(answer)[0]
    JournalEntry.objects.filter(assembly_guid=official).update(operation=Operation.SYNC)
    UpstreamDocument.objects.create(guid="1" * 32, content_hash="0" * 64, path="Other.json")
    library_catalogue.cache_clear()
    assert "no longer publishes this assembly" in client.get(address(official)).content.decode()
    assert signed_in_viewer.post(address(official, "adopt")).status_code == 403
    answer = client.post(address(official, "adopt"))
    adopted = entry(guid_in(answer))
    assert (adopted.domain, adopted.content.display_name) == ("user", "Shared")
