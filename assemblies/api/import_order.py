"""What an import is asked to do, with documents that are still unread."""

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from assemblies import documents
from assemblies.actions.import_documents import OnConflict, Preview, preview
from assemblies.bundles.archive import is_archive, read_archive
from assemblies.documents import Document
from assemblies.domains import Domain
from assemblies.errors import InvalidDocument, InvalidField, Refusal
from assemblies.permissions import Verb, find_refusal
from assemblies.web.errors import error_body
from devmode.actor import Actor


@dataclass(frozen=True)
class ImportOrder:
    """Where documents are to go and what is to happen to those whose GUID is taken; `source` is still unread."""

    source: Any
    domain: Domain
    assembly_guid: str | None
    on_conflict: OnConflict
    dry_run: bool

    @property
    def is_archive(self) -> bool:
        return isinstance(self.source, UploadedFile) and is_archive(self.source)

    def read_documents(self) -> list[Document]:
        """Return the documents. Raises InvalidDocument and its kinds, InvalidGuid, DocumentTooLarge."""
        if self.is_archive:
            return self._read_archive()
        source = self.source
        if isinstance(source, UploadedFile):
            source = source.read(settings.MAX_DOCUMENT_BYTES + 1)
        if not isinstance(source, str | bytes | dict):
            raise InvalidDocument("A document must be a JSON object, or its text.", field="document")
        document = documents.read_document(source, max_bytes=settings.MAX_DOCUMENT_BYTES)
        return [replace(document, guid=self.assembly_guid) if self.assembly_guid else document]

    def _read_archive(self) -> list[Document]:
        if self.assembly_guid is not None:
            raise InvalidField("A GUID can be given to one document, not to an archive.", field="assembly_guid")
        return read_archive(
            self.source,
            max_document_bytes=settings.MAX_DOCUMENT_BYTES,
            max_total_bytes=settings.MAX_ATTACHMENT_BYTES,
        )

    def preview(self, actor: Actor) -> list[dict[str, Any]]:
        """Return what an import would do with each document, and why not. Raises as `read_documents` does."""
        found = preview(self.read_documents(), domain=self.domain, on_conflict=self.on_conflict)
        return [_line(one, find_refusal(actor, Verb.CHANGE, self.domain) or one.refusal) for one in found]


def _line(one: Preview, refusal: Refusal | None) -> dict[str, Any]:
    return {
        "assembly_guid": one.guid,
        "display_name": one.display_name,
        "standing": one.standing,
        "same_name_guids": one.same_name_guids,
        "flags": one.flags,
        "refusal": error_body(refusal.code, refusal.message, refusal.detail) if refusal else None,
    }
