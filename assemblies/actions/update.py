"""Change an assembly's fields or its script."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from assemblies import documents
from assemblies.actions.actor import Actor
from assemblies.actions.audit import check_may_write
from assemblies.actions.change import Change, Receipt
from assemblies.actions.commit import commit
from assemblies.actions.contents import hashed, is_text, settled
from assemblies.actions.find import get_live, require_live
from assemblies.actions.staging import staged
from assemblies.domains import Domain, Operation
from assemblies.models import Assembly, Content
from assemblies.payloads import PayloadReference, PayloadStore

EVENT = "assembly.update"


def update(
    guid: str,
    fields: Mapping[str, Any],
    *,
    payload: bytes | None = None,
    actor: Actor,
    store: PayloadStore,
    expected_revision: int | None = None,
    event_guid: str | None = None,
) -> Receipt:
    """Give an assembly other field values (by their names in `Content`) and, if given, another payload.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, RevisionConflict, or a Failure.
    """
    row = get_live(guid)
    with staged(store, [row]) as staging:
        check_may_write(actor, Domain(row.domain), EVENT, assembly_guid=guid)
        reference = staging.put(payload) if payload is not None else None

        def rewrite(row: Assembly | None, now: datetime) -> Content:
            before = require_live(row, guid).read_content()
            content = replace(before, **fields, **_payload_fields(reference, payload))
            return settled(hashed(_typed(content)), row, actor_name=actor.name, now=now)

        change = Change(
            guid=guid,
            operation=Operation.UPDATE,
            rewrite=rewrite,
            expected_revision=expected_revision,
            search_text=_search_text(row, fields, payload),
            event_guid=event_guid,
        )
        return commit([change], actor=actor, event=EVENT)[0]


def _payload_fields(reference: PayloadReference | None, payload: bytes | None) -> dict[str, Any]:
    if reference is None or payload is None:
        return {}
    return {
        "payload_guid": reference.guid,
        "payload_sha256": reference.sha256,
        "payload_size_bytes": reference.size_bytes,
        "payload_is_binary": not is_text(payload),
    }


def _typed(content: Content) -> Content:
    return replace(content, assembly_type=str(documents.get_assembly_type(content.type_name)))


def _search_text(row: Assembly, fields: Mapping[str, Any], payload: bytes | None) -> str | None:
    if payload is None:
        return None
    content = row.read_content()
    kind = documents.get_assembly_type(fields.get("type_name", content.type_name)).kind
    return documents.searchable_text(kind, payload).replace("\0", "")
