"""Copy an assembly, knowing what it was copied from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from assemblies import documents
from assemblies.actions.change import Change, Event, Receipt, get_live
from assemblies.actions.commit import commit
from assemblies.actions.contents import edited, stamped, with_content_hash
from assemblies.actions.create import check_vacant
from assemblies.actions.permit import Permit
from assemblies.actions.selection import get_selection
from assemblies.actions.staging import staged
from assemblies.conf import max_script_bytes
from assemblies.domains import Domain, Operation
from assemblies.models import Assembly, Content, Lineage
from assemblies.payloads import PayloadStore
from assemblies.revisions.document import search_text_of

# Where a published item comes from is not where its copy comes from: two rows must not answer to one path.
PROVENANCE_KEYS = ("source_repo", "source_path", "source_version")


def clone(
    guid: str,
    *,
    domain: Domain,
    permit: Permit,
    new_guid: str | None = None,
    display_name: str | None = None,
    event: Event | None = None,
) -> Receipt:
    """Copy an assembly into `domain` under a new GUID and name, with its lineage. The copy shares the payloads.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, GuidTaken, GuidInOtherDomain, or a Failure.
    """
    origin = get_live(guid)
    content = copy_of(origin, display_name=display_name or copy_name(origin))
    change = arrival(
        content,
        origin,
        domain=domain,
        actor_name=permit.actor.name,
        new_guid=new_guid,
        event=event,
    )
    return commit([change], permit=permit, detail={"cloned_from": guid})[0]


def clone_edited(
    guid: str, fields: Mapping[str, Any], *, payload: bytes | None, domain: Domain, permit: Permit, store: PayloadStore
) -> Receipt:
    """Copy an assembly with other values of these fields (by their names in `Content`) and, if given, another payload.

    Raises AssemblyNotFound, DocumentTooLarge, Forbidden, DevModeRequired, or a Failure.
    """
    documents.check_script_size(payload or b"", max_script_bytes())
    origin = get_live(guid)
    with staged(store, [origin], journaled=True) as staging:
        reference = staging.put(payload, before=origin.read_content()) if payload is not None else None
        named = {"display_name": copy_name(origin), **fields}
        copied = edited(copy_of(origin, display_name=named["display_name"]), named, reference, payload)
        change = arrival(
            with_content_hash(copied), origin, domain=domain, actor_name=permit.actor.name, new_guid=None, event=None
        )
        if payload is not None:
            change = replace(change, search_text=search_text_of(copied, payload))
        return commit([change], permit=permit, detail={"cloned_from": guid}, payloads=staging.journaled)[0]


def copy_name(origin: Assembly) -> str:
    """Return the name of a copy that was given none."""
    return f"{origin.display_name[:240]} (copy)"


def arrival(
    content: Content,
    origin: Assembly,
    *,
    domain: Domain,
    actor_name: str,
    new_guid: str | None,
    event: Event | None,
) -> Change:
    """Return the change that adds a copy of `origin` to `domain`, under a GUID that no live assembly has."""

    def rewrite(row: Assembly | None, now: datetime) -> Content:
        check_vacant(row)
        return stamped(content, None, actor_name=actor_name, now=now)

    return Change(
        guid=new_guid or str(uuid4()),
        domain=domain,
        operation=Operation.CLONE,
        rewrite=rewrite,
        search_text=origin.search_text,
        event=event,
    )


def copy_of(origin: Assembly, *, display_name: str, revision: int | None = None) -> Content:
    """Return the content of a copy, with its lineage; `revision` is the copied one, by default the newest."""
    content = origin.read_content()
    lineage = Lineage(
        assembly_guid=origin.guid,
        domain=origin.domain,
        revision=revision or origin.sequence,
        content_hash=content.content_hash,
    )
    metadata = {key: value for key, value in content.metadata.items() if key not in PROVENANCE_KEYS}
    return with_content_hash(replace(content, display_name=display_name, metadata=metadata, cloned_from=lineage))


def clone_many(guids: Sequence[str], *, domain: Domain, permit: Permit) -> list[Receipt]:
    """Copy all or none into `domain`, under new GUIDs and names. The copies share the payloads.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, or a Failure.
    """
    changes = [
        arrival(
            copy_of(origin, display_name=copy_name(origin)),
            origin, domain=domain, actor_name=permit.actor.name, new_guid=None, event=None,
        )
        for origin in get_selection(guids)
    ]  # fmt: skip
    return commit(changes, permit=permit)
