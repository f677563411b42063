"""What an import came to, or would come to: a line for each document that was sent, in their order."""

from collections.abc import Mapping, Sequence
from typing import Any

from assemblies.actions.change import Event, Receipt
from assemblies.actions.import_documents import OnConflict, Preview, find_conflicts, preview
from assemblies.actions.repetition import guids_made_by, was_made
from assemblies.api.shapes.corrections import Corrections, check_corrections, read_of
from assemblies.bundles import Outcome
from assemblies.bundles.collect import printable
from assemblies.documents import Document
from assemblies.domains import Domain
from assemblies.errors import Refusal
from assemblies.permissions import Verb, find_refusal
from assemblies.web.errors import error_body
from devmode.actor import Actor

REFUSED, PASSED_OVER = "refused", "passed_over"


def judge(
    outcomes: Sequence[Outcome], domain: Domain, on_conflict: OnConflict, event: Event | None = None
) -> list[Outcome]:
    """Refuse those of the documents that the library has no place for; what `event` made before has its own.

    Raises the first refusal, with all of them in its `members`, when no document is left.
    """
    documents = documents_of(outcomes)
    own = guids_made_by(event, len(documents)) if event and was_made(event) else set()
    found = find_conflicts(documents, domain=domain, on_conflict=on_conflict)
    conflicts = iter(None if one.guid in own else why for one, why in zip(documents, found, strict=True))
    verdicts = [_judged(one, next(conflicts)) if one.document else one for one in outcomes]
    if not documents_of(verdicts):
        raise _refusal_of_all(verdicts)
    return verdicts


def documents_of(outcomes: Sequence[Outcome]) -> list[Document]:
    return [one.document for one in outcomes if one.document]


def corrections_of(outcomes: Sequence[Outcome], sent: Corrections) -> list[Mapping[str, Any]]:
    """Return the correction of each document. Raises InvalidField for one that is for none of them."""
    by_member = {printable(one.name): one.document for one in outcomes if one.document}
    check_corrections(sent, by_member)
    return [sent.get(printable(one.name), {}) for one in outcomes if one.document] if sent else []


def result_lines(verdicts: Sequence[Outcome], receipts: Sequence[Receipt]) -> list[dict[str, Any]]:
    """Say what became of each; `receipts` are those of the documents."""
    made = iter(receipts)
    return [_result(one, one.document, next(made)) if one.document else no_result(one) for one in verdicts]


def preview_lines(
    outcomes: Sequence[Outcome], domain: Domain, on_conflict: OnConflict, actor: Actor
) -> list[dict[str, Any]]:
    """Say what would become of each, writing nothing."""
    found = iter(preview(documents_of(outcomes), domain=domain, on_conflict=on_conflict))
    forbidden = find_refusal(actor, Verb.CHANGE, domain)
    return [
        _preview(one, one.document, next(found), forbidden) if one.document else _no_preview(one) for one in outcomes
    ]


def _judged(outcome: Outcome, conflict: Refusal | None) -> Outcome:
    return Outcome(outcome.name, refusal=conflict) if conflict else outcome


def _refusal_of_all(verdicts: Sequence[Outcome]) -> Refusal:
    """Return what to raise: what is broken says more than what only lay next to it."""
    refusals = [(one, one.refusal) for one in verdicts if one.refusal]
    one, first = next((pair for pair in refusals if pair[0].is_broken), refusals[0])
    first.detail["members"] = [
        {"member": printable(other.name), "code": refusal.code, "message": refusal.message}
        for other, refusal in refusals
    ]
    first.detail["member"] = printable(one.name)
    return first


def _result(outcome: Outcome, document: Document, receipt: Receipt) -> dict[str, Any]:
    return {
        "member": printable(outcome.name),
        "guid": receipt.guid,
        "display_name": document.display_name,
        "status": receipt.outcome,
        "revision": receipt.revision,
        "flags": document.flags,
        "refusal": None,
    }


def no_result(outcome: Outcome) -> dict[str, Any]:
    return {
        "member": printable(outcome.name),
        "guid": None,
        "display_name": "",
        "status": REFUSED if outcome.is_broken else PASSED_OVER,
        "revision": None,
        "flags": [],
        "refusal": _body(outcome.refusal),
    }


def _preview(outcome: Outcome, document: Document, found: Preview, forbidden: Refusal | None) -> dict[str, Any]:
    return {
        "member": printable(outcome.name),
        "assembly_guid": found.guid,
        "display_name": found.display_name,
        "standing": found.standing,
        "same_name_guids": found.same_name_guids,
        "read": read_of(document),
        "flags": found.flags,
        "refusal": _body(forbidden or found.refusal),
    }


def _no_preview(outcome: Outcome) -> dict[str, Any]:
    return {
        "member": printable(outcome.name),
        "assembly_guid": None,
        "display_name": "",
        "standing": REFUSED if outcome.is_broken else PASSED_OVER,
        "same_name_guids": [],
        "read": None,
        "flags": [],
        "refusal": _body(outcome.refusal),
    }


def _body(refusal: Refusal | None) -> dict[str, Any] | None:
    return error_body(refusal.code, refusal.message, refusal.detail) if refusal else None
