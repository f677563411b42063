"""Health and verification: for administrators, truthful about what is broken, and changing nothing."""

import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.files.storage import InMemoryStorage
from django.db import connections
from django.test import Client
from django.utils import timezone

from assemblies.admin.health import verify as verify_module
from assemblies.catalogue import library_catalogue
from assemblies.companion_states import CompanionState, State, replace_states
from assemblies.conf import payload_store
from assemblies.inspection.health import databases as examined
from assemblies.inspection.health.parts import store_facts
from assemblies.inspection.verify import Finding, Verification
from assemblies.journal.flush import flush
from assemblies.journal.payload_files import write_payload_files
from assemblies.models import Assembly, DomainState, JournalEntry, SyncRecord
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from devmode.sqlite_files import find_sqlite_file
from tests.admin.conftest import signed_in

pytestmark = pytest.mark.database

HEALTH, CHECK, VERIFY, RESULT = (f"/admin/health/{rest}" for rest in ("", "check/", "verify/", "verification/"))
Usage = namedtuple("Usage", "total used free")
Budget = Callable[[int], Any]


@pytest.fixture
def as_operator(library: PayloadStore) -> Client:
    user = User.objects.create_user("oskar")
    user.groups.add(Group.objects.get(name="Operators"))
    return signed_in(user)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def damage(guid: str, tmp_path: Path) -> str:
    """Change a payload's bytes behind the library's back. Returns the payload's GUID."""
    payload_guid = Assembly.objects.get(guid=guid).payload_guid
    write_payload_files(payload_store())
    file = tmp_path / "Payloads" / payload_guid / "payload"
    file.chmod(0o600)
    file.write_bytes(b"echo HELLO\n")
    return payload_guid


def test_an_anonymous_visitor_is_sent_to_the_log_in(anonymous: Client) -> None:
    for path in (HEALTH, RESULT):
        assert anonymous.get(path)["Location"].startswith("/admin/login/")
    for path in (CHECK, VERIFY):
        assert anonymous.post(path)["Location"].startswith("/admin/login/")


def test_it_is_for_administrators_alone(signed_in_viewer: Client, as_operator: Client, staff: Client) -> None:
    for client in (signed_in_viewer, as_operator, staff):
        for path in (HEALTH, RESULT):
            assert client.get(path).status_code == 403
        for path in (CHECK, VERIFY):
            assert client.post(path).status_code == 403
        assert HEALTH not in client.get("/admin/").content.decode()
    denied = AuditEntry.objects.filter(outcome="denied").values_list("event", flat=True)
    assert sorted(denied) == ["library.check"] * 3 + ["library.verify"] * 3


def test_a_library_that_is_well_says_so(superuser: Client, guid: str, sync_record: SyncRecord) -> None:
    page = text_of(superuser.get(HEALTH))
    assert "All parts do their work." in page
    for words in ("default", "user_created", "Reachable", "Write queue", "Must stay free", "BOREALIS_PUBLIC_URL"):
        assert words in page
    assert "Refused since" in page
    assert JournalEntry.objects.latest("sequence").hash in page
    assert AuditEntry.objects.latest("sequence").hash in page
    assert "2 payloads, 1" in page
    assert HEALTH in superuser.get("/admin/").content.decode()


def test_the_last_sync_is_named_and_an_older_refusal_is_not(superuser: Client, sync_record: SyncRecord) -> None:
    done = SyncRecord.objects.create(
        recorded_at=timezone.now(), actor="ada", outcome=SyncRecord.Outcome.DONE, source="x", source_version="v77"
    )
    page = text_of(superuser.get(HEALTH))
    assert "v77" in page
    assert f"/syncrecord/{done.pk}/change/" in page
    assert "Refused since" not in page


def test_it_costs_a_fixed_number_of_queries(
    superuser: Client, guid: str, django_assert_max_num_queries: Budget
) -> None:
    superuser.get(HEALTH)
    with django_assert_max_num_queries(40):
        superuser.get(HEALTH)


def test_what_is_wrong_is_marked(superuser: Client, guid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    DomainState.objects.filter(domain="user").update(attempts=2, last_error="It is locked.", version=9)
    page = text_of(superuser.get(HEALTH))
    assert "Something needs you." in page
    assert "2 failed attempts" in page
    assert "It is locked." in page
    waits = JournalEntry.objects.filter(sequence=2)
    recorded_at = waits.get().recorded_at
    waits.update(recorded_at=timezone.now() - timedelta(hours=1))
    DomainState.objects.filter(domain="user").update(attempts=0, last_error="", version=10)
    library_catalogue.cache_clear()
    assert "Nobody flushes" in text_of(superuser.get(HEALTH))
    waits.update(recorded_at=recorded_at)
    flush()
    assert "All parts do their work." in text_of(superuser.get(HEALTH))
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(100_000, 0, 4_900))
    assert "Disk nearly full" in text_of(superuser.get(HEALTH))


