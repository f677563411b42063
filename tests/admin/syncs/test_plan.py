"""The plan of a sync on its page: what would change, and what refuses it."""

from pathlib import Path

from django.test import Client
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.admin.syncs.plan_lines import MAX_LINE_LENGTH, diff_lines
from assemblies.domains import Domain
from assemblies.models import Assembly, SyncRecord
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.admin.syncs.pages import LIST, PLAN, RUN, official, page, page_after
from tests.documents_made import script
from tests.official.published_folder import guid as guid_of
from tests.official.published_folder import publish
from tests.permits import may_create, may_update


def plan(client: Client, **boxes: str) -> str:
    answer = client.post(PLAN, boxes)
    assert answer.status_code == 200
    return answer.content.decode()


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


def test_local_edits_are_kept_unless_somebody_says_otherwise(
    synced: Client, store: PayloadStore, command: Actor
) -> None:
    box = '<input type="checkbox" name="keep_local" value="yes" checked>'
    assert box not in page(synced, LIST)
    update(guid_of(1), {"summary": "Ours."}, payload=None, permit=may_update(command), store=store)
    assert f"{box} Keep the one local edit" in page(synced, LIST)


def test_lines_of_a_difference_are_told_apart_cut_and_shown_as_they_run() -> None:
    diff = "--- before\n+++ after\n@@ -1 +1 @@\n-a\u202eb\n+" + "x" * 2 * MAX_LINE_LENGTH + "\n c\n… and 3 more lines\n"
    lines = diff_lines(diff)
    assert [line.kind for line in lines] == ["place", "removed", "added", "same", "note"]
    assert lines[1].text == "-a⟨U+202E⟩b"
    assert lines[2].text.endswith(f"and {MAX_LINE_LENGTH + 1} more characters")
    assert diff_lines("") == []
