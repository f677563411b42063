"""Payloads on their way in: durable before the transaction that names them, removed again when it is refused.

Small ones of a change of one assembly are written by that transaction itself, which spares it every fsync but its own.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from assemblies.errors import Failure, Refusal
from assemblies.models import Assembly, Content
from assemblies.payloads import PayloadReference, PayloadStore
from assemblies.payloads.reference import new_payload_guid

# A larger one costs more in the database than its file does; and so do the payloads of many changes.
MAX_JOURNALED_BYTES = 64 * 1024


class Staging:
    """Puts payloads, and uses again those the library already holds intact.

    With `journaled`, small ones are left to the transaction: its `commit` is given them.
    """

    def __init__(self, store: PayloadStore, known: Iterable[Content] = (), *, journaled: bool = False) -> None:
        self.store = store
        self.journaled: dict[str, bytes] = {}
        self._may_journal = journaled and store.journaled is not None
        self.fresh: list[str] = []
        self._waiting: dict[str, bytes] | None = None
        self.known = {reference.sha256: reference for content in known for reference in content.references}

    def put(self, content: bytes, *, before: Content | None = None) -> PayloadReference:
        """Make `content` durable and return its reference.

        Bytes the library holds intact are used again, those of the assembly's own last revision `before` first, so that
        a document which only repeats it changes nothing.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        own = [reference for reference in before.references if reference.sha256 == sha256] if before else []
        for known in (*own, *filter(None, [self.known.get(sha256)])):
            if self._is_intact(known):
                return known
        if self._may_journal and len(content) <= MAX_JOURNALED_BYTES:
            return self._leave_to_the_journal(content, sha256)
        return self.put_stream([content]) if self._waiting is None else self._let_wait(content, sha256, self._waiting)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is put within is durable when this is left and not before, so that all of it can be written at once."""
        waiting: dict[str, bytes] = {}
        self._waiting = waiting
        try:
            yield
        finally:
            self._waiting = None
        if waiting:
            self.store.require_room()
            self.store.write_files(waiting)

    def _let_wait(self, content: bytes, sha256: str, waiting: dict[str, bytes]) -> PayloadReference:
        reference = PayloadReference(new_payload_guid(), sha256, len(content))
        waiting[reference.guid] = content
        self.fresh.append(reference.guid)
        self.known[sha256] = reference
        return reference

    def _leave_to_the_journal(self, content: bytes, sha256: str) -> PayloadReference:
        # Its file will need the room.
        self.store.require_room()
        reference = PayloadReference(new_payload_guid(), sha256, len(content))
        self.journaled[reference.guid] = content
        self.known[sha256] = reference
        return reference

    def put_stream(self, chunks: Iterable[bytes], *, max_bytes: int | None = None) -> PayloadReference:
        reference = self.store.put(chunks, max_bytes=max_bytes)
        self.fresh.append(reference.guid)
        self.known[reference.sha256] = reference
        return reference

    def _is_intact(self, reference: PayloadReference) -> bool:
        if reference.guid in self.journaled or reference.guid in (self._waiting or ()):
            return True
        try:
            self.store.verify(reference)
        except Failure:
            return False
        return True


@contextmanager
def staged(store: PayloadStore, rows: Iterable[Assembly] = (), *, journaled: bool = False) -> Iterator[Staging]:
    """Open a staging; a refusal removes what it put. Any other error leaves that to the sweep, for the transaction's
    outcome may be unknown and the payload needed after all."""
    staging = Staging(store, (row.read_content() for row in rows), journaled=journaled)
    try:
        yield staging
    except Refusal:
        for guid in staging.fresh:
            with contextlib.suppress(Failure):
                store.delete(guid)
        raise
