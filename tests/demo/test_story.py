"""What is true of a filled demonstration, read back from its databases."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from assemblies.admin.item.variable_rows import TYPES
from assemblies.catalogue import library_catalogue
from assemblies.demo.fill import LibraryNotEmpty, fill
from assemblies.demo.people import People
from assemblies.domains import UpstreamState
from assemblies.inspection.verify.library import verify_library
from assemblies.journal.pending import pending_writes
from assemblies.models import Assembly, AssemblyAlias, AssemblySettingHistory, JournalEntry, JournalHead, SyncRecord
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.models import AuditEntry
from devmode.models.audit import Outcome


def test_forty_assemblies_of_every_domain_state_and_kind_of_variable(people: People) -> None:
    entries = [entry for entry in library_catalogue().current().entries.values() if entry.deleted_at is None]
    assert len(entries) == 40
    assert {entry.domain for entry in entries} == {"official", "community", "user"}
    states = Counter(entry.upstream_state for entry in entries)
    assert set(states) - {None} == set(UpstreamState) - {UpstreamState.NEW_UPSTREAM}
    changed = {entry.content.display_name for entry in entries if entry.origin_changed}
    assert changed == {"Days left on our certificates", "Check our JSON files"}
    rows = Assembly.objects.live()
    assert [row.display_name for row in rows.filter(is_flagged=True)]
    assert {variable["type"] for row in rows for variable in row.read_content().variables} == set(TYPES)
    assert any(row.read_content().files for row in rows)
    assert rows.filter(assembly_type="workflow").count() == 3
    assert {write.domain for write in pending_writes()} == {"official", "community", "user"}


def test_its_history_was_made_by_several_people_and_says_what_was_refused(
    people: People, prepared: PayloadStore
) -> None:
    backup = Assembly.objects.get(display_name="Backup check")
    written = JournalEntry.objects.of_assembly(backup.guid)
    assert {entry.actor for entry in written} == {"olga", "omar", "kim"}
    assert Assembly.objects.exclude(deleted_at=None).exists()
    assert JournalEntry.objects.filter(operation="revert").count() == 2
    assert AuditEntry.objects.filter(outcome=Outcome.DENIED).count() == 3
    assert {record.outcome for record in SyncRecord.objects.all()} == set(SyncRecord.Outcome)
    assert AssemblyAlias.objects.count() == AssemblySettingHistory.objects.count() == 1
    now = timezone.now()
    assert {grant.user.get_username() for grant in grants.list_live(now=now)} == {"ada", "kim"}
    assert {grant.end_reason for grant in grants.list_ended(10, now=now)} == {"left", "revoked"}
    assert verify_library(prepared, now=now).findings == []


def test_it_is_not_filled_into_a_library_in_use(people: People, prepared: PayloadStore, tmp_path: Path) -> None:
    head = JournalHead.objects.get().sequence
    with pytest.raises(LibraryNotEmpty):
        fill(prepared, tmp_path / "elsewhere")
    assert JournalHead.objects.get().sequence == head
    assert not (tmp_path / "elsewhere").exists()


def test_it_is_not_filled_next_to_other_accounts(prepared: PayloadStore, settings: Any) -> None:
    User.objects.create_user("somebody")
    with pytest.raises(LibraryNotEmpty):
        fill(prepared, Path(settings.OFFICIAL_SOURCE))
    assert not JournalEntry.objects.exists()
