"""The marker of a payload store: a small file that says whose payloads are in it.

A folder whose disk is not mounted looks like an empty store, and another disk in its place like a full one: a write
would be acknowledged and lost from sight. So `prepare` writes the marker once, and every write looks for it.
"""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage

from ..durable_files import make_folder, replace_file
from ..errors import PayloadStoreMissing
from .failures import read_failures_named, write_failures_named

MARKER = "library"
# A folder is asked each time, which costs microseconds; a far store this often.
FAR_CHECK_SECONDS = 30


def nobody() -> str:
    return ""


class StoreMarker:
    """The marker in `storage`; `owner` returns the id that it must contain, "" when it need not be there."""

    def __init__(self, storage: Storage, owner: Callable[[], str] = nobody) -> None:
        self._storage = storage
        self._owner = owner
        self._is_far = not isinstance(storage, FileSystemStorage)
        self._seen: tuple[str, float] = ("", 0.0)

    def owners(self) -> frozenset[str]:
        """Return the ids that it contains, none where there is no marker. Raises StorageUnavailable."""
        with read_failures_named():
            try:
                with self._storage.open(MARKER, "rb") as file:
                    return frozenset(file.read().decode("ascii").split())
            except FileNotFoundError:
                return frozenset()

    def require(self) -> None:
        """Raise PayloadStoreMissing unless the store is there and the owner's, StorageUnavailable if nobody can say."""
        owner = self._owner()
        seen, seen_at = self._seen
        if not owner or (self._is_far and owner == seen and monotonic() - seen_at < FAR_CHECK_SECONDS):
            return
        if owner not in self.owners():
            raise PayloadStoreMissing()
        self._seen = (owner, monotonic())

    def write(self, *owners: str) -> None:
        """Write it again, durably, and make the folder of a store that has none. Raises StorageUnavailable."""
        content = "".join(f"{owner}\n" for owner in sorted(owners)).encode("ascii")
        with write_failures_named():
            if isinstance(self._storage, FileSystemStorage):
                make_folder(Path(self._storage.location))
                replace_file(Path(self._storage.location) / MARKER, content)
            else:
                self._storage.delete(MARKER)
                self._storage.save(MARKER, ContentFile(content))

    def admit(self, owner: str) -> None:
        """Let the store be this owner's, too: until a restore is over, its library is the old one or the new one."""
        self.write(*self.owners(), owner)
