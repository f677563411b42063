"""A sync at a click, its record and its undoing."""

import re
from pathlib import Path

from django.test import Client

from assemblies.models import Assembly, SyncRecord
from tests.admin.syncs.pages import LIST, PLAN, RUN, UNDO, official, page, page_after
from tests.official.published_folder import guid as guid_of
from tests.official.published_folder import publish


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


def test_a_sync_leads_to_what_it_changed(synced: Client, folder: Path) -> None:
    publish(folder, 1, description="Says another number.")
    answer = synced.post(RUN, follow=True)
    written = answer.context["written"]
    assert [one.name for one in written] == ["Number 1"]
    said = re.sub("<[^>]*>", "", page(synced, written[0].diff_address))
    assert "Says a number." in said
    assert "Says another number." in said


def test_only_a_post_synchronises(granted: Client) -> None:
    assert granted.get(RUN).status_code == 405
    assert granted.get(PLAN).status_code == 405
    assert granted.put(UNDO).status_code == 405
    assert not Assembly.objects.exists()


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
