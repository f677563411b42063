"""Put an attachment on an assembly, or take one off."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from assemblies import documents
from assemblies.actions.change import Change, Receipt, get_live, require_live
from assemblies.actions.commit import commit
from assemblies.actions.contents import stamped, with_content_hash
from assemblies.actions.permit import Permit
from assemblies.actions.staging import staged
from assemblies.domains import Operation
from assemblies.errors import AttachmentNotFound
from assemblies.models import Assembly, AttachmentFacts, Content
from assemblies.payloads import PayloadStore


def attach(
    guid: str,
    file_name: str,
    chunks: Iterable[bytes],
    *,
    mime_type: str,
    max_bytes: int,
    permit: Permit,
    store: PayloadStore,
    expected_revision: int | None = None,
) -> Receipt:
    """Store the streamed bytes as the attachment `file_name`, in place of one of that name.

    Raises AssemblyNotFound, InvalidField, AttachmentTooLarge, Forbidden, DevModeRequired, RevisionConflict, or a
    Failure.
    """
    label = documents.normalise_upload_name(file_name, "file_name")
    get_live(guid)
    with staged(store) as staging:
        reference = staging.put_stream(_real(chunks, label), max_bytes=max_bytes)
        attachment = AttachmentFacts(
            file_name=label,
            mime_type=mime_type,
            payload_guid=reference.guid,
            sha256=reference.sha256,
            size_bytes=reference.size_bytes,
            extra={},
        )

        def rewrite(row: Assembly | None, now: datetime) -> Content:
            content = require_live(row, guid).read_content()
            files = _with(content.files, attachment)
            return stamped(with_content_hash(replace(content, files=files)), row, actor_name=permit.actor.name, now=now)

        change = Change(guid=guid, operation=Operation.UPDATE, rewrite=rewrite, expected_revision=expected_revision)
        return commit([change], permit=permit, detail={"file_name": label})[0]


def _real(chunks: Iterable[bytes], file_name: str) -> Iterator[bytes]:
    """Yield the chunks of a file. Raises InvalidField when they only stand for another one."""
    for number, chunk in enumerate(chunks):
        if number == 0:
            documents.check_attachment(chunk, file_name, "file")
        yield chunk


def detach(guid: str, file_name: str, *, permit: Permit, expected_revision: int | None = None) -> Receipt:
    """Take an attachment off. Raises AssemblyNotFound, AttachmentNotFound, and what `attach` raises."""

    def rewrite(row: Assembly | None, now: datetime) -> Content:
        content = require_live(row, guid).read_content()
        get_attachment(content, file_name)
        files = [facts for facts in content.files if facts.file_name != file_name]
        return stamped(with_content_hash(replace(content, files=files)), row, actor_name=permit.actor.name, now=now)

    change = Change(guid=guid, operation=Operation.UPDATE, rewrite=rewrite, expected_revision=expected_revision)
    return commit([change], permit=permit, detail={"file_name": file_name})[0]


def get_attachment(content: Content, file_name: str) -> AttachmentFacts:
    """Return the attachment of that name. Raises AttachmentNotFound."""
    for facts in content.files:
        if facts.file_name == file_name:
            return facts
    raise AttachmentNotFound(file_name=file_name)


def _with(files: list[AttachmentFacts], attachment: AttachmentFacts) -> list[AttachmentFacts]:
    """Return `files` with the attachment in the place of the one of its name (in any letter case), else at the end."""
    names = [facts.file_name.casefold() for facts in files]
    name = attachment.file_name.casefold()
    if name not in names:
        return [*files, attachment]
    return [attachment if known == name else facts for known, facts in zip(names, files, strict=True)]
