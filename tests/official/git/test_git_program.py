"""git held short: nothing of a repository's or a user's settings runs, and nothing lasts for ever."""

import http.server
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from assemblies.errors import SourceUnreadable
from assemblies.official.git.address import find_git_address
from assemblies.official.git.mirror import GitMirror
from assemblies.official.git.objects import object_reader
from assemblies.official.git.program import GitFailed, GitLimit, GitProgram, scrubbed
from tests.official.git.git_repository import Repository, git_source, limits, needs_git
from tests.official.published_folder import publish, publish_many
from tests.patience import HANG_SECONDS

pytestmark = needs_git
posix_only = pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for git")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    publish_many(made.folder, 2)
    made.commit()
    return made


def stand_in(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a shell script in git's place; the real one is `$GIT`."""
    real = shutil.which("git")
    program = folder / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nGIT={real}\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def test_no_protocol_but_the_allowed_one_is_spoken(repository: Repository, tmp_path: Path) -> None:
    address = find_git_address("https://example.org/x.git")
    assert address is not None
    mirror = GitMirror(root=tmp_path / "mirrors", address=address, limits=limits())
    with mirror.locked():
        for program in (mirror.program, GitProgram(folder=mirror.folder, protocol="https")):
            with pytest.raises(GitFailed, match="transport 'file' not allowed"):
                program.run("ls-remote", "--", str(repository.folder), seconds=30)


def test_an_operand_that_looks_like_an_option_is_none(repository: Repository, tmp_path: Path) -> None:
    source = git_source(repository.folder, tmp_path / "mirrors")
    source.read()
    [mirror] = [folder for folder in (tmp_path / "mirrors").iterdir() if folder.is_dir()]

    with pytest.raises(GitFailed):
        GitProgram(folder=mirror).run("ls-tree", "-r", "--end-of-options", f"--output={tmp_path}/x", seconds=30)
    assert not (tmp_path / "x").exists()


def test_without_git_the_source_says_what_to_install(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = git_source(repository.folder, tmp_path / "mirrors")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SourceUnreadable, match="install git"):
        source.read()


@posix_only
def test_a_source_that_never_answers_is_away_after_its_time(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = git_source(repository.folder, tmp_path / "mirrors").read()
    stand_in(
        tmp_path, f'case "$*" in *" ls-remote "*) sleep 60 & echo $! >{tmp_path}/child; wait;; esac\nexec $GIT "$@"',
        monkeypatch,
    )  # fmt: skip
    started = monotonic()

    contents = git_source(repository.folder, tmp_path / "mirrors", limits=limits(asking_seconds=3)).read()

    assert monotonic() - started < 50
    assert contents.version == before.version and "more than 3 seconds" in contents.notes[0]
    assert _is_gone(int((tmp_path / "child").read_text()))


@posix_only
def test_endless_output_is_cut_off(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git_source(repository.folder, tmp_path / "mirrors").read()
    stand_in(tmp_path, 'case "$*" in *" ls-remote "*) exec yes endless;; esac\nexec $GIT "$@"', monkeypatch)
    source = git_source(repository.folder, tmp_path / "mirrors")

    assert "more than is believable" in source.read().notes[0]


@posix_only
def test_endless_complaints_and_a_large_last_word_are_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, 'case "$*" in *loud) exec yes endless >&2;; esac\nhead -c 2000 /dev/zero', monkeypatch)

    with pytest.raises(GitLimit, match="believable"):
        GitProgram(folder=tmp_path).run("loud", seconds=30)
    with pytest.raises(GitLimit, match="believable"):
        GitProgram(folder=tmp_path).run("short", seconds=30, max_output_bytes=1999)
    assert len(GitProgram(folder=tmp_path).run("short", seconds=30, max_output_bytes=2000)) == 2000


def test_a_listing_larger_than_believable_is_unreadable(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="believable"):
        git_source(repository.folder, tmp_path / "mirrors", limits=limits(listing_bytes=100)).read()


def test_a_repository_larger_than_allowed_is_refused_and_leaves_nothing_of_it(
    repository: Repository, tmp_path: Path
) -> None:
    (repository.folder / "large.bin").write_bytes(os.urandom(300_000))
    repository.commit()
    small = git_source(repository.folder, tmp_path / "mirrors", limits=limits(repository_bytes=200_000))

    with pytest.raises(SourceUnreadable, match="larger than 200000 bytes"):
        small.read()
    # Where it was stopped on its way an empty mirror stays, where it came faster not even that.
    assert not [left for left in (tmp_path / "mirrors").glob("*/objects/**/*") if left.is_file()]


@posix_only
def test_a_fetch_that_brings_more_and_more_is_ended(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = git_source(repository.folder, tmp_path / "mirrors", limits=limits(repository_bytes=1_000_000))
    before = source.read()
    publish(repository.folder, 3)
    repository.commit()
    stand_in(
        tmp_path,
        'case "$*" in *" fetch "*) yes >objects/pack/tmp_pack_x & sleep 60;; esac\nexec $GIT "$@"',
        monkeypatch,
    )  # fmt: skip
    started = monotonic()

    with pytest.raises(SourceUnreadable, match="larger than 1000000 bytes"):
        source.read()
    assert monotonic() - started < 50
    monkeypatch.undo()
    assert len(source.read().documents) == len(before.documents) + 1


@posix_only
@pytest.mark.parametrize(
    ("answer", "seconds", "words"),
    [
        ("sleep 60", 0.5, "stopped reading objects"),
        ("exit 0", 50, "stopped reading objects|missing"),
        ("echo 1 commit 99999999; sleep 60", 50, "larger than the limit"),
        ("read x; echo 1 commit 10; echo x", 50, "stopped reading objects"),
        ("read x; echo no; sleep 60", 50, "an object is missing"),
        ("yes", 50, "an object is missing"),
    ],
)
def test_reading_objects_ends_in_time_whatever_git_answers(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, seconds: float, words: str
) -> None:
    git_source(repository.folder, tmp_path / "mirrors").read()
    stand_in(tmp_path, f'case "$*" in *" cat-file --batch") {answer}; exit;; esac\nexec $GIT "$@"', monkeypatch)

    with pytest.raises(SourceUnreadable, match=words):
        git_source(repository.folder, tmp_path / "mirrors", limits=limits(reading_seconds=seconds)).read()


def test_a_reader_whose_time_is_over_answers_no_more(repository: Repository) -> None:
    git_folder = repository.folder / ".git"
    ends_at = monotonic() + HANG_SECONDS
    stopped = pytest.raises(GitFailed, match="stopped reading objects")
    with object_reader(GitProgram(folder=git_folder), seconds=0) as reader, stopped:
        while monotonic() < ends_at:
            reader.read("HEAD", max_bytes=1000)


@posix_only
def test_a_mirror_that_cannot_be_made_or_asked_is_unreadable(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = git_source(repository.folder, tmp_path / "mirrors").read().version
    stand_in(
        tmp_path, 'case "$*" in *" merge-base "*) sleep 60;; *" init "*) echo "fatal: no room" >&2; exit 128;; esac\n'
        'exec $GIT "$@"', monkeypatch,
    )  # fmt: skip

    with pytest.raises(SourceUnreadable, match=r"history could not be read: it took more than 0\.3 seconds"):
        slow = limits(asking_seconds=0.3)
        git_source(repository.folder, tmp_path / "mirrors", limits=slow).is_descendant(version, of=version)
    with pytest.raises(SourceUnreadable, match="could not make its mirror of the official source: no room"):
        git_source(repository.folder, tmp_path / "fresh").read()


def test_two_readers_take_turns(repository: Repository, tmp_path: Path) -> None:
    source = git_source(repository.folder, tmp_path / "mirrors")
    with source._mirror().locked(), pytest.raises(SourceUnreadable, match="Another process"):
        git_source(repository.folder, tmp_path / "mirrors", limits=limits(fetching_seconds=0.1)).read()

    assert source.read().documents


def test_what_git_says_is_shown_without_secrets_and_control_characters() -> None:
    said = "unable to access 'https://vera:hunter2@example.org/x': \x1b[31mno\nsecond"

    assert scrubbed(said) == "unable to access 'https://***@example.org/x':  [31mno second"
    assert len(scrubbed("x" * 1000)) == 300


@contextmanager
def served(folder: Path, *, elsewhere: str = "") -> Iterator[str]:
    """Serve `folder` over http on this machine, or send everyone elsewhere; yield the address."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

        def send_head(self) -> object:  # type: ignore[override]
            if not elsewhere:
                return super().send_head()
            self.send_response(302)
            self.send_header("Location", elsewhere + self.path)
            self.end_headers()
            return None

        def log_message(self, *_arguments: object) -> None:
            """Tests need no log of requests."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps served files open")
def test_a_repository_is_read_over_http_and_no_redirect_is_followed(repository: Repository, tmp_path: Path) -> None:
    repository.git("update-server-info")
    with served(repository.folder / ".git") as address:
        assert len(git_source(f"{address}/", tmp_path / "mirrors").read().documents) == 2
        with served(tmp_path, elsewhere=address) as lure, pytest.raises(SourceUnreadable, match=r"redirect|302"):
            git_source(f"{lure}/", tmp_path / "mirrors").read()


def test_a_host_that_refuses_connections_is_away(tmp_path: Path) -> None:
    with served(tmp_path) as address:
        """Its port is known to be free afterwards."""
    with pytest.raises(SourceUnreadable, match="cannot be reached"):
        git_source(f"{address}/x.git", tmp_path / "mirrors").read()
    ssh = address.replace("http://", "ssh://git@")
    with pytest.raises(SourceUnreadable, match="ssh never asks"):
        git_source(f"{ssh}/x.git", tmp_path / "mirrors", limits=limits(asking_seconds=HANG_SECONDS)).read()


def _is_gone(process_id: int) -> bool:
    ends_at = monotonic() + HANG_SECONDS
    while monotonic() < ends_at:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{process_id}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        sleep(0.02)
    return False
