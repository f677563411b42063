"""Another name for an assembly: folded, audited, and never taken from the one that has it."""

import pytest

from assemblies.actions.add_alias import add_alias
from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.errors import DevModeRequired, Forbidden, InvalidField
from assemblies.models import AssemblyAlias
from assemblies.payloads import PayloadStore
from assemblies.web.lookups import get_entry
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.permits import may_alias, may_create

pytestmark = pytest.mark.database


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    return create(script(), domain=Domain.USER, permit=may_create(operator), store=library).guid


def test_it_is_found_by_its_new_name_in_any_letter_case(operator: Actor, guid: str) -> None:
    alias = add_alias(guid, r" Night\Backup ", permit=may_alias(operator))
    assert (alias.alias, alias.canonical_guid, alias.domain) == ("night/backup", guid, "user")
    assert get_entry("NIGHT/backup").guid == guid
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.event, entry.outcome, entry.assembly_guid) == ("assembly.add_alias", "success", guid)


def test_a_name_that_it_has_already_changes_nothing(operator: Actor, guid: str) -> None:
    add_alias(guid, "backup", permit=may_alias(operator))
    audited = AuditEntry.objects.count()
    add_alias(guid, "Backup", permit=may_alias(operator))
    assert (AssemblyAlias.objects.count(), AuditEntry.objects.count()) == (1, audited)


def test_no_name_is_taken_from_another_assembly(operator: Actor, guid: str, library: PayloadStore) -> None:
    other = create(script("Other"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    add_alias(guid, "backup", permit=may_alias(operator))
    for name in ("backup", guid, other, " ", "a\nb"):
        with pytest.raises(InvalidField):
            add_alias(other, name, permit=may_alias(operator))
    assert AssemblyAlias.objects.get().canonical_guid == guid


def test_who_may_not_change_it_gives_it_no_name(
    library: PayloadStore, command: Actor, operator: Actor, viewer: Actor, guid: str
) -> None:
    official = create(script(), domain=Domain.OFFICIAL, permit=may_create(command), store=library).guid
    for actor, one in ((operator, official), (viewer, guid)):
        with pytest.raises((Forbidden, DevModeRequired)):
            add_alias(one, "backup", permit=may_alias(actor))
    assert not AssemblyAlias.objects.exists()
