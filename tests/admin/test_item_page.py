"""What the page of one assembly shows, and which controls, to whom."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.settings import set_setting
from assemblies.actions.update import update
from assemblies.conf import payload_store
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.journal.payload_files import write_payload_files
from assemblies.models import Assembly, JournalEntry, SettingCategory
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.actor import Actor
from tests.admin.conftest import signed_in
from tests.admin.item_form import address, shown
from tests.documents_made import script
from tests.permits import may_clone, may_create, may_set, may_update

# Nine are the frame's: session, user, rights, Dev Mode; the page's own are its settings, history and two positions.
PAGE_QUERIES = 18
QUEUED = '<span class="pill pill-queued">Queued to Write to DB</span>'
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</pre><script>alert(1)</script>",
    "{{ 7|add:7 }}{% load x %}",
    "</textarea></title><b>bold</b>",
]
CONTROLS = {
    "save": 'name="_continue"',
    "copy": ">Save as my copy</",
    "delete": ">Delete</a>",
    "dev mode": ">Enter Dev Mode</a>",
    "banner": 'id="read-only-banner"',
    "raw editor": 'id="raw-form"',
}


def member(group: str) -> User:
    user = User.objects.create_user(group.lower())
    user.groups.add(Group.objects.get(name=group))
    return user


def in_dev_mode(user: User) -> Client:
    client = signed_in(user)
    with transaction.atomic():
        bearer = grants.session_digest(client.session.session_key or "")
        grants.issue(user, bearer, reason="tests", remote_address="", now=timezone.now())
    return client


@pytest.fixture
def operator_client(library: PayloadStore) -> Client:
    return signed_in(member("Operators"))


@pytest.fixture
def administrator_client(library: PayloadStore) -> Client:
    return signed_in(member("Administrators"))


@pytest.fixture
def granted_client(library: PayloadStore) -> Client:
    return in_dev_mode(member("Administrators"))


def make_assembly(library: PayloadStore, domain: Domain, **fields: Any) -> str:
    return create(script(**fields), domain=domain, permit=may_create(Actor.of_command("test")), store=library).guid


@pytest.mark.parametrize(
    ("who", "domain", "expected"),
    [
        ("signed_in_viewer", Domain.OFFICIAL, {"banner"}),
        ("signed_in_viewer", Domain.USER, {"banner"}),
        ("operator_client", Domain.OFFICIAL, {"banner", "copy"}),
        ("operator_client", Domain.USER, {"save", "copy", "delete", "raw editor"}),
        ("administrator_client", Domain.COMMUNITY, {"banner", "copy", "dev mode"}),
        ("administrator_client", Domain.USER, {"save", "copy", "delete", "raw editor"}),
        ("granted_client", Domain.OFFICIAL, {"save", "copy", "delete", "raw editor"}),
        ("granted_client", Domain.COMMUNITY, {"save", "copy", "delete", "raw editor"}),
    ],
)
def test_each_sees_the_controls_they_may_use_and_no_other(
    request: pytest.FixtureRequest, library: PayloadStore, who: str, domain: Domain, expected: set[str]
) -> None:
    page = shown(request.getfixturevalue(who), make_assembly(library, domain))
    body = page[page.index('id="content"') :]
    assert {name for name, mark in CONTROLS.items() if mark in body} == expected
    assert ("<textarea" in body) == ("save" in expected)


def test_an_anonymous_visitor_is_sent_to_the_log_in(anonymous: Client, guid: str) -> None:
    for page in ("change", "copy", "delete", "take-original", "adopt"):
        answer = anonymous.get(address(guid, page))
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("name", ["no-guid", "0" * 32, "..", "\u202e"])
def test_a_page_of_nothing_is_not_found(superuser: Client, name: str) -> None:
    assert superuser.get(address(name)).status_code == 404


def test_a_waiting_assembly_says_since_when_until_it_is_flushed(superuser: Client, guid: str) -> None:
    page = shown(superuser, guid)
    assert QUEUED in page
    assert "Waiting to be written since" in page
    flush()
    page = shown(superuser, guid)
    assert page.count(QUEUED) == 0
    assert "not yet" not in page


def test_a_page_shows_summary_script_variables_files_history_and_document(staff: Client, guid: str) -> None:
    page = shown(staff, guid)
    for words in ("Say hello", "echo hello", "Whom", "$who", "list.csv", "text/csv", "greeting", "greetings", guid):
        assert words in page
    assert "&quot;script&quot;: &quot;echo hello\\n&quot;" in page
    assert "Updated" in page


def test_a_deleted_assembly_is_readable_and_says_who_deleted_it(superuser: Client, deleted_guid: str) -> None:
    page = shown(superuser, deleted_guid)
    assert "<strong>Deleted</strong> on" in page
    assert "by olga" in page
    assert "Restore from History" in page
    assert "echo hello" in page
    assert CONTROLS["save"] not in page
    assert CONTROLS["delete"] not in page


def test_secrets_are_masked_where_they_are_read_and_where_they_are_typed(
    superuser: Client, signed_in_viewer: Client, library: PayloadStore
) -> None:
    variables = [{"name": "TOKEN", "type": "credential", "default": "open sesame"}]
    guid = make_assembly(library, Domain.USER, variables=variables)
    assert "••••••" in shown(signed_in_viewer, guid)
    assert '<input type="password" name="variables-0-default" value="open sesame"' in shown(superuser, guid)


def test_a_copy_says_what_it_was_copied_from_and_that_it_changed(
    superuser: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    copied = clone(guid, domain=Domain.USER, permit=may_clone(operator)).guid
    page = shown(superuser, copied)
    assert f'<a href="{address(guid)}"><bdi>Say hello</bdi></a>' in page
    assert 'id="origin-changed"' not in page
    update(guid, {"summary": "Louder."}, payload=None, permit=may_update(operator), store=library)
    page = shown(superuser, copied)
    assert 'id="origin-changed"' in page
    assert f"{address(copied, 'diff')}?against=origin" in page
    assert address(copied, "take-original") in page


def test_what_people_said_of_it_stands_in_its_head(
    superuser: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    other = make_assembly(library, Domain.USER, name="Say hello louder")
    set_setting(guid, SettingCategory.DEPRECATED, "fleet", True, permit=may_set(operator))
    set_setting(guid, SettingCategory.APPROVED, "production", {"by": "olga"}, permit=may_set(operator))
    set_setting(guid, SettingCategory.REPLACED_BY, "fleet", other, permit=may_set(operator))
    set_setting(guid, SettingCategory.FAVOURITE, "ada", True, permit=may_set(Actor(name="ada", role=operator.role)))
    page = shown(superuser, guid)
    assert "Deprecated" in page
    assert "Approved: production" in page
    assert "Say hello louder" in page
    assert 'aria-pressed="true"' in page


def test_a_binary_payload_is_not_edited_but_the_rest_is(superuser: Client, library: PayloadStore) -> None:
    page = shown(superuser, make_assembly(library, Domain.USER, payload=b"\xff\x00\xfe"))
    assert "The payload is binary." in page
    assert 'name="payload"' not in page
    assert 'name="summary"' in page


def test_hidden_characters_are_pointed_out(superuser: Client, library: PayloadStore) -> None:
    trojan = make_assembly(library, Domain.USER, payload="echo safe\nif user != 'admin\u202e \u2066': exit\n".encode())
    assert "Hidden characters" in shown(superuser, trojan)
    assert ">Hidden characters<" not in shown(superuser, make_assembly(library, Domain.USER, name="Plain"))


@pytest.mark.parametrize("fault", ["missing", "corrupt"])
def test_a_payload_that_is_not_intact_is_said_so_and_not_shown(
    superuser: Client, guid: str, tmp_path: Path, fault: str
) -> None:
    write_payload_files(payload_store())
    file = tmp_path / "Payloads" / Assembly.objects.get(guid=guid).payload_guid / "payload"
    file.chmod(0o600)
    file.unlink()
    if fault == "corrupt":
        file.write_bytes(b"echo HELLO\n")
    page = shown(superuser, guid)
    assert ("are missing" if fault == "missing" else "do not match") in page
    assert "echo" not in page
    assert str(tmp_path) not in page
    assert "cannot be shown in full" in page


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_escaped_everywhere(
    superuser: Client, signed_in_viewer: Client, library: PayloadStore, hostile: str
) -> None:
    actor = Actor.of_command(hostile)
    document = script(
        f"Name {hostile}",
        f"echo '{hostile}'\n".encode(),
        summary=hostile,
        category=hostile,
        version=hostile,
        tags=[hostile],
        metadata={hostile: hostile},
        extra={hostile: hostile},
        sites={"mode": "specific", "values": [hostile]},
        variables=[
            {"name": hostile, "label": hostile, "type": hostile, "default": hostile, "description": hostile,
             "options": [hostile]}
        ],
        files=[Attachment(file_name="a.txt", mime_type=hostile, data=b"x", extra={})],
    )  # fmt: skip
    guid = create(document, domain=Domain.USER, permit=may_create(actor), store=library).guid
    copied = clone(guid, domain=Domain.USER, permit=may_clone(actor)).guid
    paths = [address(guid), address(copied), address(guid, "copy"), address(guid, "delete")]
    for page in [client.get(path).content.decode() for client in (superuser, signed_in_viewer) for path in paths[:2]]:
        assert hostile in page if hostile.startswith("{{") else hostile not in page
    for path in paths[2:]:
        page = superuser.get(path).content.decode()
        assert hostile.startswith("{{") or hostile not in page


def test_a_page_costs_a_fixed_number_of_queries(
    request: pytest.FixtureRequest, django_assert_max_num_queries: Any, library: PayloadStore, operator: Actor
) -> None:
    guid = make_assembly(library, Domain.OFFICIAL, variables=[{"name": f"v{at}"} for at in range(50)])
    for number in range(30):
        make_assembly(library, Domain.USER, name=f"Other {number}")
    write_payload_files(payload_store())
    for who in ("signed_in_viewer", "operator_client", "granted_client"):
        client: Client = request.getfixturevalue(who)
        client.get(address(guid))
        for page in ("change",) if who == "signed_in_viewer" else ("change", "copy"):
            with django_assert_max_num_queries(PAGE_QUERIES):
                assert client.get(address(guid, page)).status_code == 200


def test_reading_changes_nothing(superuser: Client, guid: str) -> None:
    before = JournalEntry.objects.count()
    for page in ("change", "copy", "delete"):
        assert superuser.get(address(guid, page)).status_code == 200
        assert superuser.head(address(guid, page)).status_code == 200
    for page in ("take-original", "adopt"):
        assert superuser.get(address(guid, page)).status_code == 405
    assert superuser.put(address(guid)).status_code == 405
    assert JournalEntry.objects.count() == before


def test_djangos_own_history_leads_to_the_librarys(superuser: Client, guid: str) -> None:
    assert superuser.get(address(guid, "history"))["Location"] == f"{address(guid)}#history"
