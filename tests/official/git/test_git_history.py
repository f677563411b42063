"""A history in git, commit after commit: after each of them the official domain equals the tree."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.errors import SyncRefused
from assemblies.models import Assembly, JournalEntry, OfficialAssembly, SyncRecord
from assemblies.official.report import SyncReport
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.official.git.git_repository import MADE_AT, Repository, git_source, needs_git
from tests.official.published_folder import guid, publish
from tests.permits import may_sync

pytestmark = [pytest.mark.usefixtures("library"), needs_git]
COMMITS = 24


class History:
    """A publisher's repository and the library that follows it."""

    def __init__(self, folder: Path, mirrors: Path, store: PayloadStore, actor: Actor) -> None:
        self.repository = Repository(folder)
        self.folder, self.mirrors, self.store, self.actor = folder, mirrors, store, actor
        self.last_good: dict[str, tuple[str, str]] = {}

    def follow(self, **options: Any) -> SyncReport:
        commit = self.repository.commit()
        report = sync(git_source(self.folder, self.mirrors), permit=may_sync(self.actor), store=self.store, **options)
        assert report.source_version == f"git:{commit}"
        self.assert_equal()
        return report

    def assert_equal(self) -> None:
        """Compare with the work tree, read by nobody's code but this."""
        self.last_good = self.tree()
        expected = {guid_: (path, script) for path, (guid_, script) in self.last_good.items()}
        live = Assembly.objects.live().of_domain(Domain.OFFICIAL)
        assert {row.guid: (row.read_content().metadata["source_path"], row.search_text) for row in live} == expected
        assert set(OfficialAssembly.objects.values_list("guid", flat=True)) == expected.keys()

    def tree(self) -> dict[str, tuple[str, str]]:
        """Return GUID and script by path; a broken file says what it said last."""
        found = {}
        for file in self.files():
            path = file.relative_to(self.folder).as_posix()
            try:
                entry = json.loads(file.read_text())
                found[path] = (entry["assembly_guid"].lower(), entry["script"])
            except ValueError:
                if path in self.last_good:
                    found[path] = self.last_good[path]
        return found

    def files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.json"))


@pytest.fixture
def history(tmp_path: Path, store: PayloadStore, command: Actor, library: PayloadStore) -> History:
    history = History(tmp_path / "published", tmp_path / "mirrors", store, command)
    for number in range(1, 9):
        publish(history.folder, number)
    history.follow()
    return history


def file(history: History, number: int) -> Path:
    return history.folder / f"scripts/linux/number-{number}.json"


def test_an_edit_a_rename_and_a_deletion(history: History) -> None:
    publish(history.folder, 1, script="echo better\n")
    assert history.follow().json()["changed"] == [guid(1)]
    (history.folder / "elsewhere").mkdir()
    file(history, 2).rename(history.folder / "elsewhere/two.json")
    assert [one.guid for one in history.follow().plan.moved] == [guid(2)]
    file(history, 3).unlink()
    assert history.follow().json()["removed"] == [guid(3)]
    assert Assembly.objects.get(guid=guid(2)).read_content().created_at == MADE_AT.isoformat()


def test_a_rename_of_case_only(history: History) -> None:
    file(history, 4).rename(file(history, 4).with_name("Number-4.json"))
    report = history.follow()
    assert ([one.guid for one in report.plan.moved], report.json()["removed"]) == ([guid(4)], [])


def test_a_guid_in_other_letters_is_the_same_guid(history: History) -> None:
    named = "abcdef" + guid(0)[6:]
    publish(history.folder, 9, assembly_guid=named)
    history.follow()
    publish(history.folder, 9, assembly_guid=named.upper())
    assert history.follow().plan.changes_nothing
    publish(history.folder, 9, assembly_guid=named.title(), script="echo better\n")
    assert history.follow().json()["changed"] == [named]


def test_a_broken_file_keeps_its_assembly_until_it_is_repaired_or_gone(history: History) -> None:
    file(history, 5).write_text("{ broken")
    assert [one["path"] for one in history.follow().json()["skipped"]] == ["scripts/linux/number-5.json"]
    publish(history.folder, 5, script="echo repaired\n")
    assert history.follow().json()["changed"] == [guid(5)]
    file(history, 5).write_text("{ broken")
    history.follow()
    file(history, 5).unlink()
    assert history.follow().json()["removed"] == [guid(5)]


def test_a_force_push_is_refused_and_the_old_catalogue_is_served_until_it_is_allowed(history: History) -> None:
    first = history.repository.git("rev-parse", "HEAD")
    publish(history.folder, 1, script="echo second\n")
    history.follow()
    served = list(Assembly.objects.order_by("guid").values_list("guid", "payload_sha256"))
    history.repository.git("reset", "--quiet", "--hard", first)
    publish(history.folder, 1, script="echo rewritten\n")
    with pytest.raises(SyncRefused, match="rewritten or"):
        history.follow()

    assert list(Assembly.objects.order_by("guid").values_list("guid", "payload_sha256")) == served
    assert SyncRecord.objects.all()[0].outcome == "refused"
    report = history.follow(allow_rollback=True)
    assert report.json()["changed"] == [guid(1)]
    history.follow()


def test_another_commit_with_the_same_documents_is_known_from_then_on(history: History) -> None:
    entries = JournalEntry.objects.count()
    (history.folder / "README").write_text("More words.\n")
    report = history.follow()
    assert (report.plan.changes_nothing, JournalEntry.objects.count()) == (True, entries)
    assert SyncRecord.objects.all()[0].source_version == report.source_version
    history.repository.git("reset", "--quiet", "--hard", "HEAD~1")
    with pytest.raises(SyncRefused):
        sync(git_source(history.folder, history.mirrors), permit=may_sync(history.actor), store=history.store)


def test_a_long_history_of_anything(history: History) -> None:
    """Each commit does one to three things at random; the seed is fixed, so that a failure can be had again."""
    draw = random.Random(4)
    for number in range(100, 100 + COMMITS):
        for step in range(draw.randint(1, 3)):
            change_something(history, draw, number * 10 + step)
        history.follow()
    assert SyncRecord.objects.count() > COMMITS // 2


def change_something(history: History, draw: random.Random, number: int) -> None:
    whole = [file for file in history.files() if file.read_text() != "{"]
    broken = [file for file in history.files() if file not in whole]
    chosen = draw.choice(whole)
    entry = json.loads(chosen.read_text())
    match draw.choice(["add", "edit", "rename", "case", "delete", "letters", "break", "repair"]):
        case "add":
            publish(history.folder, number, path=f"{draw.choice('abc')}/{number}.json")
        case "edit":
            chosen.write_text(json.dumps(entry | {"script": f"echo {number}\n"}))
        case "rename":
            target = history.folder / draw.choice("xyz") / chosen.name
            target.parent.mkdir(exist_ok=True)
            chosen.rename(target)
        case "case":
            chosen.rename(chosen.with_name(chosen.name.swapcase().replace("JSON", "json")))
        case "delete" if len(whole) > 6:
            chosen.unlink()
        case "letters":
            chosen.write_text(json.dumps(entry | {"assembly_guid": entry["assembly_guid"].upper()}))
        case "break" if not broken and chosen.relative_to(history.folder).as_posix() in history.last_good:
            chosen.write_text("{")
        case "repair" if broken:
            guid_ = history.last_good[broken[0].relative_to(history.folder).as_posix()][0]
            publish(history.folder, number, path=broken[0].relative_to(history.folder).as_posix(), assembly_guid=guid_)
