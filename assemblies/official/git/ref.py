"""Which version of a git repository is meant: a branch, a tag, a full ref name, HEAD or a full commit id."""

import hashlib
import re
from dataclasses import dataclass

from assemblies.errors import SourceUnreadable

# git's own rules for ref names, less its exotic characters; without `+`, `:` and `^` none of it can be a refspec.
_COMPONENT = r"[A-Za-z0-9_#=,%&!()-](?:[A-Za-z0-9_#=,%&!().@+-]*[A-Za-z0-9_#=,%&!()@+-])?"
_NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ABBREVIATED = re.compile(r"[0-9a-f]{7,39}")
_LONGEST = 200


@dataclass(frozen=True)
class GitRef:
    """A checked name; nothing in it can be an option or a refspec."""

    name: str

    @property
    def is_commit(self) -> bool:
        return is_commit_id(self.name)

    @property
    def is_abbreviated(self) -> bool:
        return _ABBREVIATED.fullmatch(self.name) is not None

    @property
    def candidates(self) -> tuple[str, ...]:
        """The full names it may stand for, the first one there wins: a tag never hides a branch."""
        if self.name == "HEAD" or self.name.startswith("refs/"):
            return (self.name,)
        return (f"refs/heads/{self.name}", f"refs/tags/{self.name}")

    @property
    def mirrored(self) -> str:
        """The ref that keeps it in the mirror."""
        return f"refs/official/{hashlib.sha256(self.name.encode()).hexdigest()}"


def is_commit_id(text: str) -> bool:
    return _COMMIT.fullmatch(text) is not None


def read_ref(text: str) -> GitRef:
    """Return the ref called `text`. Raises SourceUnreadable when no ref can have that name."""
    name = text.strip()
    lowered = name.lower()
    if _COMMIT.fullmatch(lowered):
        return GitRef(lowered)
    parts = name.split("/")
    if (
        not _NAME.fullmatch(name)
        or len(name) > _LONGEST
        or name.startswith("-")
        or ".." in name
        or "@{" in name
        or any(part.endswith(".lock") for part in parts)
    ):
        raise SourceUnreadable("The official ref is not allowed: use a branch, a tag or a full commit id.")
    return GitRef(name)
