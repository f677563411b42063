"""A git repository as the official source: the commit at a ref is read from a bare mirror, never a work tree.

Whose signature, how old and what shape the tree is are judged before a document is read. When the repository is away,
what was fetched last is read, and the contents say so.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from assemblies.errors import SourceUnreadable, SyncRefused
from assemblies.official.git.address import GitAddress
from assemblies.official.git.mirror import MIRROR_HINT, GitLimits, GitMirror
from assemblies.official.git.objects import Commit, ObjectReader, object_reader, read_commit, read_tree_entries
from assemblies.official.git.program import GitFailed
from assemblies.official.git.ref import GitRef, is_commit_id
from assemblies.official.git.tree import CatalogueTree
from assemblies.official.reading import Limits, read_published
from assemblies.official.signatures import BEGIN, is_ssh_signature
from assemblies.official.signed_files import vouched_for
from assemblies.official.signing_keys import SigningKey
from assemblies.official.source import FindKnown, SourceContents, notes_on_loose_scripts, nothing_known
from assemblies.progress import Track, untracked

VERSION_PREFIX = "git:"
REFUSED = "The official sync was refused; the catalogue is unchanged."
SHALLOW = (
    "The source is a shallow clone and its history ends before {earlier}, which the catalogue was brought to last: run "
    "git fetch --unshallow there, or allow a rollback if that is meant."
)
# Clocks differ; a commit from further ahead than this would stay "fresh" for as long as it likes.
CLOCK_TOLERANCE = timedelta(days=1)
_SIGNATURE_HEADER = re.compile(rb"^(gpgsig[^ \n]*) ([^\n]*(?:\n [^\n]*)*)\n", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class GitSource:
    """`place` is what a person wrote, `mirrors` the folder of bare mirrors; sizes are in bytes.

    With `keys`, one of them must have signed the commit, the tag or a manifest; with `max_age` the commit may not be
    older.
    """

    place: str
    address: GitAddress
    ref: GitRef
    mirrors: Path
    max_document_bytes: int
    max_attachment_bytes: int
    keys: tuple[SigningKey, ...] = ()
    max_age: timedelta | None = None
    limits: GitLimits = field(default_factory=GitLimits)
    now: Callable[[], datetime] = timezone.now

    def read(self, track: Track = untracked, find_known: FindKnown = nothing_known) -> SourceContents:
        """Read every document of the commit. Raises SourceUnreadable, or SyncRefused with `reasons` and `skipped`."""
        mirror = self._mirror()
        with mirror.locked():
            away = mirror.bring(self.ref)
            try:
                with object_reader(mirror.program, seconds=self.limits.reading_seconds) as reader:
                    return self._contents(mirror, reader, away, find_known, track)
            except GitFailed as failure:
                raise SourceUnreadable(
                    f"The official source could not be read: {failure}; the catalogue is unchanged.{MIRROR_HINT}"
                ) from failure

    def follows(self, version: str, earlier: str) -> bool | None:
        """Say whether the commit of `version` descends from that of `earlier`; None where either is no commit.

        Raises SyncRefused where the history of a shallow clone ends before anybody could tell.
        """
        if not (version.startswith(VERSION_PREFIX) and earlier.startswith(VERSION_PREFIX)):
            return None
        is_descendant = self.is_descendant(version, of=earlier)
        if not is_descendant and self._mirror().is_shallow:
            reason = SHALLOW.format(earlier=earlier)
            raise SyncRefused(f"{REFUSED} {reason}", reasons=[reason], skipped=[], may_allow=["allow_rollback"])
        return is_descendant

    def is_descendant(self, commit: str, *, of: str) -> bool:
        """Say whether `commit` is `of` or came after it; both are commit ids or versions `git:<commit>`.

        No, where `of` is no commit of this history: the history was rewritten, or it is another repository.
        """
        ids = commit.removeprefix(VERSION_PREFIX), of.removeprefix(VERSION_PREFIX)
        if not all(is_commit_id(one) for one in ids):
            return False
        mirror = self._mirror()
        with mirror.locked():
            try:
                return mirror.is_descendant(ids[0], of=ids[1])
            except GitFailed as failure:
                raise SourceUnreadable(f"The official source's history could not be read: {failure}.") from failure

    def _mirror(self) -> GitMirror:
        return GitMirror(root=self.mirrors, address=self.address, limits=self.limits)

    def _contents(
        self, mirror: GitMirror, reader: ObjectReader, away: str, find_known: FindKnown, track: Track
    ) -> SourceContents:
        commit = read_commit(reader, self.ref.name if self.ref.is_commit else self.ref.mirrored)
        self._check_age(commit)
        entries = read_tree_entries(
            mirror.program, commit.id, seconds=self.limits.reading_seconds, max_bytes=self.limits.listing_bytes
        )
        tree = CatalogueTree(entries, reader)
        limits = Limits(self.max_document_bytes, self.max_attachment_bytes)
        tree.check(limits)
        with vouched_for(tree, () if self._is_signed(commit) else self.keys) as files:
            documents, skipped = read_published(files, limits, find_known, track)
        return SourceContents(
            f"{VERSION_PREFIX}{commit.id}",
            documents,
            skipped,
            limits.reader,
            published_at=commit.committed_at,
            notes=(
                *((f"{away} It is commit {commit.id} of {commit.committed_at:%Y-%m-%d}.",) if away else ()),
                *notes_on_loose_scripts(tree.all_names()),
            ),
        )

    def _check_age(self, commit: Commit) -> None:
        if self.max_age is None:
            return
        age = self.now() - commit.committed_at
        if age > self.max_age:
            raise _refused(f"The commit is {age.days} days old; at most {self.max_age.days} are allowed.")
        if age < -CLOCK_TOLERANCE:
            raise _refused("The commit is dated in the future.")

    def _is_signed(self, commit: Commit) -> bool:
        """A signed tag counts under its own name only: another version's must not be shown under a new name."""
        named = self.ref.is_commit or commit.tag_name == self.ref.name.removeprefix("refs/tags/")
        return is_signed_commit(commit, self.keys) or (named and is_signed_tag(commit, self.keys))


def _refused(reason: str) -> SyncRefused:
    return SyncRefused(f"{REFUSED} {reason}", reasons=[reason], skipped=[])


def is_signed_commit(commit: Commit, keys: Iterable[SigningKey]) -> bool:
    """Say whether one of `keys` signed the commit itself, as `git commit -S` does."""
    headers, separator, body = commit.raw.partition(b"\n\n")
    headers += b"\n"
    signatures = [value for name, value in _SIGNATURE_HEADER.findall(headers) if name == b"gpgsig"]
    if len(signatures) != 1:
        return False
    unsigned = _SIGNATURE_HEADER.sub(b"", headers) + separator[1:] + body
    return is_ssh_signature(signatures[0].replace(b"\n ", b"\n"), unsigned, keys)


def is_signed_tag(commit: Commit, keys: Iterable[SigningKey]) -> bool:
    """Say whether one of `keys` signed the annotated tag that led to the commit, as `git tag -s` does."""
    position = commit.tag.rfind(b"\n" + BEGIN)
    if position < 0:
        return False
    return is_ssh_signature(commit.tag[position + 1 :], commit.tag[: position + 1], keys)
