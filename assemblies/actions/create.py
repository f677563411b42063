"""Create an assembly."""

from datetime import datetime
from uuid import uuid4

from assemblies.actions.change import Change, Event, Receipt
from assemblies.actions.commit import commit
from assemblies.actions.contents import content_of, stamped
from assemblies.actions.permit import Permit
from assemblies.actions.staging import staged
from assemblies.documents import Document
from assemblies.domains import Domain, Operation
from assemblies.errors import GuidTaken
from assemblies.models import Assembly, Content
from assemblies.payloads import PayloadStore
from assemblies.revisions.document import search_text_of


def create(
    document: Document, *, domain: Domain, permit: Permit, store: PayloadStore, event: Event | None = None
) -> Receipt:
    """Add a new assembly to `domain`, under the document's GUID or a new one.

    Raises Forbidden, DevModeRequired, GuidTaken, GuidInOtherDomain, or a Failure.
    """
    with staged(store, journaled=True) as staging:
        content = content_of(document, staging)

        def rewrite(row: Assembly | None, now: datetime) -> Content:
            check_vacant(row)
            return stamped(content, None, actor_name=permit.actor.name, now=now)

        change = Change(
            guid=document.guid or str(uuid4()),
            domain=domain,
            operation=Operation.CREATE,
            rewrite=rewrite,
            search_text=search_text_of(content, document.payload),
            event=event,
        )
        return commit([change], permit=permit, payloads=staging.journaled)[0]


def check_vacant(row: Assembly | None) -> None:
    """Raise GuidTaken when a live assembly has the GUID. A deleted one may be followed by a new one of its own
    domain.
    """
    if row is not None and row.deleted_at is None:
        raise GuidTaken(assembly_guid=row.guid)
