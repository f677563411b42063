"""What a sync did or, on a dry run, would do."""

from dataclasses import dataclass, field
from typing import Any

from assemblies.official.claims import Claim
from assemblies.official.diffs import DocumentDiff
from assemblies.official.plan import SyncPlan


@dataclass(frozen=True, kw_only=True)
class SyncReport:
    """`rows` counts the official assemblies there are now; `diffs` are made on a dry run only."""

    source: str
    source_version: str
    dry_run: bool
    plan: SyncPlan
    rows: int
    elapsed_seconds: float
    claims: list[Claim] = field(default_factory=list)
    diffs: list[DocumentDiff] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """Return the report in the contract's words; a document that only moved counts as unchanged.

        What there is to say on some occasions only comes after it: claims, diffs and notes.
        """
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
        } | self._occasional()

    def _occasional(self) -> dict[str, Any]:
        facts = {
            "claimed": [claim.json() for claim in self.claims],
            "diffs": [diff.json() for diff in self.diffs],
            "notes": list(self.notes),
        }
        return {name: value for name, value in facts.items() if value}
