"""The content of one write, hashed, counted and bounded while the storage consumes it.

It reads like a file that cannot seek, so a local disk (`chunks`) and an object store (`read`) take it alike and
nothing holds the whole of it. A failure of the source is kept in `failure`, so it is never mistaken for one of the
storage.
"""

import hashlib
from collections.abc import Iterable, Iterator

from ..errors import AttachmentTooLarge


class MeasuredContent:
    """A source of bytes in the shape `Storage.save` takes; `sha256` and `size_bytes` grow with what is consumed."""

    name = None
    closed = False

    def __init__(self, source: Iterable[bytes], *, max_bytes: int | None) -> None:
        self.size_bytes = 0
        self.failure: BaseException | None = None
        self._max_bytes = max_bytes
        self._digest = hashlib.sha256()
        self._chunks = self._measured(source)
        self._left_over = b""

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """What Django's storages iterate over; the source decides how large a chunk is."""
        return self._chunks

    def read(self, size: int = -1) -> bytes:
        """Exactly `size` bytes until the end: object stores refuse parts that are cut short."""
        everything = size < 0
        pieces, gathered = [self._left_over], len(self._left_over)
        while everything or gathered < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            pieces.append(chunk)
            gathered += len(chunk)
        content = b"".join(pieces)
        end = gathered if everything else size
        self._left_over = content[end:]
        return content[:end]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def _measured(self, source: Iterable[bytes]) -> Iterator[bytes]:
        try:
            for chunk in source:
                self.size_bytes += len(chunk)
                if self._max_bytes is not None and self.size_bytes > self._max_bytes:
                    raise AttachmentTooLarge(max_bytes=self._max_bytes)
                self._digest.update(chunk)
                yield chunk
        except GeneratorExit:
            raise
        except BaseException as failure:
            self.failure = failure
            raise
