"""Directories and marks that killed supervisors left, and the care taken not to touch another's."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from assemblies.supervision import Content, supervise, sweep_orphans
from assemblies.supervision.directory import RunDirectory, directory_for
from assemblies.supervision.errors import DuplicateFileName, ForbiddenFileName
from assemblies.supervision.marker import Marker, marker_for, marker_from
from assemblies.supervision.processes import descendants, read_process, send
from assemblies.supervision.sweep import Sweep
from tests.supervision.runs import bash, new_owner, processes_of, until


def test_a_directory_that_no_supervisor_holds_is_removed_once_it_is_old(tmp_path: Path) -> None:
    owner = new_owner()
    stale, young = tmp_path / f"borealis-run-{owner}-old", tmp_path / f"borealis-run-{owner}-new"
    others = tmp_path / "borealis-run-another-old"
    held = RunDirectory(directory_for(marker_for(owner), tmp_path))
    for path in (stale, young, others):
        path.mkdir()
        (path / "script.sh").touch()
    for path in (stale, others, held.path):
        os.utime(path, (1, 1))
    sweep_orphans(owner, base=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {young.name, others.name, held.path.name}
    assert held.remove() == ""


def test_a_link_in_place_of_a_directory_is_not_followed(tmp_path: Path) -> None:
    owner = new_owner()
    precious = tmp_path / "precious"
    precious.mkdir()
    (tmp_path / f"borealis-run-{owner}-x").symlink_to(precious)
    os.utime(tmp_path / f"borealis-run-{owner}-x", (1, 1))
    os.utime(precious, (1, 1))
    sweep_orphans(owner, base=tmp_path)
    assert precious.is_dir()


def test_a_mark_is_read_as_it_was_written_and_nothing_else_is() -> None:
    marker = marker_for("library-1")
    assert marker_from(f"A=b\0BOREALIS_SUPERVISED={marker}\0C=d".encode()) == marker
    for environ in (b"", b"BOREALIS_SUPERVISED=", b"BOREALIS_SUPERVISED=a/b/c/d/e", b"XBOREALIS_SUPERVISED=a/b/1/2/3"):
        assert marker_from(environ) is None
    assert marker_from(b"BOREALIS_SUPERVISED=a/b/1/2/3") == Marker("a", "b", 1, 2, 3)


def test_a_process_id_that_now_is_another_process_is_not_signalled() -> None:
    running = supervise(bash("sleep 600"))
    process = read_process(running._process.pid)
    assert process is not None
    send(replace(process, started=process.started - 1), signal.SIGKILL)
    assert running._process.poll() is None
    running.cancel()
    assert list(running.events())


def test_a_kernel_without_handles_for_processes_still_signals_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open")
    with subprocess.Popen(["sleep", "600"]) as sleeping:
        process = read_process(sleeping.pid)
        assert process is not None
        send(replace(process, started=process.started - 1), signal.SIGKILL)
        assert sleeping.poll() is None
        send(process, signal.SIGKILL)
        assert sleeping.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/b",
        "a\\b",
        "a\0b",
        "a\nb",
        "C:x",
        "nul",
        "COM1.txt",
        "dot.",
        "space ",
        ".supervision",
        "x" * 256,
    ],
)
def test_a_file_name_that_is_no_plain_name_everywhere_is_rejected(name: str) -> None:
    with pytest.raises(ForbiddenFileName):
        supervise(bash("true", files={name: Content.of(b"")}))


def test_two_files_that_one_name_could_mean_are_rejected() -> None:
    with pytest.raises(DuplicateFileName):
        supervise(bash("true", files={"Data.txt": Content.of(b""), "data.TXT": Content.of(b"")}))


def test_what_cannot_be_ended_is_named_and_not_waited_for_forever() -> None:
    # SIGKILL cannot be withheld from a process of our own: here nobody sends it.
    order = bash("trap '' TERM; sleep 600")
    running = supervise(order)
    until(lambda: len(processes_of(order.owner)) >= 3)
    sweep = Sweep(lambda: descendants([running._process.pid]), kill=lambda: None)
    swept = sweep.run(grace_seconds=0.1, give_up_seconds=0.2)
    assert any(name.startswith("bash (") for name in swept.left)
    running.cancel()
    assert list(running.events())
