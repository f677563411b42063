"""Synchronise the official shelf with its source: one plan, one action call, one transaction, one flush.

Before the transaction nothing of it is seen and after it everything is; there is no moment with an empty shelf.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any

from django.utils import timezone

from assemblies.actions.actor import Actor
from assemblies.actions.audit import check_may_write
from assemblies.actions.change import Change
from assemblies.actions.commit import commit
from assemblies.actions.contents import content_of, search_text_of, settled
from assemblies.actions.progress import Track, untracked
from assemblies.actions.staging import Staging, staged
from assemblies.domains import Domain, Operation
from assemblies.errors import AuditUnavailable, SyncRefused
from assemblies.journal.flush import flush
from assemblies.journal.turn import writing_turn
from assemblies.models import Assembly, Content
from assemblies.official.directory_source import DirectorySource
from assemblies.official.guards import find_refusals
from assemblies.official.plan import SyncPlan, plan_sync
from assemblies.official.shelf import ShelfRow, find_foreign_guids, read_shelf
from assemblies.official.source import SourceContents, SourceDocument
from assemblies.payloads import PayloadStore
from devmode.audit import AuditFacts, AuditUnwritable, record
from devmode.models.audit import Outcome

EVENT = "official.sync"


@dataclass(frozen=True, kw_only=True)
class SyncReport:
    """What a sync did or, on a dry run, would do. `rows` counts the official assemblies there are now."""

    source: str
    source_version: str
    dry_run: bool
    plan: SyncPlan
    rows: int
    elapsed_seconds: float

    def json(self) -> dict[str, Any]:
        """Return the report in the contract's words; a document that only moved counts as unchanged."""
        return {
            "source": self.source,
            "source_version": self.source_version,
            "dry_run": self.dry_run,
            "added": [document.guid for document in self.plan.added],
            "changed": [document.guid for document in self.plan.changed],
            "removed": [row.guid for row in self.plan.removed],
            "unchanged": self.plan.unchanged + len(self.plan.moved),
            "local_edits": self.plan.local_edits,
            "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in self.plan.skipped],
            "rows": self.rows,
            "elapsed_seconds": self.elapsed_seconds,
        }


def sync(
    source: DirectorySource,
    *,
    actor: Actor,
    store: PayloadStore,
    dry_run: bool = False,
    keep_local: bool = False,
    allow_mass_removal: bool = False,
    track: Track = untracked,
) -> SyncReport:
    """Bring the official domain to what `source` publishes.

    Raises SourceUnreadable, SyncRefused (detail: `reasons`, `skipped`), Forbidden, DevModeRequired, RevisionConflict
    when somebody changed an official assembly meanwhile, or a Failure. After each of them nothing has changed.
    """
    started = monotonic()
    check_may_write(actor, Domain.OFFICIAL, EVENT)
    contents = source.read(track)
    shelf = read_shelf()
    foreign = find_foreign_guids(document.guid for document in contents.documents)
    plan = plan_sync(contents, shelf, foreign, keep_local=keep_local)
    reasons = find_refusals(plan, contents, shelf, allow_mass_removal=allow_mass_removal)
    if reasons:
        raise _refused(reasons, contents, actor=actor, source=source, dry_run=dry_run)
    if not dry_run and not plan.changes_nothing:
        _carry_out(plan, contents, shelf, source=source, actor=actor, store=store, track=track)
        flush([Domain.OFFICIAL])
    return SyncReport(
        source=source.place,
        source_version=contents.version,
        dry_run=dry_run,
        plan=plan,
        rows=Assembly.objects.live().of_domain(Domain.OFFICIAL).count(),
        elapsed_seconds=round(monotonic() - started, 3),
    )


def _carry_out(
    plan: SyncPlan,
    contents: SourceContents,
    shelf: dict[str, ShelfRow],
    *,
    source: DirectorySource,
    actor: Actor,
    store: PayloadStore,
    track: Track,
) -> None:
    to_write = [*plan.added, *plan.changed, *plan.moved]
    rows = Assembly.objects.without_texts().in_bulk([document.guid for document in to_write])
    with staged(store, rows.values()) as staging:
        changes = [
            _publication(document, shelf.get(document.guid), contents.version, actor, staging)
            for document in track(to_write, "Storing payloads", len(to_write))
        ]
        changes += [_withdrawal(row) for row in plan.removed]
        commit(changes, actor=actor, event=EVENT, detail=_audit_detail(plan, contents, source))


def _publication(
    document: SourceDocument, row: ShelfRow | None, version: str, actor: Actor, staging: Staging
) -> Change:
    provenance = {"source_path": document.path, "source_version": version}
    metadata = document.document.metadata | provenance
    content = content_of(replace(document.document, metadata=metadata), staging)

    def rewrite(row: Assembly | None, now: datetime) -> Content:
        return settled(content, row, actor_name=actor.name, now=now)

    return Change(
        guid=document.guid,
        domain=Domain.OFFICIAL,
        operation=Operation.SYNC,
        rewrite=rewrite,
        expected_revision=row.revision if row is not None and row.is_live else None,
        search_text=search_text_of(content, document.document.payload),
    )


def _withdrawal(row: ShelfRow) -> Change:
    return Change(
        guid=row.guid,
        domain=Domain.OFFICIAL,
        operation=Operation.SYNC,
        rewrite=_gone,
        expected_revision=row.revision,
    )


def _gone(row: Assembly | None, now: datetime) -> None:
    """The source does not publish the assembly any more."""


def _audit_detail(plan: SyncPlan, contents: SourceContents, source: DirectorySource) -> dict[str, Any]:
    return {
        "source": source.place,
        "source_version": contents.version,
        "added": len(plan.added),
        "changed": len(plan.changed),
        "moved": len(plan.moved),
        "removed": len(plan.removed),
        "local_edits": len(plan.local_edits),
    }


def _refused(
    reasons: Sequence[str], contents: SourceContents, *, actor: Actor, source: DirectorySource, dry_run: bool
) -> SyncRefused:
    """Return the refusal, which the audit keeps unless this was only a question."""
    if not dry_run:
        facts = AuditFacts(
            actor=actor.name,
            role=actor.role,
            remote_address=actor.remote_address,
            dev_mode=actor.dev_mode,
            event=EVENT,
            domain=Domain.OFFICIAL,
            outcome=Outcome.FAILED,
            detail={"source": source.place, "source_version": contents.version, "reasons": list(reasons)},
        )
        try:
            with writing_turn():
                record(facts, now=timezone.now())
        except AuditUnwritable as error:
            raise AuditUnavailable() from error
    skipped = [{"path": one.path, "reason": one.reason} for one in contents.skipped]
    return SyncRefused(
        "The official sync was refused; the catalogue is unchanged. " + " ".join(reasons),
        reasons=list(reasons),
        skipped=skipped,
    )
