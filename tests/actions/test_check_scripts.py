"""Checking what nobody has looked at yet: once for each content, in the background, whatever else fails."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from django.utils import timezone

from assemblies.actions.check_scripts import check_unchecked, forget_unused
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.settings import set_setting
from assemblies.actions.update import update
from assemblies.catalogue import library_catalogue
from assemblies.catalogue.findings import assemblies_by_findings, findings_stamp
from assemblies.checking import Report, Severity
from assemblies.domains import Domain
from assemblies.management.companions.companion import CompanionThread
from assemblies.management.companions.table import CHECKER
from assemblies.models import Assembly, CheckResult, JournalEntry, SettingCategory
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.patience import HANG_SECONDS
from tests.permits import may_create, may_delete, may_set, may_update

pytestmark = pytest.mark.database
BROKEN = b"#!/bin/bash\nif true; then\n"
WARNED = b'#!/bin/bash\necho "$TARGET"\n'


def made(name: str, payload: bytes, store: PayloadStore, actor: Actor) -> str:
    return create(script(name, payload), domain=Domain.USER, permit=may_create(actor), store=store).guid


def found() -> dict[str, set[str]]:
    snapshot = library_catalogue().current()
    return {value: set(guids) for value, guids in assemblies_by_findings(snapshot, findings_stamp()).items()}


def test_each_content_is_checked_once(library: PayloadStore, operator: Actor) -> None:
    one, other = made("One", BROKEN, library, operator), made("Two", b"echo\n", library, operator)

    assert (check_unchecked(library), check_unchecked(library)) == (2, 0)
    assert CheckResult.objects.current().filter(worst=Severity.ERROR).count() == 1
    update(one, {"summary": "Other words"}, payload=b"echo\n", permit=may_update(operator), store=library)
    delete(other, permit=may_delete(operator))
    entries = JournalEntry.objects.count()

    assert check_unchecked(library) == 1
    assert CheckResult.objects.find_report(Assembly.objects.get(pk=one).content_hash) == Report()
    assert JournalEntry.objects.count() == entries


def test_a_payload_that_is_missing_keeps_no_other_from_being_checked(library: PayloadStore, operator: Actor) -> None:
    lost = made("Lost", BROKEN, library, operator)
    made("There", b"echo\n", library, operator)
    library.delete(Assembly.objects.get(pk=lost).payload_guid)

    assert (check_unchecked(library), check_unchecked(library)) == (1, 0)


def test_assemblies_are_known_by_their_heaviest_finding_that_nobody_suppressed(
    library: PayloadStore, operator: Actor
) -> None:
    broken, warned = made("One", BROKEN, library, operator), made("Two", WARNED, library, operator)
    clean, unseen = made("Three", b"echo\n", library, operator), ""
    check_unchecked(library)
    unseen = made("Four", b"echo 4\n", library, operator)

    assert found() == {"error": {broken}, "warning": {warned}, "none": {clean}}
    reason = {"reason": "The scheduler sets it."}
    set_setting(warned, SettingCategory.SUPPRESSED_CHECK, "undeclared-variable", reason, permit=may_set(operator))
    assert found() == {"error": {broken}, "warning": set(), "none": {clean, warned}}
    assert unseen not in set().union(*found().values())


def test_many_suppressions_cost_no_more_queries_than_one(
    library: PayloadStore, operator: Actor, django_assert_num_queries: Any
) -> None:
    guids = [made(f"No {n}", WARNED + b"# %d\n" % n, library, operator) for n in range(4)]
    check_unchecked(library)
    for guid in guids:
        reason = {"reason": "The scheduler sets it."}
        set_setting(guid, SettingCategory.SUPPRESSED_CHECK, "undeclared-variable", reason, permit=may_set(operator))
    snapshot, stamp = library_catalogue().current(), findings_stamp()
    with django_assert_num_queries(3):
        assert set(assemblies_by_findings(snapshot, stamp)["none"]) == set(guids)


def test_results_of_rules_that_were_replaced_go_after_a_while(library: PayloadStore) -> None:
    now = timezone.now()
    for rules, days in (("earlier", 31), ("yesterday", 1)):
        row = CheckResult.of("a" * 64, Report(), now - timedelta(days=days))
        row.rule_set = rules
        row.save()
    CheckResult.of("a" * 64, Report(), now - timedelta(days=99)).save()

    forget_unused(now=now)

    assert CheckResult.objects.count() == 2
    assert CheckResult.objects.current().count() == 1


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_checker_sees_what_is_new_and_ends_when_told(store: PayloadStore, operator: Actor) -> None:
    made("One", BROKEN, store, operator)
    checker = CompanionThread(replace(CHECKER, arguments={"every_seconds": 0.01}))
    thread = Thread(target=checker.run)
    thread.start()
    deadline = monotonic() + HANG_SECONDS
    while not CheckResult.objects.exists() and monotonic() < deadline:
        sleep(0.05)
    checker.stop()
    thread.join(HANG_SECONDS)

    assert not thread.is_alive()
    assert CheckResult.objects.get().worst == Severity.ERROR
