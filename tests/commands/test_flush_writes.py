"""`flush_writes` in process, on the real databases."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.models import DomainAssembly, OfficialAssembly, UserCreatedAssembly, Watermark
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create


@pytest.fixture
def two_writes(library: PayloadStore, command: Actor) -> None:
    for domain in (Domain.USER, Domain.OFFICIAL):
        create(script(f"In {domain}"), domain=domain, permit=may_create(command), store=library)


def flushed(*arguments: str) -> dict[str, object]:
    said = StringIO()
    call_command("flush_writes", *arguments, "--json", stdout=said)
    facts: dict[str, object] = json.loads(said.getvalue())
    return facts


def test_everything_pending_reaches_its_domain_database(two_writes: None) -> None:
    facts = flushed()

    assert facts.pop("elapsed_seconds") >= 0  # type: ignore[operator]
    assert facts == {"flushed": {"official": 1, "community": 0, "user": 1}, "pending": 0}
    assert [row.display_name for row in UserCreatedAssembly.objects.all()] == ["In user"]
    assert [row.display_name for row in OfficialAssembly.objects.all()] == ["In official"]


@pytest.mark.parametrize("name", ["user", "user_created"])
def test_one_domain_alone(two_writes: None, name: str) -> None:
    facts = flushed("--domain", name)

    assert facts["flushed"] == {"official": 0, "community": 0, "user": 1}
    assert facts["pending"] == 1
    assert not OfficialAssembly.objects.exists()


def test_flushing_again_writes_nothing(two_writes: None) -> None:
    flushed()
    assert flushed()["flushed"] == {"official": 0, "community": 0, "user": 0}


def test_a_domain_that_cannot_be_written_ends_with_1_and_its_reason(two_writes: None) -> None:
    Watermark.objects.using("official").create(domain="official", journal_id="of another library", sequence=7)
    said = StringIO()
    with pytest.raises(CommandError, match="official: The official database belongs to another journal") as refused:
        call_command("flush_writes", "--json", stdout=said)
    facts = json.loads(said.getvalue())

    assert refused.value.returncode == 1
    assert facts["flushed"]["user"] == 1, "one domain's trouble does not hold up another"
    assert list(facts["errors"]) == ["official"]
    assert not DomainAssembly.objects.using("official").exists()


def test_people_get_a_line_per_domain(two_writes: None) -> None:
    said = StringIO()
    call_command("flush_writes", "--domain", "user", stdout=said)
    assert said.getvalue() == "user: 1 written\npending: 1\n"


def test_an_unknown_domain_is_refused_with_the_known_ones(two_writes: None) -> None:
    with pytest.raises(CommandError, match="use official, community or user"):
        call_command("flush_writes", "--domain", "private")
