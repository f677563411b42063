"""One engine log: one line per event, rotated once, nothing lost."""

import json
import logging
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from borealis_assemblies.logging import OneLineFormatter, SharedMidnightFile
from tests.patience import HANG_SECONDS
from tests.project.processes import PROJECT, clean_environment, run_python

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}-engine-.*")
DAY_SECONDS = 24 * 3600
BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\0"]
CONTROLS = ["\x1b[2K", "\x1b]0;title\x07", "\x08", "\x7f", "\x9b31m"]
BIDIRECTIONAL = ["\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2069"]
UNSEEN = ["\u200b", "\u2060", "\ufeff", "\U000e0041", "\ue000"]
FORGED = "2026-01-01 00:00:00,000-engine-audit 1 by root: success"
HOSTILE = [f"name{text}{FORGED}" for text in BREAKS + CONTROLS + BIDIRECTIONAL + UNSEEN] + [
    f"{text}{FORGED}{text}" for text in BREAKS
]
LOG_HOSTILE = """
import json, logging, sys
from borealis_assemblies.logging import configure
configure({"directory": sys.argv[1], "format": sys.argv[3], "level": "INFO"})
for text in json.loads(sys.argv[2]):
    logging.getLogger("assemblies").info("import of %s", text)
try:
    raise ValueError("first\\nsecond")
except ValueError:
    logging.getLogger("django.request").exception("failed")
"""
LOG_ACROSS_MIDNIGHT = """
import logging, sys, time
from borealis_assemblies.logging import SharedMidnightFile
path, name = sys.argv[1], sys.argv[2]
log = SharedMidnightFile(path)
print("ready", flush=True)
midnight = log.rolloverAt = int(sys.stdin.readline())
number = 0
while time.time() < midnight + 0.2:
    log.handle(logging.makeLogRecord({"msg": f"{name} {number}"}))
    number += 1
print(number)
"""


@pytest.fixture
def engine_log(tmp_path: Path) -> Path:
    return tmp_path / "Logs" / "engine.log"


@pytest.fixture
def write(engine_log: Path, request: pytest.FixtureRequest) -> Callable[..., SharedMidnightFile]:
    """Write a line with a log of its own, as another process would, rotating when its day is over."""

    def write_line(text: str, *, day_ends_at: float | None = None, refuse: bool = False) -> SharedMidnightFile:
        log = SharedMidnightFile(str(engine_log))
        request.addfinalizer(log.close)
        if day_ends_at is not None:
            log.rolloverAt = int(day_ends_at)
        if refuse:
            log.rotator = _refuse
        log.handle(logging.makeLogRecord({"msg": text}))
        return log

    return write_line


def _refuse(source: str, target: str) -> None:
    raise PermissionError(13, "The file is in use", source)


def dated(engine_log: Path) -> list[Path]:
    return sorted(path for path in engine_log.parent.iterdir() if re.search(r"\.\d{4}-\d\d-\d\d$", path.name))


