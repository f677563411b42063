"""A bare mirror of one git repository below the runtime root: only the ref that is wanted, with its whole history.

It never has a work tree. What was fetched stays, so that the catalogue can be read while the remote is away and so that
a rewritten history is known as one.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from assemblies.errors import SourceUnreadable
from assemblies.official.git.address import GitAddress, is_bare
from assemblies.official.git.program import GitFailed, GitLimit, GitProgram
from assemblies.official.git.ref import GitRef

logger = logging.getLogger(f"borealis.engine.{__name__}")

LOCK_POLL_SECONDS = 0.05
MIRROR_HINT = (
    " Should the mirror be damaged: the folder official-git below the runtime root may be removed, it is fetched again."
)
SSH_HINT = " ssh never asks here: the host's key must be known and this user's key accepted without a password."


@dataclass(frozen=True, kw_only=True)
class GitLimits:
    """How much a repository may cost; times in seconds."""

    asking_seconds: float = 30
    fetching_seconds: float = 900
    reading_seconds: float = 300
    repository_bytes: int = 2 * 1024**3
    listing_bytes: int = 64 * 1024**2


@dataclass(frozen=True, kw_only=True)
class GitMirror:
    """The mirror of `address` below `root`."""

    root: Path
    address: GitAddress
    limits: GitLimits

    @property
    def folder(self) -> Path:
        return self.root / hashlib.sha256(self.address.url.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def program(self) -> GitProgram:
        """git for reading what is here: it speaks to nobody."""
        return GitProgram(folder=self.folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes away from the mirror, and make it when it is new."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        seconds = self.limits.fetching_seconds
        try:
            with FileLock(f"{self.folder}.lock", timeout=seconds, poll_interval=LOCK_POLL_SECONDS, mode=0o600):
                self._make()
                yield
        except Timeout as error:
            raise SourceUnreadable("Another process is reading the official source; try again.") from error

    def bring(self, ref: GitRef) -> str:
        """Fetch what `ref` is now; return "" or, when the source is away, why what is here already has to do.

        Raises SourceUnreadable when nothing is here, or when the source is there and cannot be used.
        """
        if ref.is_commit and self.has(ref.name):
            return ""
        try:
            wanted = ref.name if ref.is_commit else self._find(ref)
        except GitFailed as failure:
            return self._last_good(ref, failure)
        try:
            self._fetch(wanted, ref)
        except GitFailed as failure:
            raise SourceUnreadable(
                f"The official source could not be fetched: {failure}; the catalogue is unchanged.{MIRROR_HINT}"
            ) from failure
        return ""

    def has(self, name: str) -> bool:
        """Say whether an object or ref is here."""
        try:
            self._ask("cat-file", "-e", "--end-of-options", name)
        except GitFailed:
            return False
        return True

    @property
    def is_shallow(self) -> bool:
        """Say whether the history that was fetched is cut off, as that of the source is."""
        return (self.folder / "shallow").is_file()

    def is_descendant(self, commit: str, *, of: str) -> bool:
        """Say whether `commit` is `of` or came after it; no, where `of` is not in this history."""
        try:
            self._ask("merge-base", "--is-ancestor", "--end-of-options", of, commit)
        except GitLimit:
            raise
        except GitFailed:
            return False
        return True

    def _make(self) -> None:
        if is_bare(self.folder):
            self._sweep()
            return
        # What an interrupted making left is worth nothing: a mirror can always be fetched again.
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        try:
            self._ask("init", "--quiet", "--bare", "--template=", "--initial-branch=none")
        except GitFailed as failure:
            raise SourceUnreadable(f"git could not make its mirror of the official source: {failure}.") from failure

    def _find(self, ref: GitRef) -> str:
        """Ask the source for the full name of `ref`. Raises GitFailed when it cannot be asked."""
        answer = self._remote().run(
            "ls-remote", "--quiet", "--", self.address.url, *ref.candidates, seconds=self.limits.asking_seconds
        )
        offered = {line.partition(b"\t")[2].decode("utf-8", "replace") for line in answer.splitlines()}
        for candidate in ref.candidates:
            if candidate in offered:
                return candidate
        hint = " Give the commit id in full." if ref.is_abbreviated else ""
        raise SourceUnreadable(
            f"The official source has no branch or tag {ref.name}; the catalogue is unchanged.{hint}"
        )

    def _fetch(self, wanted: str, ref: GitRef) -> None:
        allowed = self.limits.repository_bytes

        def check_size() -> None:
            if _folder_bytes(self.folder) > allowed:
                raise GitLimit(f"it is larger than {allowed} bytes")

        # As much history as the source has by now: it may be a shallow clone that was made whole.
        deepening = ["--unshallow"] if self.is_shallow else []
        try:
            self._remote().run(
                "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--force", "--no-write-fetch-head",
                "--no-auto-maintenance", "--no-show-forced-updates", "--update-shallow", *deepening, "--",
                self.address.url, f"+{wanted}:{ref.mirrored}",
                seconds=self.limits.fetching_seconds, check=check_size,
            )  # fmt: skip
            check_size()
        except GitLimit:
            self._drop()
            raise

    def _sweep(self) -> None:
        """Take away what a killed fetch left: its locks would stop every later one."""
        for pattern in ("objects/**/tmp_*", "refs/**/*.lock", "*.lock"):
            for left in self.folder.glob(pattern):
                left.unlink(missing_ok=True)

    def _drop(self) -> None:
        self._sweep()
        if _folder_bytes(self.folder) > self.limits.repository_bytes:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _last_good(self, ref: GitRef, failure: GitFailed) -> str:
        hint = SSH_HINT if self.address.protocol == "ssh" else ""
        if not self.has(ref.mirrored):
            raise SourceUnreadable(
                f"The official source cannot be reached: {failure}; the catalogue is unchanged.{hint}"
            ) from failure
        logger.warning("official: the source cannot be reached, its last good content is used: %s", failure)
        return f"The source cannot be reached ({failure}); its last good content was used.{hint}"

    def _remote(self) -> GitProgram:
        return GitProgram(folder=self.folder, protocol=self.address.protocol)

    def _ask(self, *arguments: str) -> None:
        self.program.run(*arguments, seconds=self.limits.asking_seconds)


def _folder_bytes(folder: Path) -> int:
    total = 0
    for top, _folders, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(f"{top}/{name}").st_size
            except FileNotFoundError:
                # git renames its temporary files while they are counted.
                continue
    return total
