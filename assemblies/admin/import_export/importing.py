"""Do what was picked for the rows of a proposal, in one transaction, and say what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assemblies.actions.change import Event, Outcome, Receipt
from assemblies.actions.import_corrections import Correction
from assemblies.actions.import_documents import import_documents
from assemblies.actions.permit import Permit
from assemblies.admin.import_export.preview import ImportDecision, ImportPreview, Row
from assemblies.conf import payload_store


@dataclass(frozen=True)
class Result:
    """What became of one row; `guid` is where it stands now, None when it was skipped."""

    row: Row
    outcome: Outcome
    guid: str | None = None

    @property
    def words(self) -> Any:
        return self.outcome.label


@dataclass(frozen=True)
class Report:
    """What an import did."""

    proposal: ImportPreview
    results: list[Result]

    @property
    def counts(self) -> list[tuple[Outcome, Any, int]]:
        """How many documents each outcome had, without outcomes that none had."""
        numbers = {outcome: sum(one.outcome is outcome for one in self.results) for outcome in Outcome}
        return [(outcome, outcome.label, count) for outcome, count in numbers.items() if count]


def import_picked(
    proposal: ImportPreview,
    picks: Sequence[ImportDecision],
    corrections: Mapping[int, Correction],
    *,
    permit: Permit,
    event: Event | None,
) -> Report:
    """Import the rows as picked, with what was corrected of each by its position.

    Raises what `import_documents` does; nothing was imported then.
    """
    chosen = [(row, pick) for row, pick in zip(proposal.rows, picks, strict=True) if pick is not ImportDecision.SKIP]
    receipts = import_documents(
        [
            replace(row.document, guid=None, aliases=()) if pick is ImportDecision.AS_NEW else row.document
            for row, pick in chosen
        ],
        domain=proposal.domain,
        on_conflict=[row.choice(pick) for row, pick in chosen],
        permit=permit,
        store=payload_store(),
        corrections=[corrections.get(row.position, {}) for row, _pick in chosen],
        event=event,
    )
    made = {row.position: receipt for (row, _pick), receipt in zip(chosen, receipts, strict=True)}
    return Report(proposal, [_result(row, made.get(row.position)) for row in proposal.rows])


def _result(row: Row, receipt: Receipt | None) -> Result:
    if receipt is None:
        return Result(row, Outcome.SKIPPED)
    return Result(row, receipt.outcome, receipt.guid)
