"""Notes, settings and aliases: added from their own pages and from the page of an assembly."""

import pytest
from django.test import Client

from assemblies.actions.clone import clone
from assemblies.domains import Domain
from assemblies.models import AssemblyAlias, AssemblyNote, AssemblySetting, AssemblySettingHistory, SettingCategory
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in
from tests.admin.item_form import address, shown
from tests.admin.test_item_page import make_assembly, member
from tests.permits import may_clone

NOTE, SETTING, ALIAS = (f"/admin/assemblies/assembly{kind}/add/" for kind in ("note", "setting", "alias"))


@pytest.fixture
def client(library: PayloadStore) -> Client:
    return signed_in(member("Operators"))


@pytest.fixture
def guid(library: PayloadStore) -> str:
    return make_assembly(library, Domain.USER)


def test_a_note_is_added_on_the_page_of_its_assembly(client: Client, guid: str) -> None:
    assert f'name="assembly" value="{guid}"' in shown(client, guid)
    answer = client.post(NOTE, {"assembly": guid, "content": "Needs two minutes.\nOn Sundays more."})
    assert answer["Location"] == address(guid)
    note = AssemblyNote.objects.get()
    assert (note.assembly_guid, note.note_type, note.created_by) == (guid, "note", "operators")
    assert "Needs two minutes." in shown(client, guid)


def test_settings_are_made_and_removed(client: Client, guid: str) -> None:
    assert f'value="{guid}"' in client.get(SETTING, {"assembly": guid}).content.decode()
    for sent in (
        {"category": "approved", "key": "production"},
        {"category": "deprecated", "value": "Too slow."},
    ):
        assert client.post(SETTING, {"assembly": guid, **sent}).status_code == 302
    found = AssemblySetting.objects.values_list("category", "key", "value")
    assert set(found) == {("approved", "production", "true"), ("deprecated", "reason", '"Too slow."')}
    page = shown(client, guid)
    assert "Approved: production" in page
    assert "Too slow." in page
    sent = {"category": "approved", "key": "production"}
    assert client.post(address(guid, "settings/remove"), sent).status_code == 302
    assert AssemblySetting.objects.get().category == SettingCategory.DEPRECATED
    assert AssemblySettingHistory.objects.get().reason == "removed"
    answer = client.post(address(guid, "settings/remove"), sent, follow=True)
    assert "That is not set any more." in answer.content.decode()


def test_an_alias_is_another_way_to_the_page(client: Client, guid: str) -> None:
    assert client.post(ALIAS, {"assembly": guid, "alias": "Night shift"}).status_code == 302
    assert AssemblyAlias.objects.get().alias == "night shift"
    assert client.post(NOTE, {"assembly": "night shift", "content": "Found."}).status_code == 302
    assert AssemblyNote.objects.get().assembly_guid == guid


@pytest.mark.parametrize(
    ("page", "sent", "status", "said"),
    [
        (NOTE, {"assembly": "nowhere", "content": "Hello"}, 422, "id_assembly_error"),
        (NOTE, {"content": "  "}, 422, "id_content_error"),
        (SETTING, {"category": "approved"}, 422, "id_key_error"),
        (SETTING, {"category": "favourite", "key": "vera"}, 422, "id_category_error"),
        (SETTING, {"category": "variable_default", "key": "NONE", "value": "7"}, 422, "no variable of that name"),
        (SETTING, {"category": "replaced_by", "value": "nowhere"}, 422, "the GUID of another assembly"),
        (ALIAS, {"alias": "a\x07b"}, 422, "id_alias_error"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_written(
    client: Client, guid: str, page: str, sent: dict[str, str], status: int, said: str
) -> None:
    answer = client.post(page, {"assembly": guid} | sent)
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert not (AssemblyNote.objects.exists() or AssemblySetting.objects.exists() or AssemblyAlias.objects.exists())


def test_who_may_not_change_the_assembly_says_nothing_of_it(
    client: Client, signed_in_viewer: Client, library: PayloadStore
) -> None:
    official = make_assembly(library, Domain.OFFICIAL)
    assert client.post(NOTE, {"assembly": official, "content": "Mine."}).status_code == 403
    assert AuditEntry.objects.latest("sequence").outcome == "denied"
    assert 'name="content"' not in shown(client, official)
    for page in (NOTE, SETTING, ALIAS):
        assert signed_in_viewer.get(page).status_code == 403
    assert not AssemblyNote.objects.exists()


def test_the_page_of_an_assembly_says_where_it_is_used(client: Client, guid: str, operator: Actor) -> None:
    clone(guid, domain=Domain.USER, permit=may_clone(operator), display_name="A copy of it")
    assert "Where it is used" in shown(client, guid)
    assert "A copy of it" in shown(client, guid)
