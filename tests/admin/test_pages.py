"""Every page opens for those who may see it, costs few queries, and changes nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from assemblies.journal.flush import flush
from assemblies.models import (
    Assembly,
    AssemblyAlias,
    AssemblyNote,
    AssemblySetting,
    AssemblySettingHistory,
    DomainState,
    Flush,
    JournalEntry,
    SyncRecord,
)
from assemblies.payloads import PayloadStore
from devmode.models import ApiToken, AuditEntry
from tests.admin.conftest import signed_in

MODELS: dict[str, Any] = {
    "assemblies/journalentry": JournalEntry,
    "assemblies/domainstate": DomainState,
    "assemblies/flush": Flush,
    "assemblies/assemblysetting": AssemblySetting,
    "assemblies/assemblysettinghistory": AssemblySettingHistory,
    "assemblies/assemblynote": AssemblyNote,
    "assemblies/assemblyalias": AssemblyAlias,
    "devmode/auditentry": AuditEntry,
    "devmode/apitoken": ApiToken,
}
LIST_QUERIES, PAGE_QUERIES = 7, 6
every_model = pytest.mark.parametrize("name", MODELS)
Budget = Callable[[int], Any]


@pytest.fixture(autouse=True)
def full(guid: str, deleted_guid: str, api_token: ApiToken, sync_record: SyncRecord, annotated: None) -> None:
    """Rows of every kind."""


def address(name: str, rest: str = "") -> str:
    return f"/admin/{name}/{rest}"


def first(name: str) -> Any:
    return MODELS[name]._default_manager.order_by("pk").first()


def everything() -> list[list[dict[str, Any]]]:
    return [list(model._default_manager.order_by("pk").values()) for model in MODELS.values()]


@every_model
def test_a_superuser_sees_the_list_and_each_page(superuser: Client, name: str) -> None:
    answer = superuser.get(address(name))
    assert answer.status_code == 200
    if name != "devmode/auditentry":  # which has a list of its own
        assert answer.context["cl"].result_count >= 1
    for row in MODELS[name]._default_manager.all():
        page = superuser.get(address(name, f"{row.pk}/change/"))
        assert page.status_code == 200
        assert b'type="submit"' not in page.content.split(b'id="content"')[1]


@every_model
def test_an_anonymous_visitor_is_sent_to_the_log_in_and_a_viewer_refused(
    anonymous: Client, signed_in_viewer: Client, name: str
) -> None:
    for rest in ("", f"{first(name).pk}/change/", f"{first(name).pk}/delete/", "add/"):
        answer = anonymous.get(address(name, rest))
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")
        assert signed_in_viewer.get(address(name, rest)).status_code == 403


def test_the_right_to_view_is_worth_nothing_without_being_staff(library: PayloadStore) -> None:
    user = User.objects.create_user("not staff")
    user.user_permissions.set(Permission.objects.all().exclude(codename="enter_dev_mode"))
    client = signed_in(user)
    for path in ("/admin/auth/user/", "/admin/auth/group/", "/admin/auth/user/add/", "/admin/assemblies/flush/"):
        assert client.get(path).status_code == 403


@every_model
def test_staff_see_what_they_have_the_permission_to_view(staff: Client, name: str) -> None:
    expected = 200 if name.startswith("assemblies/") else 403
    assert staff.get(address(name)).status_code == expected
    assert staff.get(address(name, f"{first(name).pk}/change/")).status_code == expected


def is_said(client: Client, name: str) -> bool:
    """Say whether somebody may add such rows on a page of their own."""
    said = {"assemblies/assemblysetting", "assemblies/assemblynote", "assemblies/assemblyalias"}
    return name in said and client.get(address(name, "add/")).status_code == 200


@every_model
def test_no_post_changes_anything(superuser: Client, staff: Client, name: str) -> None:
    row = first(name)
    sent = {field.name: "changed" for field in row._meta.fields} | {"_save": "Save"}
    before = everything()
    for client in (superuser, staff):
        # What people say of assemblies is added by an action, which takes none of a row's own fields.
        assert client.post(address(name, "add/"), sent).status_code == (422 if is_said(client, name) else 403)
        assert client.post(address(name, f"{row.pk}/change/"), sent).status_code == 403
        client.post(address(name), sent | {"action": "delete_selected", "_selected_action": [str(row.pk)]})
        client.post(address(name), sent | {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": row.pk})
        if name != "devmode/apitoken":
            assert client.post(address(name, f"{row.pk}/delete/"), {"post": "yes"}).status_code == 403
    assert everything() == before
    assert not LogEntry.objects.exists()


@every_model
def test_lists_and_pages_cost_a_fixed_number_of_queries(
    superuser: Client, django_assert_max_num_queries: Budget, name: str
) -> None:
    listed, page = address(name), address(name, f"{first(name).pk}/change/")
    for path in (listed, page):
        superuser.get(path)
    # The audit names its subjects, so it asks where the catalogue is, too.
    with django_assert_max_num_queries(LIST_QUERIES + (name == "devmode/auditentry")):
        superuser.get(listed)
    with django_assert_max_num_queries(PAGE_QUERIES):
        superuser.get(page)


@every_model
def test_a_page_that_is_not_there_leads_back_to_the_start(superuser: Client, name: str) -> None:
    answer = superuser.get(address(name, "999999/change/"))
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


@every_model
def test_no_page_holds_an_inline_script_or_style(superuser: Client, name: str) -> None:
    for rest in ("", f"{first(name).pk}/change/"):
        page = superuser.get(address(name, rest)).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        assert page.count("<script") == len(re.findall(r'<script (?:type="module" )?(?:src|id)=', page))


def test_the_style_sheet_is_served(superuser: Client) -> None:
    assert "assemblies/components.css" in superuser.get(address("assemblies/flush")).content.decode()
    answer: Any = superuser.get("/static/assemblies/components.css")
    assert answer.status_code == 200
    assert b".pill-queued" in b"".join(answer.streaming_content)


def test_payload_guids_are_for_administrators(superuser: Client, staff: Client, guid: str) -> None:
    payload_guid = Assembly.objects.get(guid=guid).payload_guid
    revision = JournalEntry.objects.of_assembly(guid).first()
    assert revision is not None
    page = address("assemblies/journalentry", f"{revision.pk}/change/")
    assert payload_guid in superuser.get(page).content.decode()
    assert payload_guid not in staff.get(page).content.decode()


def test_no_digest_of_a_token_is_shown(superuser: Client, api_token: ApiToken) -> None:
    for rest in ("", f"{api_token.pk}/change/"):
        page = superuser.get(address("devmode/apitoken", rest)).content.decode()
        assert api_token.prefix in page
        assert api_token.digest not in page


def test_a_flush_of_every_domain_is_shown(superuser: Client) -> None:
    flush()
    assert "User-Created" in superuser.get(address("assemblies/domainstate")).content.decode()


def test_a_setting_is_shown_as_text_whatever_it_says(superuser: Client) -> None:
    page = superuser.get(address("assemblies/assemblysetting", f"{first('assemblies/assemblysetting').pk}/change/"))
    assert "&lt;script&gt;olga&lt;/script&gt;" in page.content.decode()
