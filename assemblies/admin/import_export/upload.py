"""What somebody sent to be imported: files, archives and pasted text, each document by itself, good or bad."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from assemblies import documents
from assemblies.bundles import read_one
from assemblies.bundles.archive import MAX_MEMBERS, Allowance, is_archive, read_members
from assemblies.bundles.collect import printable
from assemblies.documents import Document
from assemblies.errors import DocumentTooLarge, Refusal

MAX_DOCUMENTS = MAX_MEMBERS


@dataclass(frozen=True)
class Readable:
    """A document, and where it stood in what was sent."""

    place: str
    document: Document


@dataclass(frozen=True)
class Unreadable:
    """What cannot be read, and why."""

    place: str
    refusal: Refusal

    @property
    def field(self) -> str:
        """The path inside the document that the refusal is about; empty where it is about the whole."""
        name = str(self.refusal.detail.get("field", ""))
        return "" if name in {"document", "file"} else printable(name)

    @property
    def limit_bytes(self) -> int | None:
        limit = self.refusal.detail.get("limit_bytes")
        return limit if isinstance(limit, int) else None


@dataclass(frozen=True)
class Upload:
    """Everything that was sent, in order."""

    readable: list[Readable] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.readable and not self.unreadable


def read_upload(files: Iterable[Any], pasted: str) -> Upload:
    """Read all that was sent, Django's uploaded files and a text; what cannot be read hides nothing else.

    Raises DocumentTooLarge when there is more than one import may hold.
    """
    parts = list(islice(_parts(files, pasted), MAX_DOCUMENTS + 1))
    if len(parts) > MAX_DOCUMENTS:
        words = _("These are more than %(count)s documents at once; import them in parts.")
        raise DocumentTooLarge(words % {"count": MAX_DOCUMENTS})
    return Upload(
        [part for part in parts if isinstance(part, Readable)],
        [part for part in parts if isinstance(part, Unreadable)],
    )


Part = Readable | Unreadable


def _parts(files: Iterable[Any], pasted: str) -> Iterator[Part]:
    allowance = Allowance()
    for file in files:
        name = printable(file.name or "")
        try:
            yield from _parts_of_file(file, name, allowance)
        except Refusal as refusal:
            yield Unreadable(name, refusal)
    if pasted.strip():
        yield _one(_("Pasted text"), pasted)


def _parts_of_file(file: Any, name: str, allowance: Allowance) -> Iterator[Part]:
    if not is_archive(file):
        content = file.read(documents.max_json_bytes(settings.MAX_DOCUMENT_BYTES) + 1)
        allowance.take(len(content))
        yield _one(name, content)
        return
    read = read_members(
        file,
        max_document_bytes=settings.MAX_DOCUMENT_BYTES,
        max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
        allowance=allowance,
    )
    for member in read:
        place = f"{name} › {printable(member.name)}"
        if member.document is not None:
            yield Readable(place, member.document)
        elif member.refusal is not None:
            yield Unreadable(place, member.refusal)


def _one(place: str, content: bytes | str) -> Part:
    try:
        return Readable(place, read_one(content, place))
    except Refusal as refusal:
        return Unreadable(place, refusal)
