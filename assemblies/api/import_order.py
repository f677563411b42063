"""What an import is asked to do, with documents that are still unread."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from assemblies import documents
from assemblies.actions.import_documents import OnConflict
from assemblies.bundles import Allowance, Outcome, is_archive, read_export, read_members, read_one, without_twins
from assemblies.documents import Document
from assemblies.domains import Domain
from assemblies.errors import InvalidDocument, InvalidField


@dataclass(frozen=True)
class ImportOrder:
    """Where documents are to go and what is to happen to those whose GUID is taken; `content` is still unread.

    `source` is what plain scripts come from, where somebody says so; `corrections` are fields by the member of an
    archive.
    """

    content: Any
    domain: Domain
    assembly_guid: str | None
    on_conflict: OnConflict
    dry_run: bool
    source: str = ""
    corrections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def is_archive(self) -> bool:
        return isinstance(self.content, UploadedFile) and is_archive(self.content)

    @cached_property
    def exported(self) -> list[Outcome]:
        """What the assemblies of another tool's file come to; nothing where it is none."""
        if self.is_archive or not isinstance(self.content, UploadedFile) or self.assembly_guid is not None:
            return []
        return list(read_export(self._bytes, self.content.name or "", source=self.source))

    @property
    def has_many(self) -> bool:
        """Say whether what was sent may hold more than one document, each with an outcome of its own."""
        return self.is_archive or bool(self.exported)

    @cached_property
    def _bytes(self) -> bytes:
        content: bytes = self.content.read(documents.max_json_bytes(settings.MAX_DOCUMENT_BYTES) + 1)
        return content

    def read(self) -> list[Outcome]:
        """Return what each document that was sent comes to. Raises as `read_document` and `read_members` do."""
        if self.is_archive:
            return list(self.read_members())
        return self.exported or [Outcome("", document=self.read_document())]

    def read_document(self) -> Document:
        """Return the one document. Raises InvalidDocument and its kinds, InvalidGuid, DocumentTooLarge."""
        content, name = self.content, ""
        if isinstance(content, UploadedFile):
            name, content = content.name or "", self._bytes
        if not isinstance(content, str | bytes | dict):
            raise InvalidDocument("A document must be a JSON object, or its text.", field="document")
        document = read_one(content, name, source=self.source)
        return replace(document, guid=self.assembly_guid, aliases=()) if self.assembly_guid else document

    def has_more_than(self, count: int) -> bool:
        """Say whether the archive holds more than so many documents. Raises as `read_members` does."""
        good = (one for one in self.read_members() if one.document)
        return len(list(islice(good, count + 1))) > count

    def read_members(self) -> Iterator[Outcome]:
        """Yield what each document of the archive comes to. Raises InvalidDocument, DocumentTooLarge for all of it."""
        if self.assembly_guid is not None:
            raise InvalidField("A GUID can be given to one document, not to an archive.", field="assembly_guid")
        read = read_members(
            self.content,
            source=self.source,
            max_document_bytes=settings.MAX_DOCUMENT_BYTES,
            max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
            allowance=Allowance(),
        )
        return without_twins(read)
