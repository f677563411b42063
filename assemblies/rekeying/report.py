"""The report of a rehearsal or an apply, and the files that belong to it: names never taken before, durable at once."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assemblies.durable_files import fsync_folder, make_folder, write_new


@dataclass(frozen=True)
class ReportFiles:
    """The files of one run, told apart by the time to the microsecond, and by a number should that not do."""

    folder: Path
    stem: str

    @classmethod
    def unused(cls, folder: Path, *, now: datetime) -> "ReportFiles":
        """Return names in `folder` that no file has."""
        stem = f"legacy-aliases-{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
        number = 1
        while any(folder.glob(f"{stem}*")):
            number += 1
            stem = f"{stem.partition('.')[0]}.{number}"
        return cls(folder, stem)

    @property
    def report(self) -> Path:
        return self.folder / f"{self.stem}.json"

    @property
    def archive(self) -> Path:
        """Where rows are kept that the store itself does not keep."""
        return self.folder / f"{self.stem}.archive.json"

    @property
    def backup(self) -> Path:
        return self.folder / f"{self.stem}.backup.db"

    def make_folder(self) -> None:
        make_folder(self.folder)

    def remove_written(self) -> None:
        """Take back what says that a migration was done which then was not; the backup stays."""
        for path in (self.report, self.archive):
            path.unlink(missing_ok=True)


def write_report(path: Path, facts: Any) -> None:
    """Write JSON to a new file and make it durable: it speaks of a commit that follows. Raises FileExistsError."""
    text = json.dumps(facts, indent=2, ensure_ascii=False, default=str)
    write_new(path, [f"{text}\n".encode("utf-8", "backslashreplace")])
    fsync_folder(path.parent)
