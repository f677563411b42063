"""Move files of a library aside and put others in their places. Nothing is deleted, and every step is durable."""

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path

from assemblies.durable_files import fsync_folder, make_folder

# What SQLite keeps next to a database; played into another one it would ruin it.
SQLITE_SUFFIXES = ("-wal", "-shm", "-journal")


@dataclass
class Aside:
    """Where old files are kept: in a folder called `name` in `root`, in the places they had below it.

    What lies elsewhere or on another disk is kept in a folder of that name right next to where it was. `folders` are
    those in use.
    """

    root: Path
    name: str
    folders: set[Path] = field(default_factory=set)

    def move(self, path: Path) -> None:
        """Move a file or a folder aside."""
        try:
            self._rename(path, self._top(path))
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._rename(path, path.parent)

    def move_database(self, path: Path) -> None:
        self._move_companions(path)
        if path.exists():
            self.move(path)

    def keep_database(self, path: Path) -> None:
        """Keep a database aside and where it is, so that another can take its place in one step."""
        self._move_companions(path)
        if not path.exists():
            return
        try:
            place = self._place(path, self._top(path))
            os.link(path, place)
        except OSError:
            # Another disk, or one without links: then there is no database in its place for a moment.
            self.move(path)
        else:
            fsync_folder(place.parent)

    def _move_companions(self, path: Path) -> None:
        for suffix in SQLITE_SUFFIXES:
            companion = path.with_name(path.name + suffix)
            if companion.exists():
                self.move(companion)

    def _rename(self, path: Path, top: Path) -> None:
        place = self._place(path, top)
        path.rename(place)
        fsync_folder(place.parent)
        fsync_folder(path.parent)

    def _top(self, path: Path) -> Path:
        return self.root if path.is_relative_to(self.root) else path.parent

    def _place(self, path: Path, top: Path) -> Path:
        place = top / self.name / path.relative_to(top)
        make_folder(place.parent)
        self.folders.add(top / self.name)
        return place


def put(staged: Path, target: Path) -> None:
    """Give a file its name; what had that name is gone."""
    staged.replace(target)
    fsync_folder(target.parent)