def test_every_hostile_text_and_every_traceback_is_exactly_one_line(tmp_path: Path) -> None:
    assert len(HOSTILE) == 40
    done = run_python("-c", LOG_HOSTILE, str(tmp_path), json.dumps(HOSTILE), "text", runtime_root=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "engine.log").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) == 41
    assert all(LINE.fullmatch(line) for line in lines)
    assert all("-engine-import of " in line for line in lines[:40])
    assert "Traceback" in lines[40]
    assert r"ValueError: first\nsecond" in lines[40]
    assert not re.search(f"[{''.join(BIDIRECTIONAL + UNSEEN)}\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)


def test_as_json_each_event_is_one_object_whatever_it_says(tmp_path: Path) -> None:
    done = run_python("-c", LOG_HOSTILE, str(tmp_path), json.dumps(HOSTILE), "json", runtime_root=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "engine.log").read_text(encoding="ascii")
    events = [json.loads(line) for line in text.splitlines()]
    assert [event["message"] for event in events[:40]] == [f"import of {words}" for words in HOSTILE]
    assert (events[0]["level"], events[0]["logger"]) == ("INFO", "assemblies")
    assert (len(events), "ValueError: first\nsecond" in events[40]["exception"]) == (41, True)


def test_a_failed_request_is_also_told_on_the_console(tmp_path: Path) -> None:
    done = run_python("-c", LOG_HOSTILE, str(tmp_path), "[]", "text", runtime_root=tmp_path)
    assert done.stderr.count("\n") == 1
    assert LINE.fullmatch(done.stderr.rstrip("\n"))


def test_words_in_any_alphabet_stay_readable() -> None:
    record = logging.makeLogRecord({"msg": "Größe 配置 🙂 %s", "args": ("é",)})
    assert OneLineFormatter("%(message)s").format(record) == "Größe 配置 🙂 é"


def test_half_a_character_is_escaped() -> None:
    record = logging.makeLogRecord({"msg": "name \udcff"})
    assert OneLineFormatter("%(message)s").format(record) == r"name \udcff"


def test_the_first_past_midnight_rotates_and_the_others_follow(
    engine_log: Path, write: Callable[..., SharedMidnightFile]
) -> None:
    midnight = time.time() // DAY_SECONDS * DAY_SECONDS
    slow = write("yesterday, slow")
    write("yesterday, quick")
    write("today, quick", day_ends_at=midnight)
    slow.rolloverAt = int(midnight)
    slow.handle(logging.makeLogRecord({"msg": "today, slow"}))
    (yesterday,) = dated(engine_log)
    assert yesterday.read_text() == "yesterday, slow\nyesterday, quick\n"
    assert engine_log.read_text() == "today, quick\ntoday, slow\n"
    assert slow.rolloverAt > time.time()


def test_one_that_wakes_after_weeks_leaves_the_current_file_alone(
    engine_log: Path, write: Callable[..., SharedMidnightFile]
) -> None:
    write("today")
    write("today, just awake", day_ends_at=time.time() - 40 * DAY_SECONDS)
    assert dated(engine_log) == []
    assert engine_log.read_text() == "today\ntoday, just awake\n"


def test_a_log_that_somebody_removed_is_begun_again(engine_log: Path, write: Callable[..., SharedMidnightFile]) -> None:
    write("today", day_ends_at=time.time() - 1)
    assert dated(engine_log) == []
    assert engine_log.read_text() == "today\n"


def test_a_refused_rename_costs_no_line(engine_log: Path, write: Callable[..., SharedMidnightFile]) -> None:
    write("yesterday")
    write("today", day_ends_at=time.time() - 1, refuse=True)
    assert engine_log.read_text() == "yesterday\ntoday\n"


def test_thirty_days_are_kept(engine_log: Path, write: Callable[..., SharedMidnightFile]) -> None:
    engine_log.parent.mkdir()
    long_ago = date(2020, 1, 1)
    for day in range(40):
        Path(f"{engine_log}.{long_ago + timedelta(days=day)}").write_text(f"day {day}\n")
    write("yesterday")
    write("today", day_ends_at=time.time() - 1)
    kept = dated(engine_log)
    assert len(kept) == 30
    assert kept[-1].read_text() == "yesterday\n"
    assert kept[0].read_text() == "day 11\n"


def test_processes_rotating_at_once_lose_no_line_and_write_none_twice(engine_log: Path) -> None:
    environment = clean_environment(engine_log.parent) | {"TZ": "UTC", "PYTHONPATH": str(PROJECT)}
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-c", LOG_ACROSS_MIDNIGHT, str(engine_log), name],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two", "three")
    }
    for process in processes.values():
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    midnight = f"{int(time.time()) + 2}\n"
    for process in processes.values():
        assert process.stdin is not None
        process.stdin.write(midnight)
        process.stdin.flush()
    written = {name: int(process.communicate(timeout=HANG_SECONDS)[0]) for name, process in processes.items()}
    files = [engine_log, *dated(engine_log)]
    lines = sorted(line for file in files for line in file.read_text().splitlines())
    assert lines == sorted(f"{name} {number}" for name, count in written.items() for number in range(count))
    assert len(files) == 2
    assert all(file.stat().st_size for file in files)


def test_every_logger_of_ours_is_below_one_name() -> None:
    named = re.compile(r"getLogger\((.*)\)")
    found = {
        name
        for folder in ("assemblies", "devmode", "borealis_assemblies")
        for path in (PROJECT / folder).rglob("*.py")
        if "bundled" not in path.parts and "content" not in path.parts
        for name in named.findall(path.read_text(encoding="utf-8"))
    }
    assert found == {
        'f"borealis.engine.{__name__}"',
        '"waitress.queue").setLevel(logging.ERROR',
        '"alembic").setLevel(logging.WARNING',
    }
