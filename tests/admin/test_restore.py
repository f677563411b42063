"""Bringing an earlier revision back from the pages."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.test import Client

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.journal.payload_files import write_payload_files
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_update


def restore(client: Client, guid: str, **fields: object) -> tuple[int, str]:
    """The status, and what was said."""
    answer = client.post(f"/admin/assemblies/assembly/{guid}/restore/", fields)
    return answer.status_code, " ".join(str(message) for message in get_messages(answer.wsgi_request))


@pytest.fixture
def as_operator(library: PayloadStore) -> Client:
    user = User.objects.create_user("oscar")
    user.groups.add(Group.objects.get(name="Operators"))
    return signed_in(user)


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    guid = create(script("First"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    update(guid, {"display_name": "Second"}, payload=b"echo second\n", permit=may_update(operator), store=library)
    return guid


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Client, guid: str) -> None:
    assert restore(anonymous, guid, sequence=1)[0] == 302
    assert Assembly.objects.get(guid=guid).display_name == "Second"


def test_a_viewer_is_refused_and_the_refusal_is_audited(signed_in_viewer: Client, guid: str) -> None:
    assert restore(signed_in_viewer, guid, sequence=1)[0] == 403
    assert Assembly.objects.get(guid=guid).display_name == "Second"
    assert AuditEntry.objects.filter(event="assembly.revert", outcome="denied", actor="vera").exists()


def test_an_operator_brings_a_revision_back(as_operator: Client, guid: str) -> None:
    answer = as_operator.post(f"/admin/assemblies/assembly/{guid}/restore/", {"sequence": 1, "revision": 2})
    assert answer.status_code == 302
    assert answer["Location"] == f"/admin/assemblies/assembly/{guid}/change/#history"
    row = Assembly.objects.get(guid=guid)
    assert (row.display_name, row.sequence) == ("First", 3)
    assert JournalEntry.objects.get(sequence=3).operation == "revert"


def test_what_is_so_already_is_not_restored_again(as_operator: Client, guid: str) -> None:
    restore(as_operator, guid, sequence=1, revision=2)
    status, said = restore(as_operator, guid, sequence=1, revision=3)
    assert (status, "Nothing to do" in said) == (302, True)
    assert JournalEntry.objects.count() == 3


def test_a_deleted_assembly_comes_back(as_operator: Client, guid: str, operator: Actor) -> None:
    delete(guid, permit=may_delete(operator))
    assert restore(as_operator, guid, sequence=2) == (302, "Revision 2 is back, as revision 4.")
    assert Assembly.objects.live().get(guid=guid).display_name == "Second"


def test_what_somebody_changed_meanwhile_is_not_run_over(as_operator: Client, guid: str) -> None:
    status, said = restore(as_operator, guid, sequence=1, revision=1)
    assert (status, "Somebody changed this meanwhile" in said) == (302, True)
    assert Assembly.objects.get(guid=guid).display_name == "Second"


@pytest.mark.parametrize("domain", [Domain.OFFICIAL, Domain.COMMUNITY])
def test_protected_domains_ask_for_dev_mode(
    superuser: Client, as_operator: Client, library: PayloadStore, command: Actor, domain: Domain
) -> None:
    guid = create(script("First"), domain=domain, permit=may_create(command), store=library).guid
    update(guid, {"display_name": "Second"}, payload=None, permit=may_update(command), store=library)
    assert restore(superuser, guid, sequence=1)[0] == 403
    assert restore(as_operator, guid, sequence=1)[0] == 403
    assert Assembly.objects.get(guid=guid).display_name == "Second"


@pytest.mark.parametrize("sequence", ["", "first", "99", "9" * 30, "-1"])
def test_a_revision_that_is_not_there_is_not_found(as_operator: Client, guid: str, sequence: str) -> None:
    assert restore(as_operator, guid, sequence=sequence)[0] == 404


def test_a_payload_that_is_gone_cannot_come_back(as_operator: Client, guid: str, tmp_path: Path) -> None:
    content = JournalEntry.objects.get(sequence=1).read_content()
    assert content is not None
    write_payload_files(payload_store())
    (tmp_path / "Payloads" / content.payload_guid / "payload").unlink()
    status, said = restore(as_operator, guid, sequence=1)
    assert (status, "Nothing was restored." in said) == (302, True)


def test_only_a_post_with_a_token_restores(as_operator: Client, guid: str) -> None:
    assert as_operator.get(f"/admin/assemblies/assembly/{guid}/restore/?sequence=1").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_operator.cookies
    assert restore(strict, guid, sequence=1)[0] == 403
    assert Assembly.objects.get(guid=guid).display_name == "Second"
