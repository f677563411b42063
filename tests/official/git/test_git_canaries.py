"""Nothing of a repository's, a user's or an environment's settings runs while a repository is read."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from assemblies.errors import SourceUnreadable
from tests.official.git.git_repository import Repository, git_source, needs_git
from tests.official.published_folder import publish_many
from tests.patience import HANG_SECONDS

POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="a shell script is the bait")
pytestmark = [needs_git, POSIX_ONLY]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    publish_many(made.folder, 2)
    made.commit()
    return made


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that exists only when something ran that must not."""
    return tmp_path / "canary"


def bait(canary: Path, name: str = "bait") -> Path:
    """Return a program that would leave the canary."""
    program = canary.with_name(name)
    program.write_text(f"#!/bin/sh\ntouch '{canary}'\n")
    program.chmod(0o755)
    return program


def test_settings_and_hooks_of_the_repository_run_nothing(repository: Repository, tmp_path: Path, canary: Path) -> None:
    program = bait(canary)
    for name in (
        "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.alternateRefsCommand",
        "uploadpack.packObjectsHook", "credential.helper", "remote.origin.uploadpack", "filter.x.smudge",
    ):  # fmt: skip
        repository.git("config", name, str(program))
    repository.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    for folder in (tmp_path / "hooks", repository.folder / ".git" / "hooks"):
        folder.mkdir(exist_ok=True)
        for hook in ("post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman"):
            shutil.copy(program, folder / hook)
    (repository.folder / ".gitattributes").write_text("* filter=x diff=x\n")

    assert len(git_source(repository.folder, tmp_path / "mirrors").read().documents) == 2
    assert not canary.exists()
    repository.git("status")
    assert canary.exists(), "the bait does not work"


def test_a_promised_object_is_not_fetched_by_the_repositorys_own_command(
    repository: Repository, tmp_path: Path, canary: Path
) -> None:
    repository.git("config", "core.repositoryFormatVersion", "1")
    repository.git("config", "extensions.partialClone", "origin")
    repository.git("config", "remote.origin.promisor", "true")
    repository.git("config", "remote.origin.url", f"ext::{bait(canary)}")
    repository.git("config", "protocol.ext.allow", "always")
    blob = repository.git("rev-parse", "HEAD:scripts/linux/number-1.json")
    (repository.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(SourceUnreadable, match="could not be fetched"):
        git_source(repository.folder, tmp_path / "mirrors").read()
    assert not canary.exists()


def test_settings_of_the_user_and_the_environment_run_nothing(
    repository: Repository, tmp_path: Path, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = bait(canary)
    (tmp_path / ".gitconfig").write_text(
        f'[core]\n\thooksPath = {tmp_path}\n\tfsmonitor = {program}\n[uploadpack]\n\tpackObjectsHook = {program}\n'
        f'[url "ext::{program} "]\n\tinsteadOf = {repository.folder}\n[protocol]\n\tallow = always\n'
    )  # fmt: skip
    shutil.copy(program, tmp_path / "reference-transaction")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "uploadpack.packObjectsHook")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(program))
    monkeypatch.setenv("GIT_SSH_COMMAND", str(program))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(program))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))

    assert len(git_source(repository.folder, tmp_path / "mirrors").read().documents) == 2
    assert not canary.exists()
    monkeypatch.delenv("GIT_DIR")
    subprocess.run(["git", "ls-remote", str(repository.folder)], check=False, capture_output=True, timeout=HANG_SECONDS)
    assert canary.exists(), "the bait does not work"
