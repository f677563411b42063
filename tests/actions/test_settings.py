"""Setting things on assemblies, removing them, and noting: one transaction, nothing forgotten."""

import pytest

from assemblies.actions.add_note import add_note
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.settings import remove_setting, set_setting
from assemblies.domains import Domain
from assemblies.errors import (
    AssemblyNotFound,
    AuditUnavailable,
    DevModeRequired,
    DocumentTooLarge,
    Forbidden,
    InvalidField,
    SettingNotFound,
)
from assemblies.models import (
    AssemblyNote,
    AssemblySetting,
    AssemblySettingHistory,
    JournalEntry,
    SettingCategory,
    Status,
)
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry, AuditHead, DevModeGrant
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_note, may_set, may_unset

pytestmark = pytest.mark.database

APPROVED = SettingCategory.APPROVED


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    return create(script(), domain=Domain.USER, permit=may_create(operator), store=library).guid


@pytest.fixture
def official(library: PayloadStore, command: Actor) -> str:
    return create(script(), domain=Domain.OFFICIAL, permit=may_create(command), store=library).guid


def history() -> list[tuple[str, str, str]]:
    return list(AssemblySettingHistory.objects.order_by("id").values_list("value", "reason", "archived_by"))


def test_a_setting_is_audited_and_makes_no_revision(operator: Actor, guid: str) -> None:
    revisions = JournalEntry.objects.count()
    set_setting(guid, APPROVED, "production", {"by": "board"}, permit=may_set(operator))
    row = AssemblySetting.objects.get()
    assert (row.assembly_id, row.key, row.value, row.status) == (guid, "production", '{"by":"board"}', "active")
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.event, entry.outcome, entry.assembly_guid) == ("assembly.set_setting", "success", guid)
    assert (entry.scope, entry.actor) == ("user", "olga")
    assert JournalEntry.objects.count() == revisions


def test_what_was_set_before_is_archived(operator: Actor, command: Actor, guid: str) -> None:
    set_setting(guid, APPROVED, "production", 1, permit=may_set(operator))
    set_setting(guid, APPROVED, "production", 2, permit=may_set(operator))
    set_setting(guid, APPROVED, "production", 2, permit=may_set(operator), status=Status.SUPERSEDED)
    remove_setting(guid, APPROVED, "production", permit=may_unset(command))
    assert history() == [("1", "changed", "olga"), ("2", "changed", "olga"), ("2", "removed", "command:test")]
    assert not AssemblySetting.objects.exists()


def test_setting_the_same_again_leaves_no_trace(operator: Actor, guid: str) -> None:
    first = set_setting(guid, APPROVED, "production", {"a": 1, "b": 2}, permit=may_set(operator))
    entries = AuditEntry.objects.count()
    again = set_setting(guid, APPROVED, "production", {"b": 2, "a": 1}, permit=may_set(operator))
    assert (again.updated_at, history(), AuditEntry.objects.count()) == (first.updated_at, [], entries)


def test_true_is_not_one(operator: Actor, guid: str) -> None:
    set_setting(guid, APPROVED, "production", True, permit=may_set(operator))
    assert set_setting(guid, APPROVED, "production", 1, permit=may_set(operator)).value == "1"
    assert history() == [("true", "changed", "olga")]


def test_who_may_not_change_the_domain_sets_removes_and_notes_nothing(
    viewer: Actor, operator: Actor, administrator: Actor, command: Actor, official: str
) -> None:
    set_setting(official, APPROVED, "production", True, permit=may_set(command))
    for actor, refusal in ((viewer, Forbidden), (operator, Forbidden), (administrator, DevModeRequired)):
        with pytest.raises(refusal):
            set_setting(official, APPROVED, "production", False, permit=may_set(actor))
        with pytest.raises(refusal):
            remove_setting(official, APPROVED, "production", permit=may_unset(actor))
        with pytest.raises(refusal):
            add_note(official, "Mine.", permit=may_note(actor))
    assert (AssemblySetting.objects.get().value, history(), AssemblyNote.objects.count()) == ("true", [], 0)
    denied = AuditEntry.objects.filter(outcome="denied")
    assert set(denied.values_list("subject_id", flat=True)) == {official}
    assert denied.count() == 9


def test_a_protected_assembly_uses_the_grant_and_a_favourite_does_not(granted: Actor, official: str) -> None:
    before = DevModeGrant.objects.get().last_used_at
    set_setting(official, SettingCategory.FAVOURITE, "grace", True, permit=may_set(granted))
    assert DevModeGrant.objects.get().last_used_at == before
    set_setting(official, APPROVED, "production", True, permit=may_set(granted))
    assert DevModeGrant.objects.get().last_used_at > before


def test_everybody_has_a_favourite_of_their_own_and_of_nobody_else(
    viewer: Actor, administrator: Actor, official: str
) -> None:
    set_setting(official, SettingCategory.FAVOURITE, "vera", True, permit=may_set(viewer))
    for actor, key in ((viewer, "ada"), (administrator, "vera")):
        with pytest.raises(Forbidden, match="personal"):
            set_setting(official, SettingCategory.FAVOURITE, key, True, permit=may_set(actor))
    with pytest.raises(Forbidden, match="personal"):
        remove_setting(official, SettingCategory.FAVOURITE, "vera", permit=may_unset(administrator))
    assert AssemblySetting.objects.get().key == "vera"
    remove_setting(official, SettingCategory.FAVOURITE, "vera", permit=may_unset(viewer))
    assert history() == [("true", "removed", "vera")]


