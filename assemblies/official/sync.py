"""Synchronise the official catalogue with its source: one plan, one action call, one transaction, one flush.

Before the transaction nothing of it is seen and after it everything is; there is no moment with an empty catalogue.
What a sync did, or why it was refused, is recorded; only one that found nothing new leaves no trace.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from time import monotonic
from typing import Any

from django.utils import timezone

from assemblies.actions.audit import audited_transaction
from assemblies.actions.commit import commit
from assemblies.actions.permit import Permit
from assemblies.actions.staging import staged
from assemblies.domains import Domain
from assemblies.errors import SourceUnreadable, SyncRefused
from assemblies.journal.append import journal_end
from assemblies.journal.flush import flush
from assemblies.models import Assembly, SyncRecord
from assemblies.official import claims as claiming
from assemblies.official import sync_records
from assemblies.official.claims import Claim, claims_of
from assemblies.official.diffs import diffs_of
from assemblies.official.guards import find_mass_removal, find_refusals, find_rollback
from assemblies.official.official_rows import OfficialRow, find_foreign_guids, read_official_rows
from assemblies.official.plan import SyncPlan, plan_sync
from assemblies.official.plan_changes import changes_of_plan
from assemblies.official.report import SyncReport
from assemblies.official.source import OfficialSource, SourceContents
from assemblies.official.sync_records import masked
from assemblies.official.upstream_index import (
    UpstreamIndexChange,
    compare_upstream_index,
    known_documents,
    read_upstream_index,
    write_upstream_index,
)
from assemblies.payloads import PayloadStore
from assemblies.progress import Track, untracked
from devmode.write_lock import write_transaction


@dataclass(frozen=True, kw_only=True)
class Allowances:
    """What the caller takes upon themselves, and what is to be left alone."""

    keep_local: bool = False
    mass_removal: bool = False
    rollback: bool = False


@dataclass(kw_only=True)
class Attempt:
    """A sync under way, as far as it got."""

    source: OfficialSource
    permit: Permit
    accepted: SyncRecord | None
    started: float
    contents: SourceContents | None = None
    plan: SyncPlan | None = None

    @property
    def version(self) -> str:
        return self.contents.version if self.contents else ""

    @property
    def accepted_version(self) -> str:
        return self.accepted.source_version if self.accepted else ""

    @property
    def elapsed_seconds(self) -> float:
        return round(monotonic() - self.started, 3)

    def is_new(self) -> bool:
        """Say whether the source or its version is another one than was accepted last."""
        accepted = (self.accepted.source, self.accepted.source_version) if self.accepted else None
        return accepted != (masked(self.source.place), self.version)


def sync(
    source: OfficialSource,
    *,
    permit: Permit,
    store: PayloadStore,
    dry_run: bool = False,
    keep_local: bool = False,
    allow_mass_removal: bool = False,
    allow_rollback: bool = False,
    track: Track = untracked,
) -> SyncReport:
    """Bring the official domain to what `source` publishes.

    Raises SourceUnreadable, SyncRefused (detail: `reasons`, `skipped`, and in `may_allow` the arguments that would let
    it pass), Forbidden, DevModeRequired, RevisionConflict when somebody changed an official assembly meanwhile, or a
    Failure. After each of them nothing has changed.
    """
    attempt = Attempt(source=source, permit=permit, accepted=None, started=monotonic())
    _use_grant(permit)
    attempt.accepted = sync_records.find_last_accepted()
    allowed = Allowances(keep_local=keep_local, mass_removal=allow_mass_removal, rollback=allow_rollback)
    try:
        contents, present, plan, index = _plan(attempt, allowed, track)
        claims = claims_of(plan.claimed)
        if not dry_run and not (plan.changes_nothing and not index.is_news and not attempt.is_new()):
            _carry_out(attempt, contents, present, plan, claims, index, store=store, track=track)
        elif not dry_run and index.to_note:
            _note(attempt, index)
    except (SourceUnreadable, SyncRefused) as refusal:
        if not dry_run:
            _record_refusal(attempt, refusal)
        raise
    return SyncReport(
        source=masked(source.place),
        source_version=contents.version,
        dry_run=dry_run,
        plan=plan,
        rows=Assembly.objects.live().of_domain(Domain.OFFICIAL).count(),
        elapsed_seconds=attempt.elapsed_seconds,
        claims=claims,
        diffs=diffs_of(plan, store) if dry_run else [],
        notes=contents.notes,
    )


def _use_grant(permit: Permit) -> None:
    """Use the grant at once: a sync that finds nothing new, or is refused, is a use of it too."""
    if permit.actor.dev_mode:
        with audited_transaction(permit.actor, permit.event):
            permit.use_grant([Domain.OFFICIAL], now=timezone.now())


def _plan(
    attempt: Attempt, allowed: Allowances, track: Track
) -> tuple[SourceContents, dict[str, OfficialRow], SyncPlan, UpstreamIndexChange]:
    """Read, decide, and raise SyncRefused when a guard objects."""
    # Each is read once, as late as it is needed: bringing a repository here may take long.
    rows, index = cache(read_official_rows), cache(read_upstream_index)
    attempt.contents = contents = attempt.source.read(track, lambda reader: known_documents(index(), rows(), reader))
    present = rows()
    foreign = find_foreign_guids(document.guid for document in contents.documents)
    attempt.plan = plan = plan_sync(contents, present, foreign, keep_local=allowed.keep_local)
    overridable = {
        "allow_mass_removal": [] if allowed.mass_removal else find_mass_removal(plan, present),
        "allow_rollback": []
        if allowed.rollback
        else find_rollback(attempt.source, contents.version, attempt.accepted_version),
    }
    reasons = [*find_refusals(contents), *chain.from_iterable(overridable.values())]
    if reasons:
        skipped = [{"path": one.path, "reason": one.reason} for one in contents.skipped]
        words = "The official sync was refused; the catalogue is unchanged. " + " ".join(reasons)
        may_allow = [name for name, why in overridable.items() if why]
        raise SyncRefused(words, reasons=reasons, skipped=skipped, may_allow=may_allow)
    return contents, present, plan, compare_upstream_index(contents, index())


def _carry_out(
    attempt: Attempt,
    contents: SourceContents,
    present: Mapping[str, OfficialRow],
    plan: SyncPlan,
    claims: list[Claim],
    index: UpstreamIndexChange,
    *,
    store: PayloadStore,
    track: Track,
) -> None:
    written = [document.guid for document in (*plan.added, *plan.changed, *plan.moved)]
    rows = Assembly.objects.without_texts().in_bulk(written)

    @contextmanager
    def alongside(now: datetime) -> Iterator[None]:
        attempt.permit.use_grant([Domain.OFFICIAL], now=now)
        sync_records.check_still_last(attempt.accepted)
        before = journal_end()
        yield
        claiming.move_annotations(claims, now=now)
        write_upstream_index(index)
        _record(attempt, plan, before=before, now=now)

    with staged(store, rows.values()) as staging:
        made = changes_of_plan(
            plan, present, contents, actor_name=attempt.permit.actor.name, staging=staging, track=track
        )
        changes = [*claiming.moves(claims), *made]
        commit(
            changes,
            permit=attempt.permit,
            detail=_audit_detail(attempt, plan, claims),
            alongside=alongside,
        )
    flush({Domain.OFFICIAL, *(claim.domain for claim in claims)})


def _note(attempt: Attempt, index: UpstreamIndexChange) -> None:
    """Note what the documents were read from, which is nothing new about them; unless another sync knows better."""
    with write_transaction():
        if sync_records.is_still_last(attempt.accepted):
            write_upstream_index(index)


def _record(attempt: Attempt, plan: SyncPlan, *, before: int, now: datetime) -> None:
    SyncRecord.objects.create(
        recorded_at=now,
        actor=attempt.permit.actor.name,
        outcome=SyncRecord.Outcome.DONE,
        source=masked(attempt.source.place),
        source_version=attempt.version,
        previous_version=attempt.accepted_version,
        counts=sync_records.counts_of(plan),
        duration_seconds=attempt.elapsed_seconds,
        plan_digest=sync_records.digest_of(plan, attempt.version),
        **sync_records.written_since(before),
    )


def _audit_detail(attempt: Attempt, plan: SyncPlan, claims: list[Claim]) -> dict[str, Any]:
    detail: dict[str, Any] = {"source": masked(attempt.source.place), "source_version": attempt.version}
    detail |= sync_records.counts_of(plan)
    return detail | {"claims": [claim.json() for claim in claims]} if claims else detail


def _record_refusal(attempt: Attempt, refusal: SourceUnreadable | SyncRefused) -> None:
    sync_records.record_refusal(
        refusal.detail.get("reasons") or [refusal.message],
        permit=attempt.permit,
        source=attempt.source.place,
        version=attempt.version,
        previous_version=attempt.accepted_version,
        duration_seconds=attempt.elapsed_seconds,
        counts=sync_records.counts_of(attempt.plan) if attempt.plan else {},
    )
