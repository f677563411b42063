"""The changes of a plan: what is published is written, what is withdrawn is deleted."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from assemblies.actions.change import Change
from assemblies.actions.contents import content_of, inheriting, stamped
from assemblies.actions.staging import Staging
from assemblies.domains import Domain, Operation
from assemblies.models import Assembly, Content
from assemblies.official.official_rows import OfficialRow
from assemblies.official.plan import SyncPlan
from assemblies.official.source import SourceContents, SourceDocument
from assemblies.progress import Track, in_batches
from assemblies.revisions.document import search_text_of

# Their payloads are made durable together.
DOCUMENTS_AT_ONCE = 256


def changes_of_plan(
    plan: SyncPlan,
    rows: Mapping[str, OfficialRow],
    contents: SourceContents,
    *,
    actor_name: str,
    staging: Staging,
    track: Track,
) -> Iterator[Change]:
    """Yield the change of each document and row of `plan`; payloads are durable when its change is yielded."""
    to_write = [*plan.added, *plan.changed, *plan.moved]
    for batch in in_batches(track(to_write, "Storing payloads", len(to_write)), DOCUMENTS_AT_ONCE):
        with staging.together():
            changes = [_change_of(one, rows.get(one.guid), contents, actor_name, staging) for one in batch]
        for change in changes:
            yield replace(change, claims_guid=change.guid in plan.claimed)
    for row in plan.removed:
        yield Change(
            guid=row.guid,
            domain=Domain.OFFICIAL,
            operation=Operation.SYNC,
            rewrite=_gone,
            expected_revision=row.revision,
        )


def _change_of(
    document: SourceDocument, row: OfficialRow | None, contents: SourceContents, actor_name: str, staging: Staging
) -> Change:
    provenance = {"source_path": document.path, "source_version": contents.version}
    metadata = document.document.metadata | provenance
    content = content_of(replace(document.document, metadata=metadata), staging)

    def rewrite(row: Assembly | None, now: datetime) -> Content:
        own = row if row is not None and row.domain == Domain.OFFICIAL else None
        return stamped(inheriting(content, own), own, actor_name=actor_name, now=contents.published_at or now)

    return Change(
        guid=document.guid,
        domain=Domain.OFFICIAL,
        operation=Operation.SYNC,
        rewrite=rewrite,
        expected_revision=row.revision if row is not None and row.is_live else None,
        search_text=search_text_of(content, document.document.payload),
    )


def _gone(row: Assembly | None, now: datetime) -> None:
    """The source does not publish the assembly any more."""
