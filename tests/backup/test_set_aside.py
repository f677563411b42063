"""Old files are kept, whatever the disks allow."""

import errno
import os
from pathlib import Path

import pytest

from assemblies.backup.set_aside import Aside


@pytest.fixture
def aside(tmp_path: Path) -> Aside:
    return Aside(tmp_path / "root", "before")


def written(path: Path, text: str = "old") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_file_below_the_root_keeps_its_place_below_the_folder(aside: Aside) -> None:
    aside.move(written(aside.root / "Assemblies" / "official.db"))
    assert (aside.root / "before" / "Assemblies" / "official.db").read_text() == "old"
    assert aside.folders == {aside.root / "before"}


def test_a_file_elsewhere_is_kept_next_to_where_it_was(aside: Aside, tmp_path: Path) -> None:
    aside.move_database(written(tmp_path / "elsewhere" / "engine.db"))
    aside.move_database(tmp_path / "elsewhere" / "absent.db")
    assert [path.name for path in (tmp_path / "elsewhere" / "before").iterdir()] == ["engine.db"]


def test_what_lies_on_another_disk_is_kept_next_to_where_it_was(aside: Aside, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(aside.root / "mounted" / "payload")
    rename = Path.rename

    def rename_on_one_disk(self: Path, target: Path) -> Path:
        if not target.is_relative_to(self.parent):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", rename_on_one_disk)
    aside.move(path)
    assert (path.parent / "before" / "payload").read_text() == "old"


def test_any_other_error_is_raised(aside: Aside) -> None:
    with pytest.raises(FileNotFoundError):
        aside.move(aside.root / "absent")


def test_a_kept_database_is_in_both_places_and_its_log_in_one(aside: Aside) -> None:
    path = written(aside.root / "engine.db")
    written(aside.root / "engine.db-wal")
    aside.keep_database(path)
    kept = aside.root / "before"
    assert (path.read_text(), (kept / "engine.db").read_text(), (kept / "engine.db-wal").read_text()) == ("old",) * 3
    assert not path.with_name("engine.db-wal").exists()
    aside.keep_database(aside.root / "absent.db")
    assert not (kept / "absent.db").exists()


def test_where_there_are_no_links_a_kept_database_is_moved(aside: Aside, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(_source: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    path = written(aside.root / "engine.db")
    aside.keep_database(path)
    assert not path.exists()
    assert (aside.root / "before" / "engine.db").read_text() == "old"
