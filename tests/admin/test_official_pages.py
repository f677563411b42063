"""The official catalogue's pages: its state, the plan of a sync, the sync itself, its record and its undoing."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.admin.syncs.diff_lines import MAX_LINE_LENGTH, diff_lines
from assemblies.domains import Domain
from assemblies.models import Assembly, SyncRecord
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in
from tests.documents_made import script
from tests.official.published_folder import guid as guid_of
from tests.official.published_folder import publish, publish_many
from tests.permits import may_create, may_update

LIST = "/admin/assemblies/syncrecord/"
RUN, PLAN, UNDO = f"{LIST}run/", f"{LIST}plan/", f"{LIST}undo/"
LIST_QUERIES, RECORD_QUERIES = 10, 11


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """A source of three documents."""
    folder = tmp_path / "published"
    publish_many(folder, 3)
    settings.OFFICIAL_SOURCE = str(folder)
    return folder


@pytest.fixture
def granted(ada: User, folder: Path) -> Client:
    """An administrator in Dev Mode."""
    client = signed_in(ada)
    bearer = grants.session_digest(str(client.session.session_key))
    with transaction.atomic():
        grants.issue(ada, bearer, reason="sync", remote_address="", now=timezone.now())
    return client


@pytest.fixture
def synced(granted: Client) -> Client:
    granted.post(RUN)
    return granted


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def plan(client: Client, **boxes: str) -> str:
    answer = client.post(PLAN, boxes)
    assert answer.status_code == 200
    return answer.content.decode()


def official() -> int:
    return Assembly.objects.live().of_domain(Domain.OFFICIAL).count()


def test_in_dev_mode_the_catalogue_is_synchronised_at_a_click(granted: Client) -> None:
    said = page(granted, LIST)
    assert "Synchronise now" in said
    assert "never synchronised" in said
    answer = granted.post(RUN, follow=True)
    record = SyncRecord.objects.get()
    assert answer.request["PATH_INFO"] == f"{LIST}{record.pk}/change/"
    assert "Synchronised: 3 added." in answer.content.decode()
    assert "Number 2" in answer.content.decode()
    assert (official(), record.actor) == (3, "ada")


def test_a_sync_of_nothing_new_says_so(synced: Client) -> None:
    answer = synced.post(RUN, follow=True)
    assert "There is nothing to do" in answer.content.decode()
    assert SyncRecord.objects.count() == 1


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


def test_the_plan_shows_every_part_with_differences_and_changes_nothing(
    synced: Client, folder: Path, store: PayloadStore, command: Actor
) -> None:
    create(script("Squatter", guid=guid_of(4)), domain=Domain.USER, permit=may_create(command), store=store)
    update(guid_of(1), {"summary": "Ours."}, payload=None, permit=may_update(command), store=store)
    publish(folder, 1, script="echo </pre><script>alert(1)</script>\n")
    (folder / "scripts/linux/number-2.json").rename(folder / "two.json")
    (folder / "scripts/linux/number-3.json").unlink()
    publish(folder, 4)
    before = (official(), SyncRecord.objects.count(), Assembly.objects.count())
    said = plan(synced)
    for key in ("added", "changed", "moved", "removed", "claimed", "edits"):
        assert f'id="plan-{key}"' in said
    assert "diff-added" in said
    assert "diff-removed" in said
    assert "&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in said
    assert "<script>alert" not in said
    assert 'name="keep_local"' in said
    assert 'name="allow_mass_removal"' not in said
    assert "Nothing was changed yet." in said
    assert (official(), SyncRecord.objects.count(), Assembly.objects.count()) == before


def test_a_plan_that_keeps_local_edits_says_so(synced: Client, store: PayloadStore, command: Actor) -> None:
    update(guid_of(1), {"summary": "Ours."}, payload=None, permit=may_update(command), store=store)
    said = plan(synced, keep_local="yes")
    assert 'name="keep_local" value="yes" checked' in said
    assert "A sync would change nothing" in said


def test_a_refusal_that_may_be_overruled_offers_it_and_shows_what_would_come(synced: Client, folder: Path) -> None:
    for number in (2, 3):
        (folder / f"scripts/linux/number-{number}.json").unlink()
    said = plan(synced)
    assert "2 of 3 official assemblies would be removed" in said
    assert 'name="allow_mass_removal" value="yes">' in said
    assert 'id="plan-removed"' in said

    assert "2 of 3 official assemblies would be removed" in page_after(synced.post(RUN, follow=True))
    assert official() == 3
    assert 'value="yes" checked' in plan(synced, allow_mass_removal="yes")
    synced.post(RUN, {"allow_mass_removal": "yes"})
    assert official() == 1


def page_after(answer: Any) -> str:
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def test_an_empty_source_is_refused_with_its_reasons_and_nothing_to_allow(synced: Client, folder: Path) -> None:
    for file in folder.rglob("*.json"):
        file.unlink()
    said = plan(synced)
    assert "The source holds no official document." in said
    assert "Nothing can be allowed here" in said
    assert "Synchronise now" not in said
    said = page_after(synced.post(RUN, follow=True))
    assert "The sync was refused." in said
    assert "The source holds no official document." in said
    assert "would have been: 3 removed" in said
    assert (official(), SyncRecord.objects.filter(outcome="refused").count()) == (3, 1)


def test_files_that_cannot_be_read_are_listed_whether_refused_or_not(synced: Client, folder: Path) -> None:
    (folder / "scripts/linux/number-1.json").write_text("{")
    said = plan(synced)
    assert "1 of 3 documents cannot be read" in said
    assert "number-1.json" in said
    for number in range(4, 12):
        publish(folder, number)
    assert 'id="plan-skipped"' in plan(synced)


def test_a_source_that_is_not_there_is_told_in_words(granted: Client, settings: Settings, tmp_path: Path) -> None:
    settings.OFFICIAL_SOURCE = str(tmp_path / "nowhere")
    assert "is not a folder" in page_after(granted.post(RUN, follow=True))
    assert "is not a folder" in plan(granted)
    settings.OFFICIAL_SOURCE = "https://user:secret@"
    assert "secret" not in page_after(granted.post(RUN, follow=True))


def test_the_last_sync_is_undone_after_a_look(synced: Client, folder: Path) -> None:
    publish(folder, 1, script="echo worse\n")
    synced.post(RUN)
    record = SyncRecord.objects.latest("pk")
    assert UNDO in page(synced, LIST)
    assert "Undo this sync" in page(synced, f"{LIST}{record.pk}/change/")
    said = page(synced, UNDO)
    assert "Get back what they had before" in said
    assert SyncRecord.objects.count() == 2
    said = page_after(synced.post(UNDO, {"record": record.pk}, follow=True))
    assert "A sync was undone: 1 restored." in said
    assert Assembly.objects.get(guid=guid_of(1)).search_text == "echo 1\n"
    assert "Undone" in page(synced, LIST)
    assert "Undone by" in page(synced, f"{LIST}{record.pk}/change/")


def test_a_second_click_undoes_nothing_more(synced: Client, folder: Path) -> None:
    publish(folder, 1, script="echo worse\n")
    synced.post(RUN)
    record = SyncRecord.objects.latest("pk")
    for wrong in ({}, {"record": "9" * 18}, {"record": "first"}):
        assert "not the last sync any more" in page_after(synced.post(UNDO, wrong, follow=True))
    for _click in range(2):
        assert "A sync was undone: 1 restored." in page_after(synced.post(UNDO, {"record": record.pk}, follow=True))
    assert synced.get(UNDO)["Location"] == LIST
    assert SyncRecord.objects.exclude(undo_of=None).count() == 1


def test_the_first_sync_is_undone_only_by_who_means_it(synced: Client) -> None:
    record = SyncRecord.objects.latest("pk")
    assert "this is intended" in page(synced, UNDO)
    assert "remove 3 assemblies, most of the official catalogue" in page_after(
        synced.post(UNDO, {"record": record.pk}, follow=True)
    )
    assert Assembly.objects.live().exists()
    synced.post(UNDO, {"record": record.pk, "allow_mass_removal": "yes"})
    assert not Assembly.objects.live().exists()


def test_with_nothing_to_undo_the_page_of_the_catalogue_opens(granted: Client) -> None:
    assert granted.get(UNDO)["Location"] == LIST
    assert granted.post(UNDO)["Location"] == LIST


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


def test_a_sync_leads_to_what_it_changed(synced: Client, folder: Path) -> None:
    publish(folder, 1, description="Says another number.")
    answer = synced.post(RUN, follow=True)
    written = answer.context["written"]
    assert [one.name for one in written] == ["Number 1"]
    said = re.sub("<[^>]*>", "", page(synced, written[0].diff_address))
    assert "Says a number." in said
    assert "Says another number." in said


def test_local_edits_are_kept_unless_somebody_says_otherwise(
    synced: Client, store: PayloadStore, command: Actor
) -> None:
    box = '<input type="checkbox" name="keep_local" value="yes" checked>'
    assert box not in page(synced, LIST)
    update(guid_of(1), {"summary": "Ours."}, payload=None, permit=may_update(command), store=store)
    assert f"{box} Keep the one local edit" in page(synced, LIST)


def test_only_a_post_synchronises(granted: Client) -> None:
    assert granted.get(RUN).status_code == 405
    assert granted.get(PLAN).status_code == 405
    assert granted.put(UNDO).status_code == 405
    assert not Assembly.objects.exists()


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


def test_lines_of_a_difference_are_told_apart_cut_and_shown_as_they_run() -> None:
    diff = "--- before\n+++ after\n@@ -1 +1 @@\n-a\u202eb\n+" + "x" * 2 * MAX_LINE_LENGTH + "\n c\n… and 3 more lines\n"
    lines = diff_lines(diff)
    assert [line.kind for line in lines] == ["place", "removed", "added", "same", "note"]
    assert lines[1].text == "-a⟨U+202E⟩b"
    assert lines[2].text.endswith(f"and {MAX_LINE_LENGTH + 1} more characters")
    assert diff_lines("") == []


def test_the_answer_to_a_form_leads_back_to_the_page_with_the_form(synced: Client) -> None:
    answer = synced.post(PLAN, headers={"referer": f"http://testserver{LIST}?p=1#top"})
    said = answer.content.decode()
    assert f'name="next" value="{LIST}?p=1"' in said
    assert f'name="next" value="{PLAN}"' not in said
    foreign = synced.post(PLAN, headers={"referer": "https://elsewhere.example/"}).content.decode()
    assert "elsewhere" not in foreign


def test_an_address_for_forms_says_so_to_who_visits_it(synced: Client, anonymous: Client) -> None:
    answer = synced.get(PLAN)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Nothing was changed: open the page with the form" in answer.content.decode()
    assert anonymous.get(PLAN).status_code == 302