def test_a_store_that_cannot_be_asked_is_said_so(
    superuser: Client, library: PayloadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> bool:
        raise OSError(5, "Input/output error", "/srv/payloads")

    monkeypatch.setattr(library.storage, "exists", fail)
    page = text_of(superuser.get(HEALTH))
    assert "The disk reports errors" in page
    assert "Something needs you." in page


@pytest.mark.sqlite("this is about files")
def test_a_database_file_that_is_gone_is_not_made_by_asking(
    superuser: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone.db"
    monkeypatch.setattr(
        examined, "find_sqlite_file", lambda alias: gone if alias == "official" else find_sqlite_file(alias)
    )
    page = text_of(superuser.post(CHECK))
    assert "The database file is missing; run prepare." in page
    assert "Damaged" in page
    assert not gone.exists()


def test_without_the_journal_the_rest_is_still_said(superuser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examined, "database_trouble", lambda alias: "no such table" if alias == "default" else "")
    page = text_of(superuser.get(HEALTH))
    assert "Something needs you." in page
    assert "no such table" in page


def test_the_database_files_are_checked_when_asked(superuser: Client, guid: str) -> None:
    assert superuser.get(CHECK).status_code == 405
    assert "Check of its pages" not in text_of(superuser.get(HEALTH))
    page = text_of(superuser.post(CHECK))
    expected = "Whole" if connections["default"].vendor == "sqlite" else "Its server sees to that"
    assert page.count(f"{expected}") == len(connections.databases)


def test_a_clean_library_is_verified(superuser: Client, guid: str) -> None:
    assert "Nothing was verified" in text_of(superuser.get(RESULT))
    flush()
    answer = superuser.post(VERIFY)
    assert (answer.status_code, answer["Location"]) == (302, RESULT)
    page = text_of(superuser.get(RESULT))
    assert "The library is as it should be." in page
    assert "Payloads read" in page
    assert f"2:{JournalEntry.objects.latest('sequence').hash}" in page
    assert superuser.get(VERIFY).status_code == 405


def test_a_damaged_payload_is_found(superuser: Client, guid: str, tmp_path: Path) -> None:
    payload_guid = damage(guid, tmp_path)
    superuser.post(VERIFY)
    page = text_of(superuser.get(RESULT))
    assert "1 finding." in page
    for words in (payload_guid, "Payload damaged", "do not match", "Put it back with"):
        assert words in page
    assert str(tmp_path) not in page


def test_reading_and_verifying_change_nothing(superuser: Client, guid: str) -> None:
    before = (JournalEntry.objects.count(), AuditEntry.objects.count(), DomainState.objects.count())
    superuser.get(HEALTH)
    superuser.post(CHECK)
    superuser.post(VERIFY)
    kept = Session.objects.get().session_data
    superuser.get(RESULT)
    assert (JournalEntry.objects.count(), AuditEntry.objects.count(), DomainState.objects.count()) == before
    assert Session.objects.get().session_data == kept


def test_more_findings_than_a_session_holds_are_counted(superuser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Finding("working_copy", "a" * 32, "<script>alert(1)</script>")] * 203 + [Finding("new", "x", "y")]
    notes = [Finding("replica", "official", "waits")]
    monkeypatch.setattr(
        verify_module, "verify_library", lambda store, **_options: Verification(findings=found, notes=notes)
    )
    superuser.post(VERIFY)
    page = text_of(superuser.get(RESULT))
    assert "204 findings." in page
    assert "4 more are not shown here;" in page
    assert "<script>alert(1)" not in page
    assert f"/admin/assemblies/assembly/{'a' * 32}/change/" in page
    assert "/assembly/official/" not in page


def test_a_session_that_ended_meanwhile_keeps_nothing(
    superuser: Client, ada: User, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(store: PayloadStore, **_options: Any) -> Verification:
        Session.objects.all().delete()
        return Verification()

    monkeypatch.setattr(verify_module, "verify_library", ended)
    answer = superuser.post(VERIFY)
    assert (answer.status_code, answer["Location"]) == (302, HEALTH)
    assert not Session.objects.exists()


def test_a_store_without_a_disk_of_its_own_has_neither_count_nor_room() -> None:
    facts = store_facts(PayloadStore(InMemoryStorage()))
    assert (facts.trouble, facts.count, facts.room) == ("", None, None)


def test_a_database_server_is_named_without_its_password() -> None:
    facts = {"HOST": "db.example", "NAME": "borealis", "USER": "root", "PASSWORD": "secret"}
    assert examined._place(facts) == "db.example/borealis"


def test_the_flusher_is_said_to_be_due(superuser: Client, guid: str, operator: Actor) -> None:
    assert "Changes wait; the flusher is due at" in text_of(superuser.get(HEALTH))
    flush()
    assert "Nothing waits." in text_of(superuser.get(HEALTH))


def test_a_service_that_does_not_run_is_named_with_its_reason(superuser: Client) -> None:
    try:
        replace_states(
            {
                "web-1": CompanionState(state=State.RUNNING),
                "flusher": CompanionState(state=State.RESTARTING, restarts=3, reason="it failed with OSError"),
            }
        )
        page = text_of(superuser.get(HEALTH))
    finally:
        replace_states({})
    assert "Something needs you." in page
    assert "Waits for its next start" in page
    assert "it failed with OSError" in page
    assert "Services of this server" not in text_of(superuser.get(HEALTH))
