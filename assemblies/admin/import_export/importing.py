"""What somebody picked for each row of a preview, held against what the library says now, then done in one transaction.

A form's picks stand in two texts of JSON, one item for each readable document, for a form may have few fields only:
`tokens` is what the preview saw, `picks` what is to be done. Without script `all` stands for all rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assemblies import documents
from assemblies.actions.change import Event, Outcome, Receipt
from assemblies.actions.import_corrections import Correction
from assemblies.actions.import_documents import import_documents
from assemblies.actions.permit import Permit
from assemblies.admin.import_export.preview import ImportDecision, ImportPreview, Row
from assemblies.conf import payload_store
from assemblies.errors import Refusal

MAX_TEXT_LENGTH = 2 * 1024 * 1024
OUTDATED = gettext_lazy(
    "The library or the documents have changed since the preview, so nothing was imported. This is how it is now."
)
ALREADY_IMPORTED = gettext_lazy("This preview was imported before, with other choices. Look again, then import.")


class ForAll(StrEnum):
    """One pick for all rows."""

    PROPOSED = "proposed"
    IMPORT = "import"
    AS_NEW = "as_new"
    SKIP = "skip"


FOR_ALL_WORDS = {
    ForAll.PROPOSED: gettext_lazy("As proposed"),
    ForAll.IMPORT: gettext_lazy("Import or update all"),
    ForAll.AS_NEW: gettext_lazy("Import all as new ones"),
    ForAll.SKIP: gettext_lazy("Skip all"),
}


@dataclass(frozen=True)
class Picking:
    """A pick for each row, and why nothing may be imported upon them, if so, with the status of that answer."""

    picks: list[ImportDecision]
    notice: Any = ""
    status: int = 200


def picking_of(form: Mapping[str, Any], proposal: ImportPreview) -> Picking:
    """Return the picks of a form, as far as they are for these rows; the others are as proposed."""
    tokens, sent = _texts(form.get("tokens")), _texts(form.get("picks"))
    for_all = form.get("all")
    picks, outdated = [], len(tokens) != len(proposal.rows)
    for row in proposal.rows:
        seen = row.position < len(tokens) and tokens[row.position] == row.token
        pick = _picked(row, sent, for_all) if seen else None
        outdated = outdated or not seen
        picks.append(pick or row.proposed)
    if outdated:
        return Picking(picks, OUTDATED, status=409)
    return Picking(picks, _fault(proposal, picks), status=400)


def _picked(row: Row, sent: list[str], for_all: Any) -> ImportDecision | None:
    word = sent[row.position] if row.position < len(sent) else for_all
    return next((pick for pick, _words in row.picks if pick == word), None)


def _fault(proposal: ImportPreview, picks: list[ImportDecision]) -> str:
    """Say what is wrong with the picks themselves."""
    imported = [row for row, pick in zip(proposal.rows, picks, strict=True) if pick is ImportDecision.IMPORT]
    chosen = [row for row in imported if row.document.guid]
    guids = Counter(row.document.guid for row in chosen)
    twins = [row.place for row in chosen if guids[row.document.guid] > 1]
    if twins:
        words = _("These documents have the same GUID: %(places)s. Import one of them, the others as new ones or not.")
        return words % {"places": ", ".join(twins[:5])}
    if any(pick is not ImportDecision.SKIP for pick in picks):
        return ""
    return _("Every document is skipped; nothing was imported.")


def _texts(text: Any) -> list[str]:
    """Return a list of words from a form; anything else is no list at all."""
    try:
        value = documents.parse_json(text or "[]", max_bytes=MAX_TEXT_LENGTH)
    except Refusal:
        return []
    return [str(item) for item in value] if isinstance(value, list) else []


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
