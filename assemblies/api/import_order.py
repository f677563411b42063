"""What an import request asks for, from a JSON body or a multipart upload."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from assemblies import documents
from assemblies.actions.import_documents import OnConflict
from assemblies.api.reading import WORDS_OF_FLAGS, read_choice, read_domain, read_flag, read_object
from assemblies.bundles.archive import is_archive, read_archive
from assemblies.documents import Document
from assemblies.domains import Domain
from assemblies.errors import InvalidDocument, InvalidField

NAMES = ("document", "file", "domain", "assembly_guid", "on_conflict", "dry_run")


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


def read_order(body: Any) -> ImportOrder:
    """Return the order in a body. Raises InvalidDocument and its kinds, InvalidGuid."""
    sent = _read_form(body) if isinstance(body, QueryDict) else body
    sent = read_object(sent, NAMES)
    guid = sent.get("assembly_guid")
    return ImportOrder(
        source=_one_source(sent),
        domain=read_domain(sent.get("domain", Domain.USER), "domain"),
        assembly_guid=None if guid is None else documents.normalise_guid(guid),
        on_conflict=read_choice(sent.get("on_conflict", OnConflict.UPDATE.value), OnConflict, "on_conflict"),
        dry_run=read_flag(sent.get("dry_run", False), "dry_run"),
    )


def _one_source(sent: Mapping[str, Any]) -> Any:
    """Return the document as sent, or None; a multipart upload may call it `file` or `document`."""
    if "file" in sent and not isinstance(sent["file"], UploadedFile):
        raise InvalidField("This is the name of an uploaded file.", field="file")
    if "file" in sent and "document" in sent:
        raise InvalidField("Send one document or one file.", field="document")
    return sent.get("file", sent.get("document"))


def _read_form(form: QueryDict) -> dict[str, Any]:
    """Return a form's fields with the values that a JSON body would have."""
    values: dict[str, Any] = {}
    for name, sent in form.lists():
        if len(sent) != 1:
            raise InvalidField("This is given more than once.", field=name)
        value = sent[0]
        if isinstance(value, str):
            documents.check_value(value, name)
        values[name] = WORDS_OF_FLAGS.get(value, value) if name == "dry_run" else value
    return values
