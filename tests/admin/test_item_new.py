"""A new assembly, of each kind and into each domain one may write."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.errors import StorageUnavailable
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in
from tests.admin.item_form import fields_of, filled
from tests.admin.test_item_page import in_dev_mode, member

ADD = "/admin/assemblies/assembly/add/"


@pytest.fixture
def client(library: PayloadStore) -> Client:
    return signed_in(member("Operators"))


def only() -> CatalogueEntry:
    (entry,) = library_catalogue().current().entries.values()
    return entry


def test_one_says_first_what_it_is_to_be(client: Client) -> None:
    page = client.get(ADD).content.decode()
    for kind in ("script", "workflow", "ansible"):
        assert f'href="?kind={kind}"' in page


@pytest.mark.parametrize(
    ("kind", "assembly_type", "typed", "stored"),
    [
        ("script", "bash", "echo\r\necho\r\n", b"echo\necho\n"),
        ("script", "batch", "", b""),
        ("ansible", "ansible", "- hosts: all\r\n", b"- hosts: all\n"),
        ("workflow", "workflow", '{"nodes": [], "edges": []}', b'{"edges":[],"nodes":[]}'),
    ],
)
def test_each_kind_is_created(
    client: Client, library: PayloadStore, kind: str, assembly_type: str, typed: str, stored: bytes
) -> None:
    sent = filled(client, f"{ADD}?kind={kind}")
    sent |= {"display_name": " My own ", "assembly_type": assembly_type, "payload": typed, "tags": "a\r\nb"}
    answer = client.post(f"{ADD}?kind={kind}", sent)
    entry = only()
    assert answer["Location"] == f"/admin/assemblies/assembly/{entry.guid}/change/"
    content = entry.content
    assert (content.display_name, content.assembly_type, content.tags) == ("My own", assembly_type, ["a", "b"])
    assert entry.domain == "user"
    assert library.read(content.payload) == stored


def test_variables_come_with_it(client: Client) -> None:
    sent = filled(client, f"{ADD}?kind=script") | {"display_name": "With variables"}
    sent |= {"variables-TOTAL_FORMS": "1", "variables-0-name": "who", "variables-0-type": "string"}
    client.post(f"{ADD}?kind=script", sent)
    assert [one["name"] for one in only().content.variables] == ["who"]


@pytest.mark.parametrize(
    "typed", [{}, {"display_name": "  "}, {"display_name": "x" * 256}, {"display_name": "x", "version": ""}]
)
def test_a_mistake_keeps_what_was_typed(client: Client, typed: dict[str, str]) -> None:
    sent = filled(client, f"{ADD}?kind=script") | {"payload": "echo mine\r\n"} | typed
    answer = client.post(f"{ADD}?kind=script", sent)
    assert answer.status_code == 422
    assert fields_of(answer)["payload"] == "echo mine\r\n"
    assert answer.context["form"].errors
    assert not Assembly.objects.exists()


def test_a_disk_without_room_keeps_what_was_typed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any, **_options: Any) -> None:
        raise StorageUnavailable()

    monkeypatch.setattr("assemblies.actions.transaction.require_space_for_changes", full)
    sent = filled(client, f"{ADD}?kind=script") | {"display_name": "Mine", "payload": "echo mine\r\n"}
    answer = client.post(f"{ADD}?kind=script", sent)
    assert answer.status_code == 503
    assert "echo mine" in answer.content.decode()


def test_rows_can_be_added_without_script(client: Client) -> None:
    sent = filled(client, f"{ADD}?kind=script") | {"_add_variable": "1", "display_name": "Mine"}
    answer = client.post(f"{ADD}?kind=script", sent)
    assert answer.status_code == 200
    assert len(answer.context["variable_rows"].forms) == 1
    assert not Assembly.objects.exists()


def test_the_domain_is_asked_in_dev_mode_only(client: Client, library: PayloadStore) -> None:
    assert 'name="domain"' not in client.get(f"{ADD}?kind=script").content.decode()
    granted = in_dev_mode(member("Administrators"))
    assert 'name="domain"' in granted.get(f"{ADD}?kind=script").content.decode()
    sent = filled(granted, f"{ADD}?kind=script") | {"display_name": "Shared", "domain": "community"}
    granted.post(f"{ADD}?kind=script", sent)
    assert only().domain == "community"


def test_another_domain_is_refused_without_dev_mode(client: Client) -> None:
    sent = filled(client, f"{ADD}?kind=script") | {"display_name": "Sneaky", "domain": "official"}
    assert client.post(f"{ADD}?kind=script", sent).status_code == 403
    assert AuditEntry.objects.filter(event="assembly.create", outcome="denied").count() == 1
    assert not Assembly.objects.exists()


def test_a_viewer_and_an_anonymous_visitor_may_not(signed_in_viewer: Client, anonymous: Client) -> None:
    assert signed_in_viewer.get(ADD).status_code == 403
    assert signed_in_viewer.post(f"{ADD}?kind=script", {"display_name": "x"}).status_code == 403
    assert anonymous.get(ADD).status_code == 302
    assert not Assembly.objects.exists()


def test_a_kind_that_is_none_leads_to_the_choice(client: Client, settings: Settings) -> None:
    assert "What is it to be?" in client.get(f"{ADD}?kind=<script>").content.decode()


def test_a_domain_that_is_none_is_refused(superuser: Client) -> None:
    answer = superuser.post(f"{ADD}?kind=script", {"display_name": "Nowhere", "domain": "elsewhere"})
    assert answer.status_code == 400
