"""The drill: mirror while processes write, restore elsewhere, compare with what was acknowledged."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import pytest

from assemblies.documents.canonical import canonical_json
from tests.commands.deployment import Deployment, Prepared
from tests.effort import effort
from tests.official.published_folder import guid, publish_many
from tests.patience import HANG_SECONDS

ROWS, THREADS = 4, 2
ROUNDS = effort(gate=1, torture=20)


class Writing:
    """A process that changes the rows while the `with` block runs; `acknowledged` is what it was told is done."""

    def __init__(self, deployment: Deployment) -> None:
        self.acknowledged: list[dict[str, Any]] = []
        self.news = Event()
        guids = [guid(number) for number in range(1, ROWS + 1)]
        self.process = deployment.start_python("-m", "tests.faults.writer_process", str(THREADS), "600", *guids)
        self.reader = Thread(target=self._read)

    def __enter__(self) -> Self:
        self.reader.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.reader.join()
        self.process.communicate()

    def wait_for_one_more(self) -> int:
        """Return the revision of a write that was acknowledged after the call began."""
        self.news.clear()
        assert self.news.wait(HANG_SECONDS), self._last_words()
        return int(self.acknowledged[-1]["revision"])

    def _last_words(self) -> str:
        self.process.terminate()
        assert self.process.stderr is not None
        return str(self.process.stderr.read())

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            # Its last line may be cut off where it was ended.
            if line.endswith("\n"):
                self.acknowledged.append(json.loads(line))
                self.news.set()


def read(database: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


@pytest.mark.parametrize("_turn", range(ROUNDS))
def test_a_mirror_under_write_load_is_a_prefix_of_what_was_acknowledged(
    prepared: Prepared, tmp_path: Path, _turn: int
) -> None:
    deployment = Deployment.of(prepared, tmp_path / "var")
    publish_many(tmp_path / "documents", ROWS)
    deployment.answer("import_assemblies", str(tmp_path / "documents"), "--domain", "user")
    with Writing(deployment) as writing:
        before = writing.wait_for_one_more()
        deployment.answer("flush_writes")
        mirrored = json.loads(deployment.answer("mirror_domains", str(tmp_path / "mirrors"), "--json"))
        writing.wait_for_one_more()
        refused = deployment.run("restore_domains", str(tmp_path / "mirrors"), "--replace")
    assert (refused.returncode, "database is in use" in refused.stderr) == (2, True), refused.stderr

    texts = {write["revision"]: (write["guid"], write["text"]) for write in writing.acknowledged}
    assert len(texts) == len(writing.acknowledged)
    restored = Deployment(tmp_path / "restored")
    report = json.loads(restored.answer("restore_domains", mirrored["mirror"], "--json"))
    assert (report["findings"], report["pending"], report["moved_aside"]) == ([], 0, [])
    head = mirrored["journal"]["sequence"]
    assert before <= head < max(texts)
    compare(restored, texts, head)
    tamper(restored.root / "engine.db")
    with pytest.raises(AssertionError):
        compare(restored, texts, head)


def tamper(database: Path) -> None:
    """Take one change of the past away, as a mirror would that missed it."""
    with closing(sqlite3.connect(database)) as connection, connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in names:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM assemblies_journalentry WHERE sequence = ?", [ROWS + 1])


def compare(restored: Deployment, texts: dict[int, tuple[str, str]], head: int) -> None:
    entries = read(restored.root / "engine.db", "SELECT sequence, assembly_guid, content FROM assemblies_journalentry")
    contents = {sequence: (row, json.loads(content)) for sequence, row, content in entries}
    assert sorted(contents) == list(range(1, head + 1))
    known = {sequence: text for sequence, text in texts.items() if sequence <= head}
    assert set(known) == set(range(ROWS + 1, head + 1)), (
        "no write is there that nobody was told of, and none is missing"
    )
    for sequence, (row, text) in known.items():
        assert (contents[sequence][0], contents[sequence][1]["summary"]) == (row, text)
    last = {row: (sequence, content) for sequence, (row, content) in sorted(contents.items())}
    for name in ("engine.db", "Assemblies/user_created.db"):
        table = "assembly" if name == "engine.db" else "domainassembly"
        rows = read(restored.root / name, f"SELECT guid, sequence, content FROM assemblies_{table}")  # noqa: S608
        assert {row: (number, content) for row, number, content in rows} == {
            row: (number, canonical_json(content).decode()) for row, (number, content) in last.items()
        }
