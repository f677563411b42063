"""Export assemblies as documents. Reading only: every payload is verified on the way out."""

from collections.abc import Iterable, Iterator

from assemblies import documents
from assemblies.actions.contents import document_of
from assemblies.documents import EnvelopeFacts, ScriptEncoding, Style
from assemblies.documents.canonical import readable_json
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore


def export_document(
    row: Assembly,
    *,
    style: Style,
    store: PayloadStore,
    with_payload_guid: bool,
    script_encoding: ScriptEncoding = "base64",
) -> dict[str, object]:
    """Return one assembly as a document. Raises PayloadMissing, PayloadCorrupt.

    `with_payload_guid` puts the payload's GUID, which administrators alone may see, into an envelope.
    """
    content = row.read_content()
    envelope = EnvelopeFacts(
        domain=row.domain,
        payload_guid=content.payload_guid if with_payload_guid else None,
        content_hash=content.content_hash,
        created_at=content.created_at,
        updated_at=content.updated_at,
    )
    document = document_of(row.guid, content, store)
    return documents.write_document(document, style, envelope=envelope, script_encoding=script_encoding)


def export_files(rows: Iterable[Assembly], *, style: Style | str, store: PayloadStore) -> Iterator[tuple[str, bytes]]:
    """Yield (relative file name, bytes) for each file of an export; `style` is a document style or "tree"."""
    for row in rows:
        document = document_of(row.guid, row.read_content(), store)
        stem = f"{row.domain}/{row.kind}/{documents.safe_stem(document)}"
        if style == "tree":
            yield from documents.write_tree(document, stem).items()
        else:
            exported = export_document(row, style=Style(style), store=store, with_payload_guid=False)
            yield f"{stem}.json", readable_json(exported)
