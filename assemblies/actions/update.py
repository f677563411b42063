"""Change an assembly's fields or its script."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assemblies import documents
from assemblies.actions.change import Change, Receipt, get_live, require_live
from assemblies.actions.commit import commit
from assemblies.actions.contents import edited, stamped, with_content_hash
from assemblies.actions.permit import Permit
from assemblies.actions.staging import staged
from assemblies.conf import max_script_bytes
from assemblies.domains import Kind, Operation
from assemblies.errors import RevisionConflict
from assemblies.models import Assembly, Content
from assemblies.payloads import PayloadStore


def update(
    guid: str,
    fields: Mapping[str, Any],
    *,
    payload: bytes | None = None,
    permit: Permit,
    store: PayloadStore,
    expected_revision: int | None = None,
) -> Receipt:
    """Give an assembly other field values (by their names in `Content`) and, if given, another payload.

    Raises AssemblyNotFound, DocumentTooLarge, Forbidden, DevModeRequired, RevisionConflict, or a Failure.
    """
    documents.check_script_size(payload or b"", max_script_bytes())
    row = get_live(guid)
    with staged(store, [row], journaled=True) as staging:
        reference = staging.put(payload, before=row.read_content()) if payload is not None else None
        kind = documents.get_assembly_type(fields.get("type_name", row.read_content().type_name)).kind

        def rewrite(row: Assembly | None, now: datetime) -> Content:
            living = require_live(row, guid)
            content = edited(living.read_content(), fields, reference, payload)
            _check_kind(living, content, staged=kind if payload is not None else None)
            return stamped(with_content_hash(content), row, actor_name=permit.actor.name, now=now)

        change = Change(
            guid=guid,
            operation=Operation.UPDATE,
            rewrite=rewrite,
            expected_revision=expected_revision,
            search_text=None if payload is None else documents.searchable_text(kind, payload).replace("\0", ""),
        )
        return commit([change], permit=permit, payloads=staging.journaled)[0]


def _check_kind(living: Assembly, content: Content, *, staged: Kind | None) -> None:
    """Raise RevisionConflict when another writer made a workflow of a script, or the other way round, meanwhile.

    `staged` is the kind that the new payload was read for; None when the payload stays.
    """
    expected = staged or living.read_content().kind
    if (content.kind is Kind.WORKFLOW) != (expected is Kind.WORKFLOW):
        raise RevisionConflict(assembly_guid=living.guid, revision=living.sequence)
