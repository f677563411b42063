"""SIGHUP: the settings file is read again by new server processes, and no request is lost on the way."""

import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Self

import pytest

from assemblies import settings_file
from assemblies.settings_file import changed_for_good, read_settings_file
from borealis_assemblies.env import KNOWN_NAMES
from tests.commands.deployment import Deployment, Prepared, RunningServer, free_port
from tests.effort import effort
from tests.patience import HANG_SECONDS

RELOADS = effort(gate=1, torture=10)
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")


class Readers:
    """Clients that ask again and again while a `with` block runs, on connections that they keep, and miss nothing."""

    def __init__(self, server: RunningServer, token: str, *, count: int = 4) -> None:
        self.server, self.token = server, token
        self.answered, self.missed = 0, list[object]()
        self.stopped = Event()
        self.threads = [Thread(target=self._ask) for _ in range(count)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def _ask(self) -> None:
        with self.server.client(self.token) as client:
            while not self.stopped.is_set():
                try:
                    answer = client.ask("GET", "/api/assemblies?limit=5")
                except (OSError, http.client.HTTPException) as error:
                    self.missed.append(error)
                    return
                self.answered += 1
                if answer[0] != 200:
                    self.missed.append(answer)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "borealis.env"
    file.write_text("BOREALIS_METRICS_TOKEN=first\n")
    return file


@pytest.fixture
def server(prepared: Prepared, tmp_path: Path, file: Path) -> Iterator[RunningServer]:
    realtime = {"BOREALIS_REALTIME_PORT": str(free_port())}
    deployment = Deployment.of(prepared, tmp_path / "var", BOREALIS_ENV_FILE=str(file), **realtime)
    with deployment.serve() as server:
        server.wait_until_it_answers()
        said_in_log(server, "serve: listening")
        said_in_log(server, "realtime: listens")
        yield server


def said_in_log(server: RunningServer, words: str, *, times: int = 1) -> None:
    ends_at = time.monotonic() + HANG_SECONDS
    while server.deployment.engine_log.count(words) < times:
        assert time.monotonic() < ends_at, server.deployment.engine_log
        time.sleep(0.05)


@on_posix
@pytest.mark.long
def test_a_reload_loses_no_request_and_new_processes_have_the_new_settings(
    server: RunningServer, prepared: Prepared, file: Path
) -> None:
    before = set(server.workers())
    with Readers(server, prepared.token) as readers:
        for number in range(1, RELOADS + 1):
            file.write_text(f"BOREALIS_LOG_FORMAT={'json' if number % 2 else 'text'}\n")
            os.kill(server.process.pid, signal.SIGHUP)
            said_in_log(server, "the settings are read again", times=number)
            said_in_log(server, "realtime: listens", times=number + 1)
            answered = readers.answered
            while readers.answered < answered + 20 and not readers.missed:
                time.sleep(0.01)
    assert readers.missed == []
    assert set(server.workers()) - before
    with server.client(prepared.token) as client:
        assert client.ask("POST", "/api/assemblies", {"display_name": "", "assembly_type": "bash"})[0] == 400
    assert json.loads(server.deployment.engine_log.splitlines()[-1])["level"] if RELOADS % 2 else True
    assert server.end()[0] == 0


@on_posix
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("BOREALIS_FLUSH_INTERVAL_SECONDS=7\n", "a restart is needed for BOREALIS_FLUSH_INTERVAL_SECONDS"),
        ("BOREALIS_MAX_DOCUMENT_BYTES=many\n", "cannot start with these settings"),
    ],
)
def test_what_cannot_be_taken_changes_nothing(server: RunningServer, file: Path, text: str, reason: str) -> None:
    before = server.workers()
    file.write_text(text)
    os.kill(server.process.pid, signal.SIGHUP)
    said_in_log(server, reason)
    assert server.workers() == before
    assert server.answers()
    assert server.end()[0] == 0


def test_a_file_of_settings_is_read_below_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "borealis.env"
    file.write_text("# a comment\nBOREALIS_PORT=5001\nBOREALIS_HOST='::1'\nexport BOREALIS_METRICS_TOKEN=a=b\n")
    said = {"BOREALIS_PORT": "5001", "BOREALIS_HOST": "::1", "BOREALIS_METRICS_TOKEN": "a=b"}
    assert read_settings_file({"BOREALIS_ENV_FILE": str(file)}) == said
    assert read_settings_file({}) == {}
    deployment = Deployment(tmp_path / "var", BOREALIS_ENV_FILE=str(file))
    shown = json.loads(deployment.answer("show_config", "--json"))
    assert (shown["BOREALIS_HOST"]["value"], shown["BOREALIS_PORT"]["value"]) == ("::1", deployment.port)
    assert shown["BOREALIS_HOST"]["source"] == "file"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    refused = Deployment(tmp_path / "var", BOREALIS_ENV_FILE=str(tmp_path / "none")).run("show_config")
    assert (refused.returncode, "BOREALIS_ENV_FILE names cannot be read" in refused.stderr) == (1, True), refused.stderr


def test_only_names_that_there_are_can_be_read_again() -> None:
    assert settings_file.READ_AGAIN <= KNOWN_NAMES
    changed = changed_for_good({"BOREALIS_PORT": "1", "BOREALIS_LOG_LEVEL": "info"}, {"BOREALIS_HOST": "::1"})
    assert changed == ["BOREALIS_HOST", "BOREALIS_PORT"]
