"""A domain that is set to refuse errors takes no new script with one; other domains are as before."""

from dataclasses import replace

import pytest
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.actions.settings import set_setting
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.errors import ScriptHasErrors
from assemblies.models import Assembly, JournalEntry, SettingCategory
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_import, may_set, may_update

pytestmark = pytest.mark.database
BROKEN = b"import os\nprint(missing)\n"


@pytest.fixture(autouse=True)
def refusing(settings: Settings) -> None:
    settings.REFUSE_ERRORS = ["user"]


def test_a_script_with_an_error_is_refused_with_its_place(library: PayloadStore, operator: Actor) -> None:
    broken = script(payload=BROKEN, type_name="python")

    with pytest.raises(ScriptHasErrors) as refused:
        create(broken, domain=Domain.USER, permit=may_create(operator), store=library)

    assert refused.value.detail["findings"][0]["rule"] == "F821"
    assert "Line 2" in refused.value.message
    assert (JournalEntry.objects.count(), list(library.guids())) == (0, [])


def test_a_change_to_an_error_is_refused_and_other_changes_are_not(library: PayloadStore, operator: Actor) -> None:
    good = script(payload=b"print()\n", type_name="python")
    guid = create(good, domain=Domain.USER, permit=may_create(operator), store=library).guid

    with pytest.raises(ScriptHasErrors):
        update(guid, {}, payload=BROKEN, permit=may_update(operator), store=library)
    update(guid, {"summary": "Other"}, payload=b"print(1)\n", permit=may_update(operator), store=library)
    set_setting(
        guid, SettingCategory.SUPPRESSED_CHECK, "F821", {"reason": "Made at run time."}, permit=may_set(operator)
    )
    update(guid, {}, payload=BROKEN, permit=may_update(operator), store=library)

    assert Assembly.objects.get(pk=guid).summary == "Other"


def test_an_import_with_one_error_changes_nothing(library: PayloadStore, operator: Actor) -> None:
    documents = [script("One", b"print()\n", type_name="python"), script("Two", BROKEN, type_name="python")]

    with pytest.raises(ScriptHasErrors):
        import_documents(
            documents, domain=Domain.USER, on_conflict=OnConflict.FAIL, permit=may_import(operator), store=library
        )

    assert not Assembly.objects.exists()


@pytest.mark.parametrize("policy", [OnConflict.UPDATE, OnConflict.SKIP])
def test_a_script_that_had_its_error_before_does_not_keep_others_from_being_imported(
    library: PayloadStore, operator: Actor, settings: Settings, policy: OnConflict
) -> None:
    old = script("Old", BROKEN, type_name="python", guid="0f9b7c52-3a31-4b8e-9a55-2d1f6c7e8a90")
    permit = may_import(operator)
    settings.REFUSE_ERRORS = []
    import_documents([old], domain=Domain.USER, on_conflict=policy, permit=permit, store=library)
    settings.REFUSE_ERRORS = ["user"]
    skipped = replace(old, summary="Other") if policy is OnConflict.SKIP else old
    documents = [skipped, script("New", b"print()\n", type_name="python")]

    import_documents(documents, domain=Domain.USER, on_conflict=policy, permit=permit, store=library)

    assert set(Assembly.objects.values_list("display_name", "summary")) == {("Old", old.summary), ("New", old.summary)}


def test_other_domains_take_it(library: PayloadStore, command: Actor) -> None:
    create(
        script(payload=BROKEN, type_name="python"), domain=Domain.COMMUNITY, permit=may_create(command), store=library
    )

    assert Assembly.objects.get().domain == "community"