def test_a_favourite_holds_nothing_but_true(viewer: Actor, guid: str) -> None:
    for value in (False, 1, "yes", None):
        with pytest.raises(InvalidField):
            set_setting(guid, SettingCategory.FAVOURITE, "vera", value, permit=may_set(viewer))


def test_a_default_is_for_a_variable_that_is_there_and_no_secret(library: PayloadStore, operator: Actor) -> None:
    variables = [{"name": "depth", "type": "number"}, {"name": "login", "type": "Credential"}]
    guid = create(script(variables=variables), domain=Domain.USER, permit=may_create(operator), store=library).guid
    assert set_setting(guid, SettingCategory.VARIABLE_DEFAULT, "depth", "3", permit=may_set(operator)).value == '"3"'
    for key in ("width", "login"):
        with pytest.raises(InvalidField) as refused:
            set_setting(guid, SettingCategory.VARIABLE_DEFAULT, key, "3", permit=may_set(operator))
        assert refused.value.detail == {"field": "key"}
    assert AssemblySetting.objects.count() == 1


def test_what_replaces_an_assembly_is_another_live_one(library: PayloadStore, operator: Actor, guid: str) -> None:
    other = create(script("Other"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    gone = create(script("Gone"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    delete(gone, permit=may_delete(operator))
    for value in (gone, guid, "0" * 32, "x", "", None, 5, {"assembly_guid": other}):
        with pytest.raises(InvalidField):
            set_setting(guid, SettingCategory.REPLACED_BY, "all", value, permit=may_set(operator))
    assert (
        set_setting(guid, SettingCategory.REPLACED_BY, "all", other.upper(), permit=may_set(operator)).value
        == f'"{other}"'
    )


def test_keys_and_values_are_bounded(operator: Actor, guid: str) -> None:
    for key in ("", " ", "a\nb", "k" * 256):
        with pytest.raises(InvalidField):
            set_setting(guid, APPROVED, key, True, permit=may_set(operator))
    with pytest.raises(DocumentTooLarge):
        set_setting(guid, APPROVED, "k", "v" * 16 * 1024, permit=may_set(operator))
    for value in (float("nan"), "\0", 1 << 70):
        with pytest.raises(InvalidField):
            set_setting(guid, APPROVED, "k", value, permit=may_set(operator))
    assert not AssemblySetting.objects.exists()


def test_notes_are_bounded_and_written_by_who_may_change_the_assembly(operator: Actor, guid: str) -> None:
    for content, note_type in ((" \n", "note"), ("n" * 10_001, "note"), (5, "note"), ("ok", ""), ("ok", "t" * 33)):
        with pytest.raises(InvalidField):
            add_note(guid, content, note_type=note_type, permit=may_note(operator))
    add_note(guid, "Two\nlines.", permit=may_note(operator))
    note = AssemblyNote.objects.get()
    assert (note.assembly_guid, note.content, note.note_type, note.created_by) == (guid, "Two\nlines.", "note", "olga")
    assert AuditEntry.objects.latest("sequence").event == "assembly.add_note"


def test_nothing_is_said_about_what_is_not_there(operator: Actor, guid: str) -> None:
    with pytest.raises(SettingNotFound):
        remove_setting(guid, APPROVED, "production", permit=may_unset(operator))
    delete(guid, permit=may_delete(operator))
    for missing in (guid, "0" * 32):
        with pytest.raises(AssemblyNotFound):
            set_setting(missing, APPROVED, "production", True, permit=may_set(operator))
        with pytest.raises(AssemblyNotFound):
            remove_setting(missing, APPROVED, "production", permit=may_unset(operator))
        with pytest.raises(AssemblyNotFound):
            add_note(missing, "Where?", permit=may_note(operator))


def test_a_deleted_assembly_comes_back_with_its_settings(library: PayloadStore, operator: Actor, guid: str) -> None:
    set_setting(guid, APPROVED, "production", True, permit=may_set(operator))
    delete(guid, permit=may_delete(operator))
    assert AssemblySetting.objects.get().assembly_id == guid


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_without_its_audit_entry_nothing_is_set(library: PayloadStore, operator: Actor, guid: str) -> None:
    set_setting(guid, APPROVED, "production", 1, permit=may_set(operator))
    AuditHead.objects.all().update(sequence=0)
    with pytest.raises(AuditUnavailable):
        set_setting(guid, APPROVED, "production", 2, permit=may_set(operator))
    with pytest.raises(AuditUnavailable):
        remove_setting(guid, APPROVED, "production", permit=may_unset(operator))
    with pytest.raises(AuditUnavailable):
        add_note(guid, "Unheard.", permit=may_note(operator))
    assert (AssemblySetting.objects.get().value, history(), AssemblyNote.objects.count()) == ("1", [], 0)
