"""The official catalogue's page: its state, who sees what of it, and past syncs."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from assemblies.actions.update import update
from assemblies.models import SyncRecord
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.syncs.pages import LIST, PLAN, RUN, UNDO, page
from tests.official.published_folder import guid as guid_of
from tests.permits import may_update

LIST_QUERIES, RECORD_QUERIES = 10, 11


def test_the_state_names_version_age_and_what_needs_attention(
    synced: Client, store: PayloadStore, command: Actor, folder: Path
) -> None:
    update(guid_of(1), {"display_name": "<b>Ours</b>"}, payload=None, permit=may_update(command), store=store)
    (folder / "scripts/linux/number-3.json").unlink()
    synced.post(RUN, {"keep_local": "yes"})
    said = page(synced, LIST)
    assert f"<code>{folder}</code>" in said
    assert "/admin/assemblies/assembly/?domain=official&amp;upstream_state=up_to_date" in said
    assert "&lt;b&gt;Ours&lt;/b&gt;" in said
    assert "Removed upstream" in said
    assert "Keep the one local edit" in said


def test_an_old_version_is_called_overdue(synced: Client, settings: Settings) -> None:
    settings.OFFICIAL_MAX_AGE_DAYS = 30
    assert "Fresh" in page(synced, LIST)
    SyncRecord.objects.update(recorded_at=timezone.now() - timedelta(days=31))
    assert "Overdue" in page(synced, LIST)


def test_a_source_with_credentials_is_shown_without_them(granted: Client, settings: Settings) -> None:
    settings.OFFICIAL_SOURCE = "https://me:hunter2@git.example.org/catalogue.git"
    said = page(granted, LIST)
    assert "https://***@git.example.org/catalogue.git" in said
    assert "hunter2" not in said


def test_without_dev_mode_there_are_no_buttons_and_each_post_is_refused_and_audited(
    superuser: Client, folder: Path, synced: Client
) -> None:
    said = page(superuser, LIST)
    assert "Synchronise now" not in said
    assert "Dev Mode" in said
    for path in (RUN, PLAN, UNDO):
        assert superuser.post(path).status_code == 403
    assert superuser.get(UNDO).status_code == 403
    denied = AuditEntry.objects.filter(outcome="denied").order_by("sequence").values_list("event", flat=True)
    assert list(denied) == ["official.sync", "official.sync", "official.undo"]


@pytest.mark.parametrize("who", ["staff", "signed_in_viewer"])
def test_everybody_sees_the_state_and_past_syncs_but_not_from_where_by_whom_or_why(
    request: pytest.FixtureRequest, who: str, sync_record: SyncRecord, synced: Client
) -> None:
    reader = request.getfixturevalue(who)
    for path in (LIST, f"{LIST}{sync_record.pk}/change/"):
        said = page(reader, path)
        assert "Refused" in said
        for hidden in ("/srv/catalogue", "command:sync_official", "certain host", "Synchronise now", "Enter Dev Mode"):
            assert hidden not in said
    assert reader.get(UNDO).status_code == 403
    for path in (RUN, PLAN, UNDO):
        assert reader.post(path).status_code == 403


def test_without_an_account_there_is_nothing_to_see(anonymous: Client, sync_record: SyncRecord) -> None:
    for path in (LIST, f"{LIST}{sync_record.pk}/change/", UNDO):
        assert anonymous.get(path).status_code == 302
    for path in (RUN, PLAN, UNDO):
        assert anonymous.post(path).status_code == 302


def test_records_are_never_added_changed_or_removed_by_hand(superuser: Client, sync_record: SyncRecord) -> None:
    before = list(SyncRecord.objects.values())
    sent = {"outcome": "done", "_save": "Save", "post": "yes"}
    for path in ("add/", f"{sync_record.pk}/change/", f"{sync_record.pk}/delete/"):
        assert superuser.post(f"{LIST}{path}", sent).status_code == 403
    superuser.post(LIST, {"action": "delete_selected", "_selected_action": [str(sync_record.pk)]} | sent)
    assert list(SyncRecord.objects.values()) == before


def test_a_record_that_is_not_there_leads_back(superuser: Client) -> None:
    assert superuser.get(f"{LIST}99/change/").status_code == 302


def test_past_syncs_come_in_pages(superuser: Client, sync_record: SyncRecord) -> None:
    records = [SyncRecord(recorded_at=timezone.now(), actor="ada", outcome="done", source="x") for _ in range(60)]
    SyncRecord.objects.bulk_create(records)
    assert 'aria-label="Pages of past syncs"' in page(superuser, LIST)
    assert "certain host" not in page(superuser, LIST)
    assert "Refused" in page(superuser, f"{LIST}?page=3")
    assert page(superuser, f"{LIST}?page=<odd>")


def test_pages_cost_a_fixed_number_of_queries(
    synced: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    record = SyncRecord.objects.get()
    page(synced, LIST)
    with django_assert_max_num_queries(LIST_QUERIES):
        page(synced, LIST)
    with django_assert_max_num_queries(RECORD_QUERIES):
        page(synced, f"{LIST}{record.pk}/change/")
